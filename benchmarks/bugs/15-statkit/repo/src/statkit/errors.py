class StatError(Exception):
    """Base of the errors of this package."""


class NoData(StatError):
    """There is nothing to make a statement about."""
