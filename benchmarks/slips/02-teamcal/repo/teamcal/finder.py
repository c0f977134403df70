"""Looking for common free time."""

from .intervals import Interval, gaps, merge
from .timeutil import round_up


def common_hours(people):
    """Return the hours in which all people work, or None when there are none."""
    spans = [person.hours() for person in people]
    start = max(span.start for span in spans)
    end = min(span.end for span in spans)
    return Interval(start, end) if start < end else None


def free_slots(people, minimum=30):
    """Return the intervals of at least `minimum` minutes in which nobody is busy."""
    bounds = common_hours(people)
    if bounds is None:
        return []
    busy = merge(span for person in people for span in person.busy())
    return [gap for gap in gaps(busy, bounds) if gap.length >= minimum]


def first_slot(people, length, step=15):
    """Return the first free interval of exactly `length` minutes starting on a step."""
    for gap in free_slots(people, length):
        start = round_up(gap.start, step)
        if start + length <= gap.end:
            return Interval(start, start + length)
    return None
