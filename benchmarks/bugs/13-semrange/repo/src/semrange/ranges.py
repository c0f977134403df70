"""Ranges of versions."""

import re

from .errors import RangeError
from .shorthand import caret, compared, hyphen, plain, tilde
from .version import Version

_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_TERM = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*(\S+)")


class Range:
    """One or more alternatives, each of which is a list of bounds."""

    def __init__(self, text):
        self.text = text.strip()
        self._alternatives = [self._read(part.strip()) for part in self.text.split("||")]

    def contains(self, version):
        """Is a version in the range?

        A pre-release is only in it when a bound names a pre-release of the
        same release.
        """
        if isinstance(version, str):
            version = Version.parse(version)
        return any(self._fits(bounds, version) for bounds in self._alternatives)

    def best(self, versions):
        """The highest of some versions that is in the range, or None."""
        return max(filter(self.contains, versions), default=None)

    def bounds(self):
        """The range in plain comparisons."""
        return " || ".join(
            " ".join(str(bound) for bound in bounds) or "*" for bounds in self._alternatives
        )

    @staticmethod
    def _fits(bounds, version):
        if not all(bound.allows(version) for bound in bounds):
            return False
        if not version.pre:
            return True
        return any(
            bound.version.pre and bound.version.release == version.release for bound in bounds
        )

    @staticmethod
    def _read(text):
        match = _HYPHEN.fullmatch(text)
        if match:
            return hyphen(match[1], match[2])
        bounds = []
        at = 0
        while at < len(text):
            match = _TERM.match(text, at)
            if not match:
                raise RangeError(f"not a range: {text!r}")
            op, version = match.groups()
            if op == "^":
                bounds += caret(version)
            elif op == "~":
                bounds += tilde(version)
            elif op in (None, "="):
                bounds += plain(version)
            else:
                bounds += compared(op, version)
            at = match.end()
            while at < len(text) and text[at].isspace():
                at += 1
        return bounds

    def __repr__(self):
        return f"Range({self.text!r})"
