"""Three versions of one conflict woven into one text, by lines or by tokens.

`git` calls it a conflict when both sides change neighbouring lines. Here changes conflict only where they overlap, or
where both insert something at the same place; everything else is taken from the side that changed it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from devagent.merge.histogram import Change, diff

_TOKEN = re.compile(rb"\s*(?:[\w\x80-\xff]+|[^\w\s\x80-\xff])|\s+")
"""A word or a sign, with the white space before it; white space alone only at the end of a text."""


class Kind(Enum):
    """What happened to one piece."""

    KEPT = "kept"
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    """Both sides made the same change."""
    CONFLICT = "conflict"


class Piece(NamedTuple):
    """A stretch of the three versions that belongs together, as ranges of units (lines or tokens)."""

    kind: Kind
    base: range
    ours: range
    theirs: range


class Texts(NamedTuple):
    """The three versions as units. Units are compared by their `keys`."""

    base: Sequence[bytes]
    ours: Sequence[bytes]
    theirs: Sequence[bytes]


Choice = Callable[[Sequence[bytes], Sequence[bytes]], Sequence[bytes]]
"""What becomes of a piece in conflict: from our units and theirs."""


def ours_first(ours: Sequence[bytes], theirs: Sequence[bytes]) -> Sequence[bytes]:
    """Both, ours before theirs."""
    return [*ours, *theirs]


def theirs_first(ours: Sequence[bytes], theirs: Sequence[bytes]) -> Sequence[bytes]:
    """Both, theirs before ours."""
    return [*theirs, *ours]


def only_ours(ours: Sequence[bytes], _theirs: Sequence[bytes]) -> Sequence[bytes]:
    """Ours."""
    return ours


def only_theirs(_ours: Sequence[bytes], theirs: Sequence[bytes]) -> Sequence[bytes]:
    """Theirs."""
    return theirs


def tokens(text: bytes) -> list[bytes]:
    """The words and signs of a text, each with the white space before it; together they are the text."""
    return _TOKEN.findall(text)


def key(unit: bytes) -> bytes:
    """What a line or a token is compared by: itself without white space."""
    return b"".join(unit.split())


class Weave:
    """The pieces of three versions, ready to be put together in several ways."""

    def __init__(self, texts: Texts, operations: int) -> None:
        self.texts = texts
        keys = [[key(unit) for unit in units] for units in texts]
        changes = [diff(keys[0], side, operations) for side in keys[1:]]
        self.pieces = list(_pieces(keys, changes[0], changes[1]))

    @property
    def conflicts(self) -> list[Piece]:
        """The pieces that the sides changed differently."""
        return [piece for piece in self.pieces if piece.kind is Kind.CONFLICT]

    def text(self, choice: Choice) -> bytes:
        """The whole, with `choice` for each piece in conflict. It ends its last line if the versions do."""
        text = b"".join(unit for piece in self.pieces for unit in self._units(piece, choice))
        is_open = bool(text) and not text.endswith(b"\n")
        return text + b"\n" if is_open and all(units[-1].endswith(b"\n") for units in self.texts if units) else text

    def _units(self, piece: Piece, choice: Choice) -> Sequence[bytes]:
        ours = self.texts.ours[piece.ours.start : piece.ours.stop]
        theirs = self.texts.theirs[piece.theirs.start : piece.theirs.stop]
        if piece.kind is Kind.CONFLICT:
            return choice(ours, theirs)
        if piece.kind is Kind.KEPT:
            base = self.texts.base[piece.base.start : piece.base.stop]
            return [t if o == b else o for b, o, t in zip(base, ours, theirs, strict=True)]
        return theirs if piece.kind is Kind.THEIRS else ours


def _pieces(keys: Sequence[Sequence[bytes]], our_changes: list[Change], their_changes: list[Change]) -> Iterator[Piece]:
    """The pieces, in order. They tile the three versions."""
    waiting = (our_changes[::-1], their_changes[::-1])
    at = [0, 0, 0]
    while waiting[0] or waiting[1]:
        taken: tuple[list[Change], list[Change]] = ([], [])
        first = min((side for side in (0, 1) if waiting[side]), key=lambda side: waiting[side][-1][:2])
        taken[first].append(waiting[first].pop())
        start, end = taken[first][0][:2]
        while (side := _overlapping(waiting, start, end)) is not None:
            taken[side].append(waiting[side].pop())
            end = max(end, taken[side][-1].a_end)
        if start > at[0]:
            yield _next(Kind.KEPT, at, start, taken=([], []))
        piece = _next(Kind.CONFLICT, at, end, taken)
        yield piece._replace(kind=_kind(keys, piece, taken))
    if at[0] < len(keys[0]):
        yield _next(Kind.KEPT, at, len(keys[0]), taken=([], []))


def _overlapping(waiting: tuple[list[Change], list[Change]], start: int, end: int) -> int | None:
    """The side whose next change overlaps the part of the base from `start` to `end`, or inserts at the same place."""
    for side in (0, 1):
        if waiting[side]:
            change = waiting[side][-1]
            if change.a_start < end or (start == end == change.a_start == change.a_end):
                return side
    return None


def _next(kind: Kind, at: list[int], end: int, taken: tuple[list[Change], list[Change]]) -> Piece:
    """The piece up to `end` of the base; `at`, how far the versions are read, moves on."""
    starts, length = list(at), end - at[0]
    at[0] = end
    for side in (0, 1):
        at[side + 1] += length + sum((c.b_end - c.b_start) - (c.a_end - c.a_start) for c in taken[side])
    return Piece(kind, *(range(s, e) for s, e in zip(starts, at, strict=True)))


def _kind(keys: Sequence[Sequence[bytes]], piece: Piece, taken: tuple[list[Change], list[Change]]) -> Kind:
    if not taken[1]:
        return Kind.OURS
    if not taken[0]:
        return Kind.THEIRS
    ours, theirs = (keys[n][span.start : span.stop] for n, span in ((1, piece.ours), (2, piece.theirs)))
    return Kind.BOTH if ours == theirs else Kind.CONFLICT
