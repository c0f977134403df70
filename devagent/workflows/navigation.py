"""`def`, `refs` and `callers`: where a name is defined, used and called in the work tree as it is now."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from devagent.code.index.facts import Report
from devagent.code.index.index import Index, Progress
from devagent.code.index.navigate import Spot, callers, definitions, references
from devagent.errors import NotResolved, UsageError
from devagent.workflows.indexing import ask_index

VERSION = 1
Question = Literal["def", "refs", "callers"]

_ANSWERS: dict[Question, Callable[[Index, str], list[Spot]]] = {
    "def": definitions,
    "refs": references,
    "callers": callers,
}
_NOTHING: dict[Question, str] = {"def": "is not defined", "refs": "is not used", "callers": "is not called"}


@dataclass(frozen=True)
class Line:
    """A line of the answer: the place, and the text that stands there."""

    spot: Spot
    text: str


@dataclass(frozen=True)
class Navigation:
    """What a name stands for in a repository, or who uses it. `notes` are files that could not be looked into."""

    question: Question
    name: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        found = [{**asdict(line.spot), "text": line.text} for line in self.lines]
        return {"devagent": VERSION, "kind": self.question, "name": self.name, "found": found, "notes": self.notes}


def navigate(directory: Path, question: Question, name: str, progress: Progress | None = None) -> Navigation:
    """The answer to a question about a name, over the files as they are now.

    Raises `UsageError` for what is no name, and `NotResolved` where nothing is found.
    """
    if not name.rpartition(":")[2].strip(".") or any(character.isspace() for character in name):
        raise UsageError(f"{name!r} is no name", hint="For example: area, Shape.area, src/shapes.py:Shape.area")
    return ask_index(directory, lambda index, report: _answer(index, report, question, name), progress)


def _answer(index: Index, report: Report, question: Question, name: str) -> Navigation:
    spots = _ANSWERS[question](index, name)
    if not spots:
        read = report.files - report.skipped
        files = "1 file that was read" if read == 1 else f"{read} files that were read"
        what = f"{name} {_NOTHING[question]} in the {files}"
        raise NotResolved(what, why=_left_out(report.notes))
    text_at = _texts(index.root)
    return Navigation(question, name, tuple(Line(spot, text_at(spot.path, spot.line)) for spot in spots), report.notes)


def _left_out(notes: Sequence[str]) -> str:
    return f"{len(notes)} more were left out, the first is {notes[0]}" if notes else ""


def _texts(root: Path) -> Callable[[str, int], str]:
    @lru_cache(maxsize=64)
    def lines(path: str) -> list[bytes]:
        try:
            return (root / path).read_bytes().split(b"\n")
        except OSError:
            return []

    def text_at(path: str, line: int) -> str:
        found = lines(path)
        return found[line - 1].decode("utf-8", "replace").strip() if line <= len(found) else ""

    return text_at
