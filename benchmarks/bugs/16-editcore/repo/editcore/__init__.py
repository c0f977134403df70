"""The core of a text editor."""

from .editor import Editor
from .errors import EditError, OutOfRange

__all__ = ["EditError", "Editor", "OutOfRange"]
