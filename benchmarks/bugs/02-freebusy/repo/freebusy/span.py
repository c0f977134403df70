"""A stretch of time within one day."""

from dataclasses import dataclass

from .errors import CalendarError


@dataclass(frozen=True, order=True)
class Span:
    """The minutes from ``start`` up to, not including, ``end``."""

    start: int
    end: int

    def __post_init__(self):
        if self.end < self.start:
            raise CalendarError(f"a span cannot end before it starts: {self.start}..{self.end}")

    @property
    def minutes(self):
        return self.end - self.start

    def overlaps(self, other):
        return self.start < other.end and other.start < self.end

    def contains(self, other):
        return self.start <= other.start and other.end <= self.end
