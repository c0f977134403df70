"""Values that are not text."""

from .errors import BadValue

_WORDS = {
    "yes": True, "true": True, "on": True, "1": True,
    "no": False, "false": False, "off": False, "0": False,
}


def to_int(value):
    try:
        return int(value)
    except ValueError:
        raise BadValue(f"not a whole number: {value!r}") from None


def to_bool(value):
    try:
        return _WORDS[value.lower()]
    except KeyError:
        raise BadValue(f"neither yes nor no: {value!r}") from None


def to_list(value):
    """Items separated by commas or line breaks."""
    return [item.strip() for item in value.replace("\n", ",").split(",") if item.strip()]
