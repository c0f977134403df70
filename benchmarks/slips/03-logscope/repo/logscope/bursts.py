"""Detection of error bursts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Burst:
    """A run of errors: first and last time and how many there were."""

    start: datetime
    end: datetime
    count: int

    @property
    def seconds(self):
        """Return the time from the first to the last error."""
        return (self.end - self.start).total_seconds()


class BurstDetector:
    """Feeds on the entries of one source in order of time and collects bursts.

    An error belongs to the running burst when it comes at most `window` seconds after the
    error before. Runs of fewer than `minimum` errors are no bursts.
    """

    def __init__(self, window=10, minimum=2):
        self.window = window
        self.minimum = minimum
        self.bursts = []
        self._start = None
        self._last = None
        self._count = 0

    def feed(self, entry):
        """Take one more entry; only errors count, others do not end a run."""
        if not entry.is_error:
            return
        if self._start is not None:
            pause = (entry.time - self._last).total_seconds()
            if pause > self.window:
                self._close()
        if self._start is None:
            self._start = entry.time
        self._last = entry.time
        self._count += 1

    def finish(self):
        """End the running burst and return all bursts found."""
        self._close()
        return list(self.bursts)

    def _close(self):
        """Record the running errors when they are enough; the next run starts empty in any case."""
        if self._count >= self.minimum:
            self.bursts.append(Burst(self._start, self._last, self._count))
