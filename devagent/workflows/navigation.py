"""`def`, `refs` and `callers`: where a name is defined, used and called in the work tree as it is now."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from devagent.code.index.asked import names_outside, read_name
from devagent.code.index.doubts import doubts, near_names
from devagent.code.index.facts import Report
from devagent.code.index.index import Index, Progress
from devagent.code.index.navigate import Spot, definitions, references
from devagent.errors import ExitCode, UsageError
from devagent.workflows.indexing import ask_index

VERSION = 1
Question = Literal["def", "refs", "callers"]

_MOST_OUTSIDE = 3
_DONE: dict[Question, str] = {"def": "defined", "refs": "used", "callers": "called"}


@dataclass(frozen=True)
class Line:
    """A line of the answer: the place, and the text that stands there."""

    spot: Spot
    text: str


@dataclass(frozen=True)
class Navigation:
    """What a name stands for in a repository, or who uses it.

    `defined` are the places of its definitions; where there is none, `outside` are the names that it has where it is
    imported from. `summary` says what there is to be said besides the lines; `near` are names that look like it.
    `not_sure` are the places that mention it and could not be read, `notes` all files that could not be looked into.
    """

    question: Question
    name: str
    lines: tuple[Line, ...]
    summary: str = ""
    defined: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    not_sure: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return ExitCode.DONE if self.lines else ExitCode.NOT_RESOLVED

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "devagent": VERSION,
            "kind": self.question,
            "name": self.name,
            "found": [{**asdict(line.spot), "text": line.text} for line in self.lines],
            "defined": self.defined,
            "outside": self.outside,
            "near": self.near,
            "not_sure": self.not_sure,
            "notes": self.notes,
            "summary": self.summary,
            "exit_code": int(self.exit_code),
        }


def navigate(directory: Path, question: Question, name: str, progress: Progress | None = None) -> Navigation:
    """The answer to a question about a name, over the files as they are now.

    Raises `UsageError` for what is no name.
    """
    if not read_name(name).last or any(character.isspace() for character in name):
        raise UsageError(f"{name!r} is no name", hint="For example: area, Shape.area, src/shapes.py:Shape.area")
    return ask_index(directory, lambda index, report: _answer(index, report, question, name), progress)


def _answer(index: Index, report: Report, question: Question, name: str) -> Navigation:
    asked = read_name(name)
    defined = definitions(index, name)
    uses = [] if question == "def" else references(index, name)
    found = {"def": defined, "refs": uses, "callers": [spot for spot in uses if spot.kind == "call"]}[question]
    outside = () if defined else names_outside(index, asked)
    near = () if defined or outside or found else near_names(index, asked)
    text_at = _texts(index.root)
    read = f"the {_count(report.files - report.skipped, 'file')} read"
    return Navigation(
        question,
        name,
        tuple(Line(spot, text_at(spot.path, spot.line)) for spot in found),
        _not_there(question, name, defined, uses, read) if defined else _foreign(question, name, outside, found, read),
        tuple(f"{spot.path}:{spot.line}" for spot in defined),
        tuple(outside),
        tuple(near),
        tuple(doubts(index, asked.last, generated=question != "def" or not found)),
        report.notes,
    )


def _not_there(question: Question, name: str, defined: Sequence[Spot], uses: Sequence[Spot], read: str) -> str:
    """What there is to say of a name that is defined: nothing, unless nothing is found."""
    if question == "def" or (uses if question == "refs" else any(spot.kind == "call" for spot in uses)):
        return ""
    others = f" and {_count(len(defined) - 1, 'other place')}" if len(defined) > 1 else ""
    told = f"{name} is not {_DONE[question]} in {read}; it is defined in {defined[0].path}:{defined[0].line}{others}"
    return f"{told}, and used in {_count(len(uses), 'place')}: devagent refs {name}" if uses else told


def _foreign(question: Question, name: str, outside: Sequence[str], found: Sequence[Spot], read: str) -> str:
    """What there is to say of a name that is not defined here."""
    done = _DONE[question]
    if not outside and not found:
        return f"{name} is {'not defined' if question == 'def' else f'neither defined nor {done}'} in {read}"
    real = " or ".join(outside[:_MOST_OUTSIDE]) + (" …" if len(outside) > _MOST_OUTSIDE else "")
    told = f"{name} is not defined here" + (
        f": it is {real}, imported from elsewhere" if real not in ("", name) else ""
    )
    return f"{told}; shown is where it is {done}" if found else told


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


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
