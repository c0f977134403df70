"""Errors shown to people who write queries."""


class QueryError(ValueError):
    """The query text is not valid.

    ``position`` is the offset of the offending character.
    """

    def __init__(self, message, position):
        super().__init__(f"{message} at {position}")
        self.position = position


def excerpt(text, position, width=20):
    """Return the text around ``position`` with a caret line below it."""
    begin = max(0, position - width)
    shown = text[begin:position + width]
    return shown + "\n" + " " * (position - begin) + "^"
