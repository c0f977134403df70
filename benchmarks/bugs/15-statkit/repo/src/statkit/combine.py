"""Summaries of summaries."""

from .errors import NoData
from .running import Running


def combine(parts):
    """One Running for everything the parts have seen."""
    whole = Running()
    for part in parts:
        whole.merge(part)
    if whole.count == 0:
        raise NoData("nothing to combine")
    return whole


def rolling(buckets, size):
    """``(start, Running)`` of each bucket together with the ``size - 1`` before it."""
    items = buckets.items()
    out = []
    for at in range(size - 1, len(items)):
        group = [bucket for _, bucket in items[at - size + 1 : at + 1]]
        out.append((items[at][0], combine(group)))
    return out
