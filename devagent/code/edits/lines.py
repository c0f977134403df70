"""The lines of a file while hunks are put into it: each knows its end and where it stood before."""

from collections.abc import Sequence
from typing import NamedTuple

from devagent.code.textfile import indentation, lines_of

TAB_WIDTH = 8


class Line(NamedTuple):
    """One line of a file: its text, its end (empty for a last line without one), and where it stood before any edit.

    The number is 1-based, and 0 for a line that an edit brought.
    """

    text: str
    end: str
    number: int = 0


def split(text: str) -> list[Line]:
    """A text as lines, numbered."""
    return [_line(raw, number) for number, raw in enumerate(lines_of(text), start=1)]


def joined(lines: Sequence[Line], newline: str, *, final_newline: bool) -> str:
    """Lines as a text in which every line but the last has an end, and the last as it is said."""
    whole = [line.text + (line.end or newline) for line in lines]
    if whole and not final_newline:
        whole[-1] = lines[-1].text
    return "".join(whole)


def bodies(text: str) -> list[str]:
    """The lines of some text of an answer, without their ends."""
    return text.removesuffix("\n").split("\n") if text else []


def width(line: str) -> int:
    """The columns a line is indented by."""
    return len(indentation(line).expandtabs(TAB_WIDTH))


def without_blank_ends(wanted: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str], int]:
    """Quoted lines without the blank ones around them, new lines without as many, and how many went first."""
    lead, tail = _blank(wanted), _blank(wanted[::-1])
    first = min(lead, _blank(new))
    last = min(tail, _blank(new[first:][::-1]))
    return list(wanted[lead : len(wanted) - tail]), list(new[first : len(new) - last]), lead


def _blank(texts: Sequence[str]) -> int:
    return next((row for row, text in enumerate(texts) if text.strip()), len(texts))


def _line(raw: str, number: int) -> Line:
    end = "\r\n" if raw.endswith("\r\n") else "\n" if raw.endswith("\n") else ""
    return Line(raw[: len(raw) - len(end)], end, number)
