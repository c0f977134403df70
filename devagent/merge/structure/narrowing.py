"""A conflict that a merge by structure could not settle, made smaller: whole lines in which nothing is left to choose.

The places of the merged tree become rows, each of them whole lines in every version. A row is untouched, or settled, or
in conflict; the rows between the ends of a conflict of the line merge are what becomes of that conflict.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from devagent.merge.line_merge import trimmed
from devagent.merge.markers import belong_together
from devagent.merge.regions import Clean, Conflict, Region, Regions, Source, Spans
from devagent.merge.regions import settled as settled_region
from devagent.merge.structure import verdict
from devagent.merge.structure.pieces import Piece, settled
from devagent.merge.structure.verdict import Step
from devagent.merge.structure.window import Window
from devagent.merge.versions import Lines, split_lines

_ONE_SIDE = Step("one side, beside a conflict")

Lines3 = tuple[int, int, int]
"""A line in each version: base, ours, theirs."""


@dataclass(frozen=True)
class Row:
    """Whole lines of all versions that belong together.

    Attributes:
        merged: the lines of the result; `None` where the versions do not go together.
    """

    base: Lines
    ours: Lines
    theirs: Lines
    merged: Lines | None

    @property
    def is_untouched(self) -> bool:
        """Whether it is the same in all versions."""
        return self.base == self.ours == self.theirs == self.merged

    def end(self, start: Lines3) -> Lines3:
        """The lines of the three versions behind it, if these are where it starts."""
        return start[0] + len(self.base), start[1] + len(self.ours), start[2] + len(self.theirs)

    def cut(self, start: Lines3, end: Lines3) -> "tuple[Row, Row | None]":
        """The row up to `end` and what is left of it, where it goes further and can be cut; else the row as it is.

        A change of one side can be cut anywhere in the text of that side, if it is at one place in the other two.
        """
        base, ours, theirs = (last - first for first, last in zip(start, end, strict=True))
        by_ours = self.theirs == self.base
        kept, changed, same, at = (
            (self.theirs, self.ours, theirs, ours) if by_ours else (self.ours, self.theirs, ours, theirs)
        )
        is_one_sided = base == same and kept == self.base and changed == self.merged
        if (
            self.end(start) == end
            or not is_one_sided
            or base not in range(len(kept) + 1)
            or at not in range(len(changed) + 1)
        ):
            return self, None
        parts = (kept[:base], changed[:at]), (kept[base:], changed[at:])
        if by_ours:
            first, rest = (Row(old, new, old, new) for old, new in parts)
        else:
            first, rest = (Row(old, old, new, new) for old, new in parts)
        return first, rest


@dataclass(frozen=True)
class Unit:
    """A region of the line merge; a conflict together with what was trimmed off it.

    Attributes:
        indices: where it stands among the regions.
        lines: its text, if it is clean.
        ends: the lines of the three versions behind it.
    """

    indices: Sequence[int]
    lines: Lines | None
    ends: Lines3


def narrowed(regions: Regions, window: Window, pieces: Sequence[Piece]) -> Mapping[int, Regions]:
    """What becomes of the conflicts in a window, by their index and that of what was trimmed off them.

    Nothing where the rows do not fit the clean regions.

    Arguments:
        pieces: what the merge of the window gives.
    """
    waiting = list(_rows(window, pieces))[::-1]
    found: dict[int, Regions] = {}
    at = window.first_lines(regions)
    for unit in _units(regions, window):
        start, rows = at, []
        while at != unit.ends and waiting:
            row, rest = waiting.pop().cut(at, unit.ends)
            rows.append(row)
            waiting += [rest] if rest else []
            at = row.end(at)
        if at != unit.ends:
            return {}
        if unit.lines is None:
            conflict = next(r for index in unit.indices if isinstance(r := regions[index], Conflict))
            parts = _parts(conflict, start, rows)
            found |= dict.fromkeys(unit.indices, ()) | {unit.indices[0]: parts} if parts else {}
        elif any(row.merged is None for row in rows) or _joined(rows).merged != unit.lines:
            return {}
    return {} if waiting else found


def _parts(conflict: Conflict, start: Lines3, rows: Sequence[Row]) -> Regions:
    """The regions in the place of a conflict; none where it gets no smaller."""
    parts: list[Region] = []
    at = start
    for kind, run in groupby(rows, key=_kind):
        row = _joined(list(run))
        ends = row.end(at)
        spans = Spans(*(range(here, end) for here, end in zip(at, ends, strict=True)))
        part = Conflict(row.base, row.ours, row.theirs, spans, conflict.number)
        if kind == "conflict" or row.merged is None:
            parts += trimmed(part)
        elif kind == "untouched":
            parts.append(Clean(row.merged, Source.BASE, spans))
        else:
            parts.append(settled_region(part, verdict.decision(part, row.merged, None, [_ONE_SIDE])))
        at = ends
    open_ones = [part for part in parts if isinstance(part, Conflict)]
    is_smaller = sum(part.size for part in open_ones) < conflict.size
    return tuple(parts) if is_smaller and conflict.proposal is None else ()


def _kind(row: Row) -> str:
    """What becomes of a row. One that both sides changed stays in the conflict: people did the same in 6 of 17."""
    if row.is_untouched:
        return "untouched"
    return "one side" if row.merged is not None and row.base in (row.ours, row.theirs) else "conflict"


def _joined(rows: Sequence[Row]) -> Row:
    base, ours, theirs, merged = (
        tuple(line for row in rows for line in getattr(row, name) or ())
        for name in ("base", "ours", "theirs", "merged")
    )
    return Row(base, ours, theirs, None if any(row.merged is None for row in rows) else merged)


def _units(regions: Regions, window: Window) -> Iterator[Unit]:
    """The regions of a window, the first and the last cut as it is."""
    start, end = window.start.cut, window.end.cut
    group: list[int] = []
    for index in window.regions:
        region = regions[index]
        group.append(index)
        if index + 1 in window.regions and belong_together(region, regions[index + 1]):
            continue
        spans = region.spans
        if index == end.region:  # it is a clean one that neither side touched
            ends = (spans.base.start + end.offset, spans.ours.start + end.offset, spans.theirs.start + end.offset)
        else:
            ends = (spans.base.stop, spans.ours.stop, spans.theirs.stop)
        if isinstance(region, Clean) and len(group) == 1:
            first = start.offset if index == start.region else 0
            yield Unit(group, region.lines[first : end.offset if index == end.region else None], ends)
        else:
            yield Unit(group, None, ends)
        group = []


def _rows(window: Window, pieces: Sequence[Piece]) -> Iterator[Row]:
    """The pieces as rows, in order."""
    waiting: list[Piece] = []
    for piece in _cut(_whole(window, pieces)):
        waiting.append(piece)
        if _ends_lines(waiting):
            yield _row(waiting)
            waiting = []
    if waiting:
        yield _row(waiting)


def _whole(window: Window, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what stands in the first and the last line outside of them, or without what is not replaced."""
    first, last = window.start.outside, window.end.outside
    whole = list(pieces)
    if first is None:
        whole[0] = _mapped(whole[0], lambda text: text.partition(b"\n")[2])
    if last is None:
        whole[-1] = _mapped(whole[-1], lambda text: text[: text.rfind(b"\n") + 1])
    return [_same(first or b""), *whole, _same(last or b"")]


