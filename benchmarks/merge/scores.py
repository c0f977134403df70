"""What a way to merge did on harvested conflicts, counted, and how that is printed."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from examples import Example
from methods import Answer

SHOWN = 16
"""Answers to one hunk that are looked at."""
HEAD = (
    "method",
    "clean %",
    "same %",
    "precision %",
    "wrong %",
    "inside %",
    "first %",
    "three %",
    "all %",
    "ms",
    "p95 ms",
)
GROUP_HEAD = ("", "files", "clean %", "precision %", "hunks", "first %", "three %", "all %")


@dataclass
class Score:
    """Files and hunks, and how many of them are as people made them.

    Arguments:
        inside: files that are so in the place of each hunk.
        any: hunks with such an answer among all.
        seconds: the time of each file, where it was taken.
        chances: of each hunk, how likely its first answer was said to be right, and whether it is.
    """

    files: int = 0
    clean: int = 0
    same: int = 0
    inside: int = 0
    hunks: int = 0
    first: int = 0
    three: int = 0
    any: int = 0
    seconds: list[float] = field(default_factory=list)
    chances: list[tuple[float, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, example: Example, answer: Answer, seconds: float | None) -> "Score":
        """The score of one answer to one file."""
        hunks = answer.hunks or example.read_back(answer.content)
        rights = [[example.is_made(n, lines) for lines in answers[:SHOWN]] for n, answers in enumerate(hunks)]
        first = [any(right[:1]) for right in rights]
        return cls(
            files=1,
            clean=answer.content is not None,
            same=answer.content is not None and example.is_right(answer.content),
            inside=answer.content is not None and all(first),
            hunks=len(example.hunks),
            first=sum(first),
            three=sum(any(right[:3]) for right in rights),
            any=sum(map(any, rights)),
            seconds=[] if seconds is None else [seconds],
            chances=list(zip(answer.chances, first, strict=False)),
        )

    def __iadd__(self, other: "Score") -> "Score":
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def row(self, name: str) -> list[str]:
        """The score as a row below `HEAD`."""
        return [
            name,
            percent(self.clean, self.files),
            percent(self.same, self.files),
            between(self.same, self.clean),
            percent(self.clean - self.same, self.files),
            percent(self.inside, self.files),
            percent(self.first, self.hunks),
            percent(self.three, self.hunks),
            percent(self.any, self.hunks),
            f"{1000 * statistics.median(self.seconds):.0f}" if self.seconds else "",
            f"{1000 * sorted(self.seconds)[int(0.95 * len(self.seconds))]:.0f}" if self.seconds else "",
        ]

    def group_row(self, name: str) -> list[str]:
        """The score of a part of the files as a row below `GROUP_HEAD`."""
        return [
            name,
            str(self.files),
            percent(self.clean, self.files),
            between(self.same, self.clean),
            str(self.hunks),
            between(self.first, self.hunks),
            percent(self.three, self.hunks),
            percent(self.any, self.hunks),
        ]


def calibration(chances: Sequence[tuple[float, bool]]) -> list[tuple[str, int, str, str, str]]:
    """Rows of a table: what chance was stated, how many answers, what was observed."""
    rows = []
    for tenth in range(10):
        here = [(chance, right) for chance, right in chances if tenth <= 10 * chance < tenth + 1 + (tenth == 9)]
        if here:
            right = sum(right for _, right in here)
            stated = 100 * sum(chance for chance, _ in here) / len(here)
            bar = "#" * round(50 * right / len(here))
            rows.append((f"{tenth / 10:.1f}", len(here), f"{stated:.1f}", between(right, len(here)), bar))
    return rows


def surest(chances: Sequence[tuple[float, bool]]) -> list[tuple[str, int, str, str]]:
    """Rows of a table: of the answers that are said to be the likeliest, how many are right."""
    ranked = sorted(chances, key=lambda found: -found[0])
    rows = []
    for part in (5, 10, 15, 20, 30, 50, 100):
        here = ranked[: len(ranked) * part // 100]
        if here:
            rows.append((f"{part} %", len(here), f"{here[-1][0]:.3f}", between(sum(r for _, r in here), len(here))))
    return rows


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which the true rate lies with 95 % confidence (E. B. Wilson, 1927)."""
    if not of:
        return 0.0, 1.0
    rate, share = right / of, z * z / of
    middle = (rate + share / 2) / (1 + share)
    half = z / (1 + share) * (rate * (1 - rate) / of + share / (4 * of)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def between(right: int, of: int) -> str:
    """A rate in per cent with its interval; empty if there is nothing to take it of."""
    low, high = wilson(right, of)
    return f"{percent(right, of)} ({100 * low:.0f}-{100 * high:.0f})" if of else ""


def percent(part: int, whole: int) -> str:
    """A part in per cent."""
    return f"{100 * part / whole:.1f}" if whole else ""
