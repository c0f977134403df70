"""The front door."""

from .explore import quickest
from .journey import describe, to_legs
from .reader import read_network


class Planner:
    """Answers questions about one network."""

    def __init__(self, network, change=5):
        self._network = network
        self._change = change
        self._closed = set()

    @classmethod
    def from_text(cls, text, change=5):
        return cls(read_network(text), change)

    def close(self, stop):
        self._network.check(stop)
        self._closed.add(stop)

    def reopen(self, stop):
        self._closed.discard(stop)

    def journey(self, start, goal):
        """``(minutes, legs)`` of the quickest journey."""
        self._network.check(start)
        self._network.check(goal)
        minutes, rides = quickest(self._network, start, goal, self._change, self._closed)
        return minutes, to_legs(rides)

    def minutes(self, start, goal):
        return self.journey(start, goal)[0]

    def describe(self, start, goal):
        return describe(*self.journey(start, goal))

    def interchanges(self):
        """Stops at which more than one line calls."""
        return [stop for stop in self._network.stops() if len(self._network.lines_at(stop)) > 1]
