"""Movements of money."""

from dataclasses import dataclass
from datetime import date

from .amounts import parse_amount


@dataclass(frozen=True)
class Posting:
    """Moves `cents` from one account to another on a day."""

    day: date
    source: str
    target: str
    cents: int
    text: str = ""

    def __post_init__(self):
        if self.cents <= 0:
            raise ValueError("a posting moves a positive amount")
        if self.source == self.target:
            raise ValueError("source and target must differ")

    @classmethod
    def parse(cls, line):
        """Read "2024-01-31 bank > food 12.50 weekly shopping"; the text may be missing."""
        day, source, arrow, target, amount, *text = line.split(None, 5)
        if arrow != ">":
            raise ValueError(f"bad posting {line!r}")
        return cls(date.fromisoformat(day), source, target,
                   parse_amount(amount), text[0] if text else "")
