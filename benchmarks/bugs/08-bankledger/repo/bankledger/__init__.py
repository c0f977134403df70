"""Accounts, transfers and statements."""

from .bank import Bank
from .errors import BankError, NoRate, NotEnough

__all__ = ["Bank", "BankError", "NoRate", "NotEnough"]