def _same(text: bytes) -> Piece:
    return Piece(text, text, text, text)


def _mapped(piece: Piece, change: Callable[[bytes], bytes]) -> Piece:
    merged = None if piece.merged is None else change(piece.merged)
    return Piece(change(piece.base), change(piece.ours), change(piece.theirs), merged)


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, cut at line ends: what is untouched line by line, the others where all begin or end with a line."""
    for piece in pieces:
        if piece.is_untouched:
            yield from (_same(line) for line in split_lines(piece.base))
            continue
        texts = [text for text in (*piece.versions, piece.merged) if text is not None]
        heads = {text[: text.find(b"\n") + 1] for text in texts}
        head = heads.pop() if len(heads) == 1 else b""
        tails = {text[max(len(head), text.rfind(b"\n") + 1) :] for text in texts}
        tail = tails.pop() if len(tails) == 1 else b""
        yield _same(head)
        inner = slice(len(head), -len(tail) or None)
        yield _mapped(piece, itemgetter(inner))
        yield _same(tail)


def _ends_lines(pieces: Sequence[Piece]) -> bool:
    """Whether every version of these pieces is whole lines."""
    merged = settled(pieces)
    texts = [b"".join(version) for version in zip(*(piece.versions for piece in pieces), strict=True)]
    return all(text.endswith(b"\n") or not text for text in [*texts, *([merged] if merged is not None else [])])


def _row(pieces: Sequence[Piece]) -> Row:
    base, ours, theirs = (
        split_lines(b"".join(version)) for version in zip(*(piece.versions for piece in pieces), strict=True)
    )
    merged = settled(pieces)
    return Row(base, ours, theirs, None if merged is None else split_lines(merged))
