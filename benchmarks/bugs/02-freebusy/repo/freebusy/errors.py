class CalendarError(ValueError):
    """Something is wrong with a time or a booking."""


class Clash(CalendarError):
    """A booking overlaps another one which does not allow that."""
