"""Minutes and clock texts."""

DAY = 24 * 60


def parse_clock(text):
    """Turn "HH:MM" into minutes since midnight; "24:00" is the end of the day."""
    hours, minutes = text.split(":")
    value = int(hours) * 60 + int(minutes)
    if not 0 <= int(minutes) < 60 or not 0 <= value <= DAY:
        raise ValueError(f"bad time {text!r}")
    return value


def format_clock(minutes):
    """Turn minutes since midnight into "HH:MM"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def round_up(minutes, step):
    """Return the next multiple of step that is not before minutes."""
    return -(-minutes // step) * step


def format_length(minutes):
    """Turn a length into "1h30", "2h" or "45min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}min"
    return f"{hours}h{rest:02d}" if rest else f"{hours}h"
