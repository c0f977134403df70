"""What can be done with a value before it is shown."""

import html

from .errors import RenderError


class Raw(str):
    """Text that must not be escaped."""


FILTERS = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "length": len,
    "join": lambda value: ", ".join(str(item) for item in value),
    "sorted": sorted,
    "raw": lambda value: Raw(value),
}


def apply_filters(value, names):
    for name in names:
        if name not in FILTERS:
            raise RenderError(f"no filter {name!r}")
        value = FILTERS[name](value)
    return value


def show(value):
    """A value as it appears in the page."""
    if value is None:
        return ""
    if isinstance(value, Raw):
        return str(value)
    return html.escape(str(value))
