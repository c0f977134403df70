class ConfigError(Exception):
    """Base of all errors of this package."""


class SyntaxProblem(ConfigError):
    """A row that cannot be understood."""

    def __init__(self, row, message):
        super().__init__(f"row {row}: {message}")
        self.row = row


class MissingKey(ConfigError):
    """A section or a key that is not there."""


class BadValue(ConfigError):
    """A value that is not of the wanted type."""
