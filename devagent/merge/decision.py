"""What was decided about one conflict, why, how sure, and where each line comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from devagent.merge.versions import Lines

_TOKEN = re.compile(rb"\d[\w.]*|[\w\x80-\xff]+|[^\w\s]")


class Origin(StrEnum):
    """Which version a line stands in."""

    BASE = "base"
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    NEW = "new"
    """In neither side as a line: its tokens come from several lines, or a rename was carried over."""


class Confidence(StrEnum):
    """What may be done with a decision. From the surest to the least sure."""

    CERTAIN = "certain"
    """The merge driver applies it."""
    LIKELY = "likely"
    """It is proposed."""
    UNSURE = "unsure"
    """It is shown with its alternatives."""

    @property
    def rank(self) -> int:
        """0 for the surest."""
        return list(Confidence).index(self)


@dataclass(frozen=True)
class Alternative:
    """One possible text in the place of a conflict.

    Arguments:
        lines: the text; empty where the conflict would be deleted.
        how: the pattern that gives it, in few words: "ours", "theirs then ours", "token merge".
        why: one sentence for a person.
        probability: calibrated chance, 0 to 1, that a person would have done the same; 0 while it is not ranked.
    """

    lines: Lines
    how: str
    why: str = ""
    probability: float = 0.0


@dataclass(frozen=True)
class Decision:
    """The text that one step puts in the place of a conflict.

    Arguments:
        lines: the text.
        how: the step or pattern: "white space", "import union", "theirs then ours".
        why: one sentence for a person: what each side did and why this keeps both.
        confidence: what may be done with it.
        probability: chance, 0 to 1, that a person would have done the same; for rules, their measured precision.
        origins: where each line comes from, one for each line of `lines`.
        alternatives: the other texts that were weighed, best first, without this one.
    """

    lines: Lines
    how: str
    why: str
    confidence: Confidence
    probability: float
    origins: tuple[Origin, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


def origins(lines: Lines, base: Lines, ours: Lines, theirs: Lines) -> tuple[Origin, ...]:
    """Where each of `lines` stands, as whole lines. A line of both sides is BOTH even if the base has it too."""
    in_base, in_ours, in_theirs = set(base), set(ours), set(theirs)
    return tuple(_origin(line in in_base, line in in_ours, line in in_theirs) for line in lines)


def _origin(base: bool, ours: bool, theirs: bool) -> Origin:
    if ours and theirs:
        return Origin.BOTH
    if ours or theirs:
        return Origin.OURS if ours else Origin.THEIRS
    return Origin.BASE if base else Origin.NEW


def left_out(lines: Lines, base: Lines, ours: Lines, theirs: Lines) -> Iterator[tuple[Origin, bytes]]:
    """The lines that a side brought and the text `lines` is without, each with its side, in order.

    A line counts if one of its tokens is nowhere in the text: what was moved or woven into another line is there.
    """
    kept = set(_TOKEN.findall(b"".join(lines)))
    for side, brought in ((Origin.OURS, ours), (Origin.THEIRS, theirs)):
        yield from ((side, line) for line in brought if line not in base and not kept.issuperset(_TOKEN.findall(line)))
