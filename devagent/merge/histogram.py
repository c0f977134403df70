"""Histogram diff: the alignment of two versions that keeps rare lines together.

The algorithm is the one that JGit introduced and git took over: among all common runs of lines take the one whose
rarest line occurs least often (the longest, where several do), split both versions there, and go on with what stands
before and behind it. Where every common line occurs too often to say anything, Myers' greedy algorithm (An O(ND)
difference algorithm, 1986) aligns that part. A long part is first split at the lines that occur once in both versions.
"""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple

from devagent.merge.anchors import anchors

_TOO_COMMON = 64
"""Lines that occur more often than this are no anchors."""
_MYERS = 400_000
"""Operations of one shortest edit script. One that takes more aligns lines that have nothing to do with each other."""
_LARGE = 4_000
"""Lines of both versions from which on a part is first split at the lines that occur once in both."""


class Change(NamedTuple):
    """Lines `a_start` up to `a_end` of the first version became lines `b_start` up to `b_end` of the second."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int

    @property
    def is_pure(self) -> bool:
        """Whether lines were only inserted or only deleted."""
        return self.a_start == self.a_end or self.b_start == self.b_end


def diff(a: Sequence[Hashable], b: Sequence[Hashable], operations: int = 2_000_000) -> list[Change]:
    """The changes that make `b` of `a`, in order, with at least one common line between any two.

    Past `operations` comparisons what is still to be aligned counts as changed as a whole.
    """
    start = _common_prefix(a, b)
    end = _common_suffix(a, b, start)
    numbers: dict[Hashable, int] = {}
    differ = _Differ(_interned(a, numbers), _interned(b, numbers), operations)
    differ.align(start, len(a) - end, start, len(b) - end)
    return _slid(a, b, _joined(differ.changes))


def _common_prefix(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    at = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        at += 1
    return at


def _common_suffix(a: Sequence[Hashable], b: Sequence[Hashable], prefix: int) -> int:
    most = min(len(a), len(b)) - prefix
    at = 0
    while at < most and a[-1 - at] == b[-1 - at]:
        at += 1
    return at


def _interned(lines: Sequence[Hashable], numbers: dict[Hashable, int]) -> list[int]:
    """The lines as numbers, equal for equal lines: numbers compare faster than long lines."""
    return [numbers.setdefault(line, len(numbers)) for line in lines]


class _Run(NamedTuple):
    """A common run of lines: `length` lines from `a` and `b` on, whose rarest occurs `rarity` times."""

    a: int
    b: int
    length: int
    rarity: int


class _Differ:
    """One diff: the two versions, the changes found so far, and the operations that are left."""

    def __init__(self, a: list[int], b: list[int], operations: int) -> None:
        self.a, self.b, self.left = a, b, operations
        self.changes: list[Change] = []

    def align(self, a_start: int, a_end: int, b_start: int, b_end: int) -> None:
        """Find the changes in one part of both versions. The parts still to do wait on a stack, the first on top."""
        waiting = [(a_start, a_end, b_start, b_end)]
        while waiting:
            a_start, a_end, b_start, b_end = part = waiting.pop()
            if a_start == a_end and b_start == b_end:
                continue
            if a_start == a_end or b_start == b_end or self.left <= 0:
                self.changes.append(Change(*part))
                continue
            between = self._between_anchors(part)
            if len(between) > 1:
                waiting += reversed(between)
                continue
            run, has_common = self._best_run(*part)
            if run is not None:
                waiting.append((run.a + run.length, a_end, run.b + run.length, b_end))
                waiting.append((a_start, run.a, b_start, run.b))
            elif has_common:
                self._myers(*part)
            else:
                self.changes.append(Change(*part))

    def _between_anchors(self, part: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
        """What stands between the lines that occur once in both versions of a large part."""
        a_at, a_end, b_at, b_end = part
        if a_end - a_at + b_end - b_at < _LARGE:
            return []
        self.left -= a_end - a_at + b_end - b_at
        found = []
        for a_here, b_here in [*anchors(self.a, self.b, part), (a_end, b_end)]:
            if (a_at, b_at) != (a_here, b_here):
                found.append((a_at, a_here, b_at, b_here))
            a_at, b_at = a_here + 1, b_here + 1
        return found

    def _best_run(self, a_start: int, a_end: int, b_start: int, b_end: int) -> tuple[_Run | None, bool]:
        """The common run to split at, and whether the part has any line in common."""
        places: dict[int, list[int]] = {}
        for at in range(a_start, a_end):
            places.setdefault(self.a[at], []).append(at)
        self.left -= a_end - a_start + b_end - b_start
        best, has_common = None, False
        at = b_start
        while at < b_end:
            found = places.get(self.b[at])
            following = at + 1
            if found is not None:
                has_common = True
                if len(found) <= (_TOO_COMMON if best is None else best.rarity):
                    best, following = self._longest(found, at, places, best, (a_start, a_end, b_start, b_end))
            at = following
        return best, has_common

    def _longest(
        self,
        found: list[int],
        at: int,
        places: dict[int, list[int]],
        best: _Run | None,
        part: tuple[int, int, int, int],
    ) -> tuple[_Run | None, int]:
        """The better one of `best` and the runs through line `at` of the second version; and the line to go on with."""
        a_start, a_end, b_start, b_end = part
        a, b = self.a, self.b
        following, behind = at + 1, -1
        for place in found:
            if place < behind:
                continue
            first, other, count = place, at, len(found)
            while first > a_start and other > b_start and a[first - 1] == b[other - 1]:
                first, other = first - 1, other - 1
                count = min(count, len(places[a[first]]))
            behind, end = place + 1, at + 1
            while behind < a_end and end < b_end and a[behind] == b[end]:
                count = min(count, len(places[a[behind]]))
                behind, end = behind + 1, end + 1
            self.left -= behind - first
            following = max(following, end)
            if best is None or behind - first > best.length or count < best.rarity:
                best = _Run(first, other, behind - first, count)
        return best, following

    def _myers(self, a_start: int, a_end: int, b_start: int, b_end: int) -> None:
        """Align one part by the shortest edit script, or change it as a whole when that takes too long to find."""
        trace = self._trace(a_start, a_end, b_start, b_end)
        if trace is None:
            self.changes.append(Change(a_start, a_end, b_start, b_end))
            return
        width, height = a_end - a_start, b_end - b_start
        k, edits = width - height, []
        for furthest in reversed(trace):
            below, above = furthest[(k + len(furthest)) // 2 - 1 :][:2]
            deleted, inserted = _further(below, above, k, width, height)
            inserts = inserted >= deleted
            x = inserted if inserts else deleted - 1
            k = k + 1 if inserts else k - 1
            at, other = a_start + x, b_start + x - k
            edits.append(Change(at, at + (not inserts), other, other + inserts))
        self.changes.extend(reversed(edits))

    def _trace(self, a_start: int, a_end: int, b_start: int, b_end: int) -> list[list[int]] | None:
        """How far each diagonal gets with 0, 1, 2… edits, up to one less than are needed; `None` past the limit.

        With n edits these are the diagonals -n, -n + 2 … n; before the first and behind the last there is nothing.
        """
        a, b = self.a, self.b
        width, height = a_end - a_start, b_end - b_start
        least = self.left - _MYERS
        trace = [[_NOWHERE, _NOWHERE]]
        for edits in range(width + height + 1):
            reached = [_NOWHERE]
            for k, (below, above) in zip(range(-edits, edits + 1, 2), pairwise(trace[-1]), strict=True):
                x = start = max(_further(below, above, k, width, height)) if edits else 0
                if x >= 0:
                    while x < width and x - k < height and a[a_start + x] == b[b_start + x - k]:
                        x += 1
                    if x == width and x - k == height:
                        return trace[1:]
                    self.left -= 1 + x - start
                reached.append(x)
            if self.left <= max(0, least):
                return None
            trace.append([*reached, _NOWHERE])
        raise AssertionError("so many edits always suffice")


_NOWHERE = -2
"""How far a diagonal gets that cannot be reached."""


def _further(below: int, above: int, k: int, width: int, height: int) -> tuple[int, int]:
    """How far diagonal `k` gets with one more deletion or insertion, from the diagonals next to it."""
    return below + 1 if 0 <= below < width else _NOWHERE, above if above - k <= height else _NOWHERE


def _joined(changes: list[Change]) -> list[Change]:
    """The same changes, those that touch made one."""
    joined: list[Change] = []
    for change in changes:
        if joined and joined[-1].a_end == change.a_start and joined[-1].b_end == change.b_start:
            change = Change(joined[-1].a_start, change.a_end, joined[-1].b_start, change.b_end)
            joined.pop()
        joined.append(change)
    return joined


def _slid(a: Sequence[Hashable], b: Sequence[Hashable], changes: list[Change]) -> list[Change]:
    """The changes as far down as they go without meaning something else; those that come to touch are made one.

    An inserted or deleted block may start one line later if its first line is also the one after it. Both diffs of a
    merge must choose the same place, or the same change made by both sides does not look the same.
    """
    slid: list[Change] = []
    waiting = changes[::-1]
    while waiting:
        change = waiting.pop()
        if change.is_pure:
            lines, start, end = (b, *change[2:]) if change.a_start == change.a_end else (a, *change[:2])
            above = _gap(slid[-1], change) if slid else change.a_start
            below = _gap(change, waiting[-1]) if waiting else len(a) - change.a_end
            if slid and above == _matching(lines, start - 1, end - 1, -1, above):
                waiting.append(_united(slid.pop(), change, down=0))
                continue
            shift = _matching(lines, start, end, 1, below)
            if waiting and shift == below:
                waiting.append(_united(change, waiting.pop(), down=shift))
                continue
            change = Change(*(place + shift for place in change))
        slid.append(change)
    return slid


def _gap(before: Change, after: Change) -> int:
    """The common lines between two changes."""
    return after.a_start - before.a_end


def _matching(lines: Sequence[Hashable], first: int, second: int, step: int, most: int) -> int:
    """How many lines from `first` on equal those from `second` on, going by `step`, at most `most`."""
    count = 0
    while count < most and lines[first + count * step] == lines[second + count * step]:
        count += 1
    return count


def _united(before: Change, after: Change, *, down: int) -> Change:
    """Two changes as one: the pure one of them slides over all lines between them, `down` of them downwards."""
    up = _gap(before, after) - down
    return Change(before.a_start + down, after.a_end - up, before.b_start + down, after.b_end - up)
