"""The set of quiet windows of an installation."""

from .clock import DAY, forward_distance
from .windows import QuietWindow


class QuietHours:
    """Several quiet windows, which may touch or overlap."""

    def __init__(self, *texts):
        self.windows = [QuietWindow.parse(text) for text in texts]

    def window_at(self, minute):
        """Return the first window which covers the minute, or None."""
        for window in self.windows:
            if window.covers(minute % DAY):
                return window
        return None

    def is_quiet(self, minute):
        """True if any window covers the minute."""
        return self.window_at(minute) is not None

    def release(self, minute):
        """Return the first minute at or after ``minute`` that is not quiet.

        Raises ValueError if the windows together cover the whole day.
        """
        limit = minute + DAY
        while True:
            window = self.window_at(minute)
            if window is None:
                return minute
            minute += forward_distance(minute % DAY, window.end) or DAY
            if minute >= limit:
                raise ValueError("every minute of the day is quiet")

    def quiet_minutes(self):
        """Count the quiet minutes of one day, overlaps only once."""
        return sum(self.is_quiet(minute) for minute in range(DAY))
