"""Where quoted lines stand in a file: forgiving about layout and typography, never about meaning.

Matching goes from strict to lenient and stops at the first level at which the lines are found. To be found more than
once is as wrong as not to be found, unless what the answer says of the place leaves exactly one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from devagent.code.edits.edit import Hunk
from devagent.code.edits.lines import Line, width
from devagent.code.edits.lookalikes import plain
from devagent.code.errors import EditError

MAX_PLACES = 5_000
MAX_SCOPES = 50


class Level(Enum):
    """How strictly lines were compared, and what may be different there."""

    EXACT = ""
    TRAILING = "blanks at line ends"
    INDENTATION = "the indentation"
    LOOKALIKES = "characters that look alike"


_KEYS: dict[Level, Callable[[str], str]] = {
    Level.TRAILING: str.rstrip,
    Level.INDENTATION: str.strip,
    Level.LOOKALIKES: lambda text: " ".join(plain(text).split()),
}


@dataclass(frozen=True)
class Place:
    """Rows `start` to `end` (0-based, half-open) of a file, where quoted lines were found.

    `gaps` are the rows in between that the answer left out with `...`, one range for each.
    """

    start: int
    end: int
    level: Level
    gaps: tuple[range, ...] = ()

    @property
    def pieces(self) -> list[range]:
        """The rows that the answer did quote, one range between any two gaps."""
        starts = [self.start, *(gap.stop for gap in self.gaps)]
        ends = [*(gap.start for gap in self.gaps), self.end]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def keys_of(texts: Sequence[str], level: Level) -> list[str]:
    """What of lines counts at a level."""
    return list(texts) if level is Level.EXACT else list(map(_KEYS[level], texts))


def find_lines(texts: Sequence[str], wanted: Sequence[str]) -> list[Place]:
    """All places where lines stand, at the strictest level at which there is one; at most MAX_PLACES."""
    for level in Level:
        places = []
        for row in rows_of(texts, wanted, level):
            if same_nesting(wanted, texts[row : row + len(wanted)], level):
                places.append(Place(row, row + len(wanted), level))
                if len(places) == MAX_PLACES:
                    break
        if places:
            return places
    return []


def rows_of(texts: Sequence[str], wanted: Sequence[str], level: Level) -> Iterator[int]:
    """The rows at which some lines begin, each compared by itself."""
    seen, keys = keys_of(texts, level), keys_of(wanted, level)
    counts = Counter(seen)
    anchor = min(range(len(keys)), key=lambda offset: counts[keys[offset]])
    for row, text in enumerate(seen):
        first = row - anchor
        if text == keys[anchor] and first >= 0 and seen[first : first + len(keys)] == keys:
            yield first


def same_nesting(wanted: Sequence[str], found: Sequence[str], level: Level) -> bool:
    """Whether lines are nested in each other as those in the file are, be they indented otherwise.

    The first line may have lost its indentation: answers that are trimmed do that.
    """
    if level in (Level.EXACT, Level.TRAILING):
        return True
    pairs = nesting(wanted, found)
    return in_step(pairs) or (pairs[0][0] == 0 and in_step(pairs[1:]))


def nesting(wanted: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """The columns by which each line that is not blank is indented, in the answer and in the file."""
    return [(width(plain(w)), width(plain(f))) for w, f in zip(wanted, found, strict=True) if w.strip()]


def in_step(pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether what is indented deeper in the answer is so in the file, and what is indented alike is alike."""
    steps = sorted(set(pairs))
    return all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(steps))


def the_one(places: Sequence[Place], lines: Sequence[Line], hunk: Hunk) -> Place:
    """The place that is meant. Raises `EditError` where that is not certain."""
    if len(places) == 1:
        _not_elsewhere(places[0], lines, hunk)
        return places[0]
    tests: list[Callable[[Place], bool]] = [
        lambda place: hunk.line > 0 and lines[place.start].number == hunk.line,
        lambda place: bool(hunk.scope) and _within(place, lines, hunk.scope),
        lambda place: hunk.at_end and place.end == len(lines),
        lambda place: all(line.number for line in lines[place.start : place.end]),
    ]
    for test in tests:
        fitting = [place for place in places if test(place)]
        if len(fitting) == 1:
            return fitting[0]
    raise EditError(
        f"the lines to replace stand in the file {len(places)} times",
        why=f"at lines {', '.join(_rows_shown(place, lines) for place in places[:8])}",
        hint="Quote more of the lines around the ones that are meant",
    )


def _rows_shown(place: Place, lines: Sequence[Line]) -> str:
    first, last = (str(lines[row].number or "(new)") for row in (place.start, place.end - 1))
    return f"{first} to {last}" if place.gaps else first


def _not_elsewhere(place: Place, lines: Sequence[Line], hunk: Hunk) -> None:
    """Refuse a place above all that the answer says it is in; beside line numbers, as git writes it, it says little."""
    rows = _scope_rows(lines, hunk.scope[-1]) if hunk.scope and not hunk.line else []
    if rows and all(row >= place.end for row in rows):
        raise EditError(
            f"the lines to replace stand at line {lines[place.start].number}, above `{hunk.scope[-1]}`",
            hint="Quote the lines as they stand there",
        )


def _within(place: Place, lines: Sequence[Line], scope: Sequence[str]) -> bool:
    """Whether a place lies in the block of each of these lines."""
    return all(any(_encloses(row, place, lines) for row in _scope_rows(lines, text)) for text in scope)


def _scope_rows(lines: Sequence[Line], text: str) -> list[int]:
    head = re.compile(re.escape(text.strip()) + r"(?!\w)")
    rows = [row for row, line in enumerate(lines) if head.match(line.text.strip())]
    return rows if len(rows) <= MAX_SCOPES else []


def _encloses(row: int, place: Place, lines: Sequence[Line]) -> bool:
    if row >= place.start:
        return row < place.end
    margin = width(lines[row].text)
    between = (line.text for line in lines[row + 1 : place.start + 1])
    return not any(text.strip() and width(text) <= margin and text.strip()[0] not in ")]{" for text in between)
