"""What remains of a stretch of time when others are taken out of it."""

from .span import Span


def subtract(window, blocks, padding=0, at_least=1):
    """The parts of ``window`` which no block touches, in order.

    The blocks come in any order; they may overlap each other, lie one inside
    another, or stick out of the window. Each of them is made longer by
    ``padding`` minutes at both ends, as a break before and after. Parts of
    less than ``at_least`` minutes are not worth mentioning.
    """
    free = []
    cursor = window.start
    for block in sorted(blocks):
        start = block.start - padding
        end = block.end + padding
        if end <= window.start:
            continue
        if start >= window.end:
            break
        if start - cursor >= at_least:
            free.append(Span(cursor, start))
        cursor = end
    if window.end - cursor >= at_least:
        free.append(Span(cursor, window.end))
    return free


def total_minutes(spans):
    return sum(span.minutes for span in spans)
