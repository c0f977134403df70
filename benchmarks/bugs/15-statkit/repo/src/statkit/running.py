"""Statistics that grow with the values."""

import math

from .errors import NoData


class Running:
    """Count, mean, spread and extremes of the values seen so far.

    ``spread`` is the sum of the squared distances from the mean.
    """

    def __init__(self, values=()):
        self.count = 0
        self.mean = 0.0
        self.spread = 0.0
        self.low = math.inf
        self.high = -math.inf
        for value in values:
            self.add(value)

    def add(self, value):
        """See one more value."""
        self.count += 1
        distance = value - self.mean
        self.mean += distance / self.count
        self.spread += distance * (value - self.mean)
        self.low = min(self.low, value)
        self.high = max(self.high, value)

    def merge(self, other):
        """See everything the other one has seen, which is left as it is.

        Afterwards this one is as if each value of both had been added to it.
        The spread of the whole is that of the parts plus what comes from the
        distance between their means: its square, times the product of the two
        counts over their sum.
        """
        if other.count == 0:
            return
        total = self.count + other.count
        distance = other.mean - self.mean
        self.mean += distance * other.count / total
        self.count = total
        self.spread += other.spread + distance**2 * self.count * other.count / total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)

    def copy(self):
        twin = Running()
        twin.merge(self)
        return twin

    @property
    def variance(self):
        """The variance of the sample; zero for a single value."""
        if self.count == 0:
            raise NoData("no values")
        return self.spread / (self.count - 1) if self.count > 1 else 0.0

    @property
    def stdev(self):
        return math.sqrt(self.variance)
