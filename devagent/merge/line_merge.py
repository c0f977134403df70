"""Step 1: the merge by lines, from two histogram diffs against the base.

What it settles without a decision is what git settles: changes of one side only, and the same change of both. Changes
that overlap or touch (no common line between them) are a conflict. Lines that both sides have at the beginning or the
end of a conflict are taken out of it, as git does at its level "zealous".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from devagent.merge.histogram import Change, diff
from devagent.merge.limits import Limits
from devagent.merge.regions import Clean, Conflict, Region, Regions, Source, Spans
from devagent.merge.versions import Lines, Versions, split_lines


@dataclass(frozen=True)
class Chunk:
    """A stretch of the three versions that belongs together, before anything is said about its text."""

    source: Source | None
    """`None` where the sides disagree."""
    spans: Spans


def merge(versions: Versions, limits: Limits | None = None) -> Regions:
    """The regions of the file. Their spans tile the three versions in order; every line comes from one of them."""
    base, ours, theirs = (split_lines(text) for text in (versions.base, versions.ours, versions.theirs))
    regions: list[Region] = []
    number = 0
    for chunk in chunks(base, ours, theirs, limits):
        spans = chunk.spans
        ours_lines, theirs_lines = _cut(ours, spans.ours), _cut(theirs, spans.theirs)
        if chunk.source is None:
            regions.extend(trimmed(Conflict(_cut(base, spans.base), ours_lines, theirs_lines, spans, number)))
            number += 1
        else:
            lines = theirs_lines if chunk.source is Source.THEIRS else ours_lines
            regions.append(Clean(lines, chunk.source, spans))
    return tuple(regions)


def chunks(
    base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes], limits: Limits | None = None
) -> list[Chunk]:
    """The three versions, aligned: unchanged, changed by one side, by both alike, or in conflict."""
    operations = (limits or Limits()).diff_operations
    pending = _Pending(ours, theirs, diff(base, ours, operations), diff(base, theirs, operations))
    found = []
    while (start := pending.next_change()) is not None:
        if start > pending.base:
            found.append(pending.unchanged(start))
        found.append(pending.changed())
    if pending.base < len(base):
        found.append(pending.unchanged(len(base)))
    return found


class _Pending:
    """How far the three versions are read, and the changes that are still to come."""

    def __init__(
        self, ours: Sequence[bytes], theirs: Sequence[bytes], our_changes: list[Change], their_changes: list[Change]
    ) -> None:
        self.texts = (ours, theirs)
        self.changes = (our_changes[::-1], their_changes[::-1])
        self.base = 0
        self.sides = [0, 0]

    def next_change(self) -> int | None:
        """Where in the base the next change of either side starts."""
        return min((side[-1].a_start for side in self.changes if side), default=None)

    def unchanged(self, end: int) -> Chunk:
        """The lines up to `end` of the base, which both sides kept."""
        count = end - self.base
        return self._chunk(Source.BASE, end, [at + count for at in self.sides])

    def changed(self) -> Chunk:
        """The next change, together with all changes of the other side that overlap or touch it."""
        taken: tuple[list[Change], list[Change]] = ([], [])
        first = 0 if not self.changes[1] or self._starts(0) <= self._starts(1) else 1
        end = self._take(first, taken)
        while (side := self._reaching(end)) is not None:
            end = max(end, self._take(side, taken))
        ends = [
            self.sides[i] + end - self.base + sum((c.b_end - c.b_start) - (c.a_end - c.a_start) for c in taken[i])
            for i in (0, 1)
        ]
        return self._chunk(self._source(taken, ends), end, ends)

    def _starts(self, side: int) -> float:
        return self.changes[side][-1].a_start if self.changes[side] else float("inf")

    def _reaching(self, end: int) -> int | None:
        return next((side for side in (0, 1) if self._starts(side) <= end), None)

    def _take(self, side: int, taken: tuple[list[Change], list[Change]]) -> int:
        change = self.changes[side].pop()
        taken[side].append(change)
        return change.a_end

    def _source(self, taken: tuple[list[Change], list[Change]], ends: list[int]) -> Source | None:
        if not taken[1]:
            return Source.OURS
        if not taken[0]:
            return Source.THEIRS
        ours, theirs = (self.texts[i][self.sides[i] : ends[i]] for i in (0, 1))
        return Source.BOTH if ours == theirs else None

    def _chunk(self, source: Source | None, base_end: int, ends: list[int]) -> Chunk:
        spans = Spans(range(self.base, base_end), *(range(s, e) for s, e in zip(self.sides, ends, strict=True)))
        self.base, self.sides = base_end, ends
        return Chunk(source, spans)


def trimmed(conflict: Conflict) -> list[Region]:
    """The conflict without the lines that both sides begin or end with; those as regions of their own.

    The base stays with the conflict: which of its lines the trimmed ones were cannot be told.
    """
    ours, theirs, spans = conflict.ours, conflict.theirs, conflict.spans
    most = min(len(ours), len(theirs))
    head = next((i for i in range(most) if ours[i] != theirs[i]), most)
    tail = next((i for i in range(most - head) if ours[-1 - i] != theirs[-1 - i]), most - head)
    if not head and not tail:
        return [conflict]
    base_ends = range(spans.base.start, spans.base.start), range(spans.base.stop, spans.base.stop)
    before = Spans(base_ends[0], spans.ours[:head], spans.theirs[:head])
    after = Spans(base_ends[1], spans.ours[len(ours) - tail :], spans.theirs[len(theirs) - tail :])
    rest = Spans(spans.base, spans.ours[head : len(ours) - tail], spans.theirs[head : len(theirs) - tail])
    inner = Conflict(
        conflict.base, ours[head : len(ours) - tail], theirs[head : len(theirs) - tail], rest, conflict.number
    )
    regions: list[Region] = [inner]
    if head:
        regions.insert(0, Clean(ours[:head], Source.BOTH, before))
    if tail:
        regions.append(Clean(ours[len(ours) - tail :], Source.BOTH, after))
    return regions


def _cut(lines: Lines, span: range) -> Lines:
    return lines[span.start : span.stop]
