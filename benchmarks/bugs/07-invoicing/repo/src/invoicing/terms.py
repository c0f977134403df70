"""Terms of payment: ``"30 days"``, ``"at once"``, ``"end of month"``."""

import calendar
import re
from datetime import date, timedelta

from .errors import InvoiceError

_DAYS = re.compile(r"(\d+) days?")


def due_date(issued, terms):
    """The day by which an invoice is to be paid."""
    if terms == "at once":
        return issued
    if terms == "end of month":
        last = calendar.monthrange(issued.year, issued.month)[1]
        return date(issued.year, issued.month, last)
    match = _DAYS.fullmatch(terms)
    if not match:
        raise InvoiceError(f"what does {terms!r} mean?")
    return issued + timedelta(days=int(match[1]))
