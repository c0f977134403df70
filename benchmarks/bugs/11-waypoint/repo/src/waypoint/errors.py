class RoutingError(Exception):
    """Base of the errors of this package."""


class PatternError(RoutingError):
    """A pattern that makes no sense."""


class NotFound(RoutingError):
    """No pattern fits a path."""


class MethodNotAllowed(RoutingError):
    """A pattern fits the path, but not for this method."""

    def __init__(self, allowed):
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class BuildError(RoutingError):
    """A path cannot be built from a name and values."""
