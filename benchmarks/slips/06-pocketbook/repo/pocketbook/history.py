"""Balances as they were at the end of days."""

from bisect import bisect_right


class History:
    """Remembers one mapping of balances per day; days come in order."""

    def __init__(self):
        self._days = []
        self._states = []

    def record(self, day, state):
        """Remember the state at the end of day; a second one for the last day replaces it."""
        if self._days and day < self._days[-1]:
            raise ValueError("days must be recorded in order")
        if self._days and day == self._days[-1]:
            self._states[-1] = state
            return
        self._days.append(day)
        self._states.append(state)

    def at(self, day):
        """Return the state at the end of day: that of the last day recorded up to it."""
        index = bisect_right(self._days, day)
        return self._states[index - 1] if index else {}

    def series(self, name):
        """Return (day, balance) of one account for each recorded day."""
        return [(day, state.get(name, 0)) for day, state in zip(self._days, self._states)]

    def change(self, name, first, last):
        """Return by how much an account changed from the end of first to the end of last."""
        return self.at(last).get(name, 0) - self.at(first).get(name, 0)
