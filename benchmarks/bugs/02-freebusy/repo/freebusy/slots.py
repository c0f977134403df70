"""Cutting free time into slots for a meeting."""

from .span import Span


def round_up(minutes, step):
    """The first multiple of ``step`` not before ``minutes``."""
    return -(-minutes // step) * step


def slots(free, length, step=15):
    """Every slot of ``length`` minutes that starts on a multiple of ``step``."""
    found = []
    for span in free:
        start = round_up(span.start, step)
        while start + length <= span.end:
            found.append(Span(start, start + length))
            start += step
    return found
