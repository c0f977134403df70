"""The plain comparisons that ranges come down to."""

import operator
from dataclasses import dataclass

from .version import Version

TESTS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Bound:
    op: str
    version: Version

    def allows(self, version):
        return TESTS[self.op](version, self.version)

    def __str__(self):
        return f"{self.op}{self.version}"
