"""Versions and their order."""

import functools
import re
from dataclasses import dataclass

from .errors import VersionError

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


@functools.total_ordering
@dataclass(frozen=True)
class Version:
    """``major.minor.patch``, with the parts of a pre-release if there is one."""

    major: int
    minor: int
    patch: int
    pre: tuple = ()

    @classmethod
    def parse(cls, text):
        match = _VERSION.fullmatch(text.strip())
        if not match:
            raise VersionError(f"not a version: {text!r}")
        pre = tuple(int(part) if part.isdigit() else part for part in (match[4] or "").split("."))
        return cls(int(match[1]), int(match[2]), int(match[3]), pre if match[4] else ())

    @property
    def release(self):
        return (self.major, self.minor, self.patch)

    def _key(self):
        """A pre-release comes before its release; numbers before words."""
        parts = tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in self.pre)
        return (self.release, not self.pre, parts)

    def __lt__(self, other):
        return self._key() < other._key()

    def __str__(self):
        text = f"{self.major}.{self.minor}.{self.patch}"
        return f"{text}-{'.'.join(map(str, self.pre))}" if self.pre else text
