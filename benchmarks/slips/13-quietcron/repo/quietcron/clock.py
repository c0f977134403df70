"""Minutes of the day and their text form."""

DAY = 24 * 60


def parse_clock(text):
    """Turn ``"HH:MM"`` into the minute of the day; ``"24:00"`` is 0."""
    hours, sep, minutes = text.strip().partition(":")
    if not sep or not hours.isdigit() or not minutes.isdigit():
        raise ValueError(f"not a time of day: {text!r}")
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > DAY:
        raise ValueError(f"not a time of day: {text!r}")
    return value % DAY


def format_clock(minute):
    """Turn a minute count into ``"HH:MM"``; whole days are dropped."""
    hours, minutes = divmod(minute % DAY, 60)
    return f"{hours:02d}:{minutes:02d}"


def is_clock(text):
    """True if ``parse_clock`` can read the text."""
    try:
        parse_clock(text)
    except ValueError:
        return False
    return True


def forward_distance(minute, target):
    """Minutes to wait from ``minute`` until the clock shows ``target``."""
    return (target - minute) % DAY
