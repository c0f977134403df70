"""Numbers of invoices."""


class Numbering:
    """``2024-001``, ``2024-002`` and so on, from 1 in each year."""

    def __init__(self):
        self._last = {}

    def next(self, year):
        self._last[year] = self._last.get(year, 0) + 1
        return f"{year}-{self._last[year]:03d}"


def credit_number(number, count):
    """The number of the ``count``-th credit note for an invoice."""
    return f"{number}-C{count}"
