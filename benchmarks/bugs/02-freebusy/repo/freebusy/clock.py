"""Reading and writing times of day."""

import re

from .errors import CalendarError
from .span import Span

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def parse_time(text):
    """Minutes since midnight of ``"HH:MM"``; ``"24:00"`` is the end of the day."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise CalendarError(f"not a time: {text!r}")
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise CalendarError(f"not a time: {text!r}")
    return hours * 60 + minutes


def parse_span(text):
    """The span written ``"HH:MM-HH:MM"``."""
    start, dash, end = text.partition("-")
    if not dash:
        raise CalendarError(f"not a span: {text!r}")
    return Span(parse_time(start), parse_time(end))


def format_time(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def format_span(span):
    return f"{format_time(span.start)}-{format_time(span.end)}"
