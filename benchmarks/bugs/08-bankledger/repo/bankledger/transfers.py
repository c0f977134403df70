"""Moving money between accounts."""

from .errors import BankError
from .records import Entry


def transfer_entries(source, target, amount, day, text):
    """The two entries of a transfer; both are in the currency of the source."""
    if source.name == target.name:
        raise BankError("a transfer needs two accounts")
    note = text or f"{source.name} to {target.name}"
    return (
        Entry(source.name, day, -amount, source.currency, note),
        Entry(target.name, day, amount, source.currency, note),
    )
