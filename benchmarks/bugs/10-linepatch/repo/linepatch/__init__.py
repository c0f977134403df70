"""Unified diffs: reading, writing, applying, taking back."""

from .errors import HunkFailed, PatchError, PatchSyntax
from .tree import apply_patch, reverse_patch
from .write import make_patch

__all__ = ["HunkFailed", "PatchError", "PatchSyntax", "apply_patch", "make_patch", "reverse_patch"]
