"""From the segments of a path to values."""

from .errors import PatternError


class Converter:
    """Takes any one segment as it is."""

    rank = 2

    def parse(self, segment):
        """The value of a segment; None when it does not fit."""
        return segment

    def format(self, value):
        return str(value)


class IntConverter(Converter):
    """A whole number without a sign."""

    rank = 1

    def parse(self, segment):
        return int(segment) if segment.isascii() and segment.isdigit() else None


class SlugConverter(Converter):
    """Small letters, digits and dashes."""

    rank = 1

    def parse(self, segment):
        fits = segment and all(char.isalnum() or char == "-" for char in segment)
        return segment if fits and segment == segment.lower() else None


CONVERTERS = {"str": Converter, "int": IntConverter, "slug": SlugConverter}


def converter(name):
    try:
        return CONVERTERS[name]()
    except KeyError:
        raise PatternError(f"no converter {name!r}") from None
