class VersionError(ValueError):
    """A text that is no version."""


class RangeError(ValueError):
    """A text that is no range."""


class NoMatch(LookupError):
    """No published version lies in a range."""
