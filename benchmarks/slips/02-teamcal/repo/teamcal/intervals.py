"""Half-open intervals [start, end) of minutes."""

from typing import NamedTuple


class Interval(NamedTuple):
    """A span of minutes; the end does not belong to it."""

    start: int
    end: int

    @property
    def length(self):
        """Minutes in the span."""
        return self.end - self.start

    def overlaps(self, other):
        """Tell whether both spans share at least one minute."""
        return self.start < other.end and other.start < self.end


def merge(intervals):
    """Join overlapping or touching intervals; return them sorted and disjoint.

    The result covers every minute that any of the intervals covers.
    """
    result = []
    for item in sorted(intervals):
        if result and item.start <= result[-1].end:
            last = result.pop()
            item = Interval(last.start, item.end)
        result.append(item)
    return result


def clip(interval, bounds):
    """Return the part of interval within bounds, or None when nothing is left."""
    start = max(interval.start, bounds.start)
    end = min(interval.end, bounds.end)
    return Interval(start, end) if start < end else None


def gaps(busy, bounds):
    """Return what of bounds is not covered by the disjoint, sorted busy intervals."""
    free = []
    cursor = bounds.start
    for item in busy:
        part = clip(item, bounds)
        if part is None:
            continue
        if part.start > cursor:
            free.append(Interval(cursor, part.start))
        cursor = part.end
    if cursor < bounds.end:
        free.append(Interval(cursor, bounds.end))
    return free
