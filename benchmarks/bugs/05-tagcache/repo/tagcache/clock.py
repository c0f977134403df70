"""Where the time comes from."""

import time


class SystemClock:
    def now(self):
        return time.monotonic()


class ManualClock:
    """A clock that only moves when told to; for tests."""

    def __init__(self, now=0.0):
        self._now = now

    def now(self):
        return self._now

    def advance(self, seconds):
        self._now += seconds
