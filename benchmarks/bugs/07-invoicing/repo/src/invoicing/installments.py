"""Paying in several parts."""

from .errors import InvoiceError
from .shares import divide


def plan(gross, parts):
    """Equal parts of an amount; a cent more goes to the first ones."""
    if parts < 1:
        raise InvoiceError("at least one part is needed")
    return divide(gross, [1] * parts)
