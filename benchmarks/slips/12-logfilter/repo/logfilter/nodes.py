"""Nodes of the parsed query; each can test a record."""

import operator
from dataclasses import dataclass
from fnmatch import fnmatchcase


def lookup(record, path):
    """Follow a dotted path into nested dictionaries; None if absent."""
    value = record
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def glob(value, pattern):
    """True if the text of ``value`` matches the glob ``pattern``."""
    return value is not None and fnmatchcase(str(value), str(pattern))


COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "~": glob,
}


@dataclass(frozen=True)
class Comparison:
    """``path op value``; values that cannot be ordered never match."""

    path: str
    op: str
    value: object

    def test(self, record):
        """True if the record's field compares as asked."""
        try:
            return bool(COMPARE[self.op](lookup(record, self.path), self.value))
        except TypeError:
            return False


@dataclass(frozen=True)
class Not:
    """Negation of one node."""

    inner: object

    def test(self, record):
        """True if the inner node does not match."""
        return not self.inner.test(record)


@dataclass(frozen=True)
class Both:
    """``left and right`` or, with ``any_``, ``left or right``."""

    left: object
    right: object
    any_: bool = False

    def test(self, record):
        """True if both (or any) of the sides match."""
        if self.any_:
            return self.left.test(record) or self.right.test(record)
        return self.left.test(record) and self.right.test(record)
