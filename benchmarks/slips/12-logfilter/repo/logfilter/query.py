"""The public face: a compiled query."""

from .errors import QueryError, excerpt
from .parser import Parser


class Query:
    """A query that can be applied to any number of records."""

    def __init__(self, text):
        self.text = text
        self._root = Parser(text).parse()

    def matches(self, record):
        """True if the record is selected by the query."""
        return self._root.test(record)

    def select(self, records):
        """Return the list of matching records, in their order."""
        return [record for record in records if self.matches(record)]

    def count(self, records):
        """Return how many records match."""
        return sum(1 for record in records if self.matches(record))


def explain(text):
    """Return None for a valid query, else a two line message."""
    try:
        Query(text)
    except QueryError as error:
        return excerpt(text, error.position)
    return None
