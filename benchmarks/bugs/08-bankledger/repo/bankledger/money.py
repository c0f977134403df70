"""Amounts of money."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from .errors import BankError

CENT = Decimal("0.01")


def amount_of(value):
    """A positive amount with two decimals, from text or a number."""
    try:
        amount = Decimal(str(value)).quantize(CENT, ROUND_HALF_EVEN)
    except InvalidOperation:
        raise BankError(f"not an amount: {value!r}") from None
    if amount <= 0:
        raise BankError("an amount must be positive")
    return amount


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_EVEN)
