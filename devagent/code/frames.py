"""Stack frames from the text of a traceback, as Python, pytest and Node write them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PYTHON = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?', re.M)
_PYTEST = re.compile(r"^(?P<path>[^\s:>][^:\n]*\.\w+):(?P<line>\d+):(?: in (?P<name>\S+)| \w|\s*$)", re.M)
_NODE = re.compile(
    r"^\s*at (?:(?:async )?(?P<name>[^\s(]+)[^(\n]*\()?(?:file://)?(?P<path>/?[^():\n]+):(?P<line>\d+):\d+\)?", re.M
)
_MAX_TEXT = 200_000


@dataclass(frozen=True)
class Frame:
    """One call on a stack, in a file of the repository. `function` may be empty."""

    path: str
    line: int
    function: str = ""


def frames(text: str, files: Collection[str]) -> list[Frame]:
    """The frames of a traceback that lie in the repository, outermost call first.

    Arguments:
        files: the repository's paths; a frame's absolute path is matched by its end.
    """
    text = text[:_MAX_TEXT]
    node = [_frame(m, files) for m in _NODE.finditer(text)]
    found = sorted([*_PYTHON.finditer(text), *_PYTEST.finditer(text)], key=lambda match: match.start())
    python = [_frame(m, files) for m in found]
    return [f for f in (*python, *reversed(node)) if f is not None]


def _frame(match: re.Match[str], files: Collection[str]) -> Frame | None:
    path = _inside(match["path"], files)
    name = (match["name"] or "").rpartition(".")[2]
    return Frame(path, int(match["line"]), name) if path else None


def _inside(path: str, files: Collection[str]) -> str:
    """The repository path that a frame's path ends in; empty when it lies elsewhere."""
    parts = path.replace("\\", "/").removeprefix("./").split("/")
    for start in range(len(parts)):
        candidate = "/".join(parts[start:])
        if candidate in files:
            return candidate
    return ""
