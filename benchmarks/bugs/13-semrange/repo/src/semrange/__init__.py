"""Versions, ranges of versions, and choosing the best one."""

from .errors import NoMatch, RangeError, VersionError
from .ranges import Range
from .registry import Registry
from .version import Version

__all__ = ["NoMatch", "Range", "RangeError", "Registry", "Version", "VersionError"]
