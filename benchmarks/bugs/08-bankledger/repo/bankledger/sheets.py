"""Statements of an account."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Row:
    day: int
    text: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Sheet:
    """The entries of a period between an opening and a closing balance."""

    opening: Decimal
    rows: tuple
    closing: Decimal
    paid_in: Decimal
    paid_out: Decimal


def draw_up(account, entries, rates, first, last):
    """The sheet of an account from day ``first`` to day ``last``, both included.

    Everything on it is in the currency of the account: an entry made in
    another currency is converted. Entries before the period make the opening
    balance, those after it do not matter. ``paid_out`` is given as a positive
    amount.
    """
    opening = ZERO
    balance = ZERO
    paid_in, paid_out = ZERO, ZERO
    rows = []
    for entry in entries:
        if entry.day > last:
            break
        amount = rates.convert(entry.amount, account.currency, entry.currency)
        balance += amount
        if entry.day < first:
            opening = balance
            continue
        if amount > 0:
            paid_in += amount
        else:
            paid_out -= amount
        rows.append(Row(entry.day, entry.text, amount, balance))
    return Sheet(opening, tuple(rows), balance, paid_in, paid_out)
