class BankError(Exception):
    """Base of the errors of the bank."""


class NoRate(BankError):
    """Two currencies nobody quoted a rate for."""


class NotEnough(BankError):
    """An account does not have the money."""
