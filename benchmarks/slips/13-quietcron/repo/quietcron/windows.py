"""A single quiet window."""

from dataclasses import dataclass

from .clock import DAY, format_clock, parse_clock


@dataclass(frozen=True)
class QuietWindow:
    """Minutes of the day from ``start`` up to but not including ``end``.

    When ``end`` is smaller than ``start`` the window goes over midnight.
    """

    start: int
    end: int

    @classmethod
    def parse(cls, text):
        """Build a window from ``"HH:MM-HH:MM"``."""
        first, sep, last = text.partition("-")
        if not sep:
            raise ValueError(f"not a window: {text!r}")
        window = cls(parse_clock(first), parse_clock(last))
        if window.start == window.end:
            raise ValueError("a window may not be empty")
        return window

    @property
    def length(self):
        """Number of quiet minutes."""
        return (self.end - self.start) % DAY

    def covers(self, minute):
        """True if the minute of the day is inside the window.

        The start minute is inside and the end minute is outside.
        """
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute <= self.end

    def __str__(self):
        return f"{format_clock(self.start)}-{format_clock(self.end)}"
