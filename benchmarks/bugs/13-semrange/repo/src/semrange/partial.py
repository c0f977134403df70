"""Versions of which only the first numbers are given."""

import re
from dataclasses import dataclass

from .errors import RangeError
from .version import Version

_NUMBER = r"(\d+|[xX*])"
_PARTIAL = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]+))?")


@dataclass(frozen=True)
class Partial:
    """``1``, ``1.2``, ``1.x`` and so on; a number that is open is None.

    Numbers after an open one are open, too.
    """

    major: int | None = None
    minor: int | None = None
    patch: int | None = None
    pre: tuple = ()

    @classmethod
    def parse(cls, text):
        match = _PARTIAL.fullmatch(text)
        if not match:
            raise RangeError(f"not a version: {text!r}")
        numbers = []
        for part in match.groups()[:3]:
            if part is None or part in "xX*":
                break
            numbers.append(int(part))
        if len(numbers) == 3 and match[4]:
            return cls(*numbers, Version.parse(text).pre)
        return cls(*numbers)

    def lowest(self):
        """The lowest version it stands for: open numbers are zero."""
        return Version(self.major or 0, self.minor or 0, self.patch or 0, self.pre)
