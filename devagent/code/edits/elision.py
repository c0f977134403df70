"""Lines like `# ... existing code ...`, with which an answer leaves out what it does not change."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from devagent.code.edits.lines import bodies, width, without_blank_ends
from devagent.code.edits.matching import Level, Place, nesting, rows_of, same_nesting
from devagent.code.errors import EditError

MAX_STEPS, MAX_CHAINS = 20_000, 200
_MAX_LENGTH = 160
_OPEN = r"(?:#+|//+|/\*+|\{/\*|<!--|--|;+|%+)"
_CLOSE = r"(?:\*/\}?|-->)?"
_DOTS = r"(?:\.{3,}|\u2026)"
_WORDS = r"[^.\u2026]*"
_LEFT = r"(?:the )?(?:rest|remainder|remaining|existing|unchanged|previous|other|same|omitted)\b"
_CODE = r"\b(?:code|functions?|methods?|class(?:es)?|file|imports?|lines?|implementation|body|logic)\b"
_STAYS = r"\b(?:unchanged|omitted|as before|as is|remains?|stays?|here|the same)\b"
_BARE = re.compile(rf"\s*{_DOTS}\s*")
_LAZY = tuple(
    re.compile(rf"\s*{form}\s*{_CLOSE}\s*", re.IGNORECASE)
    for form in (
        rf"{_OPEN}\s*{_DOTS}",
        rf"{_OPEN}?\s*{_DOTS}{_WORDS}{_DOTS}",
        rf"{_OPEN}\s*{_DOTS}\s*\(?(?:{_LEFT}|{_CODE}|{_STAYS}|keep|more\b){_WORDS}",
        rf"{_OPEN}\s*{_LEFT}{_WORDS}{_DOTS}",
        rf"{_OPEN}\s*[(\[]?(?:the )?(?:rest|remainder) of {_WORDS}",
        rf"{_OPEN}\s*[(\[]?existing {_WORDS}{_CODE}{_WORDS}",
        rf"{_OPEN}\s*[(\[]?{_LEFT}{_WORDS}{_STAYS}{_WORDS}\.?",
    )
)


def is_elision(line: str) -> bool:
    """Whether a line says that others are left out."""
    return bool(_BARE.fullmatch(line)) or is_lazy(line)


def is_lazy(line: str) -> bool:
    """Whether a line says so in a comment, and so cannot be meant as code (a bare `...` can)."""
    return len(line) <= _MAX_LENGTH and any(form.fullmatch(line) for form in _LAZY)


def refuse_lazy(new: Sequence[str], old: Sequence[str]) -> None:
    """Raise `EditError` for lines that leave out code where it has to be whole. Lines of `old` are no elisions."""
    lazy = list(filter(is_lazy, new))
    there = set(map(str.strip, old)) if lazy else set()
    for line in lazy:
        if line.strip() not in there:
            raise EditError(f"`{line.strip()}` leaves out code", hint="Write all the lines that are to stand there")


def pieces_of(text: str) -> list[list[str]]:
    """The lines of a text between its elisions."""
    pieces: list[list[str]] = [[]]
    for line in bodies(text):
        if is_elision(line):
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


@dataclass(frozen=True)
class Elided:
    """A text to find and its replacement, cut at their elisions into as many pieces."""

    wanted: list[list[str]]
    replace: list[list[str]]
    margins: list[int]


def elided(search: str, replace: str) -> Elided | None:
    """The pieces of a hunk that leaves out lines; `None` for one that does not.

    Raises `EditError` where the replacement does not leave out the same.
    """
    wanted, new = pieces_of(search), pieces_of(replace)
    if len(wanted) == 1:
        return None
    if len(new) != len(wanted):
        raise EditError(
            f"the lines to replace leave out others at {len(wanted) - 1} places, the new lines at {len(new) - 1}",
            hint="Write the same `...` lines in both, or none",
        )
    margins = [width(line) for line in bodies(search) if is_elision(line)]
    while wanted and not any(map(str.strip, wanted[0])) and not any(map(str.strip, new[0])):
        wanted, new, margins = wanted[1:], new[1:], margins[1:]
    while wanted and not any(map(str.strip, wanted[-1])) and not any(map(str.strip, new[-1])):
        wanted, new, margins = wanted[:-1], new[:-1], margins[: len(wanted) - 2]
    if not wanted or not all(any(map(str.strip, piece)) for piece in wanted):
        raise EditError("nothing is quoted beside a `...` line", hint="Quote the lines around the ones that change")
    pairs = [without_blank_ends(*pair)[:2] for pair in zip(wanted, new, strict=True)]
    return Elided([quoted for quoted, _ in pairs], [added for _, added in pairs], margins)


def find_elided(texts: Sequence[str], hunk: Elided) -> list[Place]:
    """The places where pieces stand one after the other, at the strictest level at which there is one.

    What is left out between two pieces is indented as far as its elision, or deeper.
    """
    for level in Level:
        places = []
        for starts in _Chains(texts, hunk, level).all():
            ends = [start + len(piece) for start, piece in zip(starts, hunk.wanted, strict=True)]
            gaps = tuple(range(end, start) for end, start in zip(ends[:-1], starts[1:], strict=True))
            places.append(Place(starts[0], ends[-1], level, gaps))
        if places:
            return places
    return []


class _Chains:
    """Searches the rows at which the pieces of one hunk can begin, one after the other."""

    def __init__(self, texts: Sequence[str], hunk: Elided, level: Level) -> None:
        self._texts, self._hunk, self._level = texts, hunk, level
        self._rows = [list(rows_of(texts, piece, level)) for piece in hunk.wanted]
        self._steps = 0

    def all(self) -> list[tuple[int, ...]]:
        """Every chain, at most MAX_CHAINS. Raises `EditError` where there are too many to look through."""
        return list(islice(self._from((), 0), MAX_CHAINS)) if all(self._rows) else []

    def _from(self, starts: tuple[int, ...], least: int) -> Iterator[tuple[int, ...]]:
        if len(starts) == len(self._hunk.wanted):
            if self._nested(starts):
                yield starts
            return
        rows = self._rows[len(starts)]
        most = self._reach(starts, least) if starts else len(self._texts)
        for row in rows[bisect_left(rows, least) : bisect_right(rows, most)]:
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise EditError("the lines around `...` stand in the file too often", hint="Quote more of them")
            yield from self._from((*starts, row), row + len(self._hunk.wanted[len(starts)]))

    def _reach(self, starts: tuple[int, ...], first: int) -> int:
        """The last row that the piece after an elision can begin at: what lies before is all that may be left out."""
        margin = self._hunk.margins[len(starts) - 1]
        known = [
            pair for piece, row in zip(self._hunk.wanted, starts, strict=False) for pair in self._pairs(piece, row)
        ]
        below = max((pair for pair in known if pair[0] <= margin), default=(margin, 0))
        least = below[1] + (below[0] < margin)
        rows = range(first, len(self._texts))
        return next((r for r in rows if self._texts[r].strip() and width(self._texts[r]) < least), len(self._texts))

    def _nested(self, starts: tuple[int, ...]) -> bool:
        wanted = [line for piece in self._hunk.wanted for line in piece]
        found = [
            line
            for piece, row in zip(self._hunk.wanted, starts, strict=True)
            for line in self._texts[row : row + len(piece)]
        ]
        return same_nesting(wanted, found, self._level)

    def _pairs(self, piece: Sequence[str], row: int) -> list[tuple[int, int]]:
        return nesting(piece, self._texts[row : row + len(piece)])
