"""Patches the other way round."""

from .model import FilePatch, Hunk


def invert(patch):
    """The file patch that takes this one back."""
    hunks = []
    grown = 0
    for hunk in patch.hunks:
        hunks.append(Hunk(hunk.start + grown, hunk.after, hunk.before))
        grown += len(hunk.after) - len(hunk.before)
    return FilePatch(patch.new_path, patch.old_path, tuple(hunks))
