"""The calendar of future events."""

import heapq
from itertools import count


class Calendar:
    """Runs actions in the order of their times.

    Actions of the same time run in the order in which they were added.
    """

    def __init__(self):
        self.now = 0.0
        self._heap = []
        self._number = count()

    def at(self, time, action, *args):
        """Plan ``action(*args)`` for a time that is not in the past."""
        if time < self.now:
            raise ValueError(f"{time} is before {self.now}")
        heapq.heappush(self._heap, (time, next(self._number), action, args))

    def after(self, delay, action, *args):
        """Plan ``action(*args)`` for ``delay`` from now."""
        self.at(self.now + delay, action, *args)

    def run(self, until=None):
        """Run the planned actions; stops before those later than ``until``."""
        while self._heap and (until is None or self._heap[0][0] <= until):
            time, _, action, args = heapq.heappop(self._heap)
            self.now = time
            action(*args)
        if until is not None:
            self.now = max(self.now, until)
