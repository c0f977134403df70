"""Ages and their texts."""

from datetime import timedelta

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_span(text):
    """Turn "12h", "7d" or "4w" into a timedelta."""
    unit = UNITS.get(text[-1:])
    if unit is None or not text[:-1].isdigit():
        raise ValueError(f"bad span {text!r}")
    return int(text[:-1]) * unit


def age_hours(time, now):
    """Return the full hours that have passed from time to now, days included.

    A time in the future has age 0.
    """
    passed = now - time
    if passed < timedelta(0):
        return 0
    return int(passed.seconds // 3600)


def span_hours(text):
    """Return the hours of a span text."""
    return int(parse_span(text) / timedelta(hours=1))


def describe_hours(hours):
    """Return "5 h" below two days, else the full days as "3 d"."""
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"
