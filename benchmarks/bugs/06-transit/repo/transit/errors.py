class NetworkError(ValueError):
    """The description of a network cannot be read."""


class UnknownStop(KeyError):
    """There is no stop of this name."""


class NoRoute(Exception):
    """No way leads from one stop to the other."""
