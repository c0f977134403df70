"""Time series of one sensor."""


class Series:
    """Readings of one sensor: equally long lists of times and values."""

    def __init__(self, name, times, values):
        self.name = name
        self.times = list(times)
        self.values = [float(value) for value in values]
        if len(self.times) != len(self.values):
            raise ValueError("times and values differ in length")
        if any(b <= a for a, b in zip(self.times, self.times[1:])):
            raise ValueError("times must increase")

    def __len__(self):
        return len(self.values)

    @classmethod
    def parse(cls, name, text):
        """Build a series from lines of ``time value``; skips empty lines."""
        rows = [line.split() for line in text.splitlines() if line.strip()]
        return cls(name, [int(row[0]) for row in rows], [row[1] for row in rows])

    def between(self, start, end):
        """Return the part with ``start <= time < end``."""
        rows = [(t, v) for t, v in zip(self.times, self.values) if start <= t < end]
        return Series(self.name, [t for t, _ in rows], [v for _, v in rows])

    def with_values(self, values):
        """Return a series with the same times and other values."""
        return Series(self.name, self.times, values)
