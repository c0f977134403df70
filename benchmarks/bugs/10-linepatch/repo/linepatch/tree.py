"""Applying patches to a tree of files: ``{path: text}``."""

from .errors import PatchError
from .invert import invert
from .read import read_patch
from .splice import splice


def apply_patch(files, text, reach=2):
    """The tree after a patch. Either the whole patch fits or nothing changes."""
    return _apply(files, read_patch(text), reach)


def reverse_patch(files, text, reach=2):
    """The tree as it was before a patch was applied."""
    return _apply(files, [invert(patch) for patch in read_patch(text)], reach)


def _apply(files, patches, reach):
    result = dict(files)
    for patch in patches:
        if patch.old_path is None:
            if patch.new_path in result:
                raise PatchError(f"{patch.new_path} exists already")
            lines = []
        elif patch.old_path not in result:
            raise PatchError(f"there is no {patch.old_path}")
        else:
            lines = result.pop(patch.old_path).splitlines()
        lines = splice(lines, patch.hunks, reach)
        if patch.new_path is not None:
            result[patch.new_path] = "".join(line + "\n" for line in lines)
    return result
