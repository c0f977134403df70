"""The files of a repository in a list: every one, or the folders with how many files each holds."""

from collections import Counter
from collections.abc import Callable, Iterable

from devagent.code.context.parts import WHOLE, Form, Part

FILES = "file_list"
_DEPTHS = (3, 1)
_MOST = 2_000
"""Files that are listed by name at most; it saves counting the tokens of a list that never fits."""


def file_list(paths: Iterable[str], shown: Callable[[str], str], rank: int = 0) -> Part:
    """The list as a part. `shown` gives a path as it may stand in one line."""
    known = sorted(paths)
    forms = [Form(WHOLE, "\n".join(map(shown, known)))] if len(known) <= _MOST else []
    forms += (Form(f"folders to depth {depth}", _folded(known, depth, shown)) for depth in _DEPTHS)
    return Part(FILES, f"the list of {len(known)} files", "where things are", tuple(forms), rank)


def _folded(paths: list[str], depth: int, shown: Callable[[str], str]) -> str:
    counts = Counter("/".join(path.split("/")[:-1][:depth]) for path in paths)
    lines = (f"{shown(folder) + '/' if folder else './'}  {count} file(s)" for folder, count in sorted(counts.items()))
    return "\n".join(["(folders with the number of files below them; the names are left out for want of room)", *lines])
