"""Accounts and entries."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Account:
    name: str
    currency: str
    overdraft: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class Entry:
    """Money coming in (positive) or going out (negative) on a day."""

    account: str
    day: int
    amount: Decimal
    currency: str
    text: str
