"""Readings by stretch of time."""

from .running import Running


class Buckets:
    """A Running for each ``length`` seconds; empty ones are not kept."""

    def __init__(self, length):
        self._length = length
        self._buckets = {}

    def add(self, at, value):
        start = at // self._length * self._length
        if start not in self._buckets:
            self._buckets[start] = Running()
        self._buckets[start].add(value)

    def items(self):
        """``(start, Running)`` in the order of time."""
        return sorted(self._buckets.items(), key=lambda item: item[0])

    def between(self, first, last):
        """The buckets that start from ``first`` on and before ``last``."""
        return [bucket for start, bucket in self.items() if first <= start < last]
