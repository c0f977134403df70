"""Collectors of figures during a run."""


class Tally:
    """Count, mean and largest of single observations."""

    def __init__(self):
        self.count = 0
        self.total = 0.0
        self.largest = None

    def add(self, value):
        """Take one observation."""
        self.count += 1
        self.total += value
        if self.largest is None or value > self.largest:
            self.largest = value

    @property
    def mean(self):
        """Mean of the observations; 0 without any."""
        return self.total / self.count if self.count else 0.0


class LevelMeter:
    """Average over time of a level that changes in steps."""

    def __init__(self, start=0.0, level=0):
        self.start = start
        self.level = level
        self.peak = level
        self._last = start
        self._area = 0.0

    def _advance(self, now):
        """Add the area under the current level up to ``now``."""
        self._area += self.level * (now - self._last)
        self._last = now

    def set(self, now, level):
        """Change the level at time ``now``.

        The old level counts up to ``now`` and the new one from then on.
        """
        if now < self._last:
            raise ValueError("time does not run backwards")
        self.level = level
        self._advance(now)
        self.peak = max(self.peak, level)

    def mean(self, now):
        """Return the average over the time from the start to ``now``."""
        self._advance(now)
        elapsed = now - self.start
        return self._area / elapsed if elapsed > 0 else float(self.level)
