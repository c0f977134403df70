"""Invoices and the credit notes that take them back."""

from .errors import InvoiceError
from .installments import plan
from .lines import Line
from .summary import total
from .taxes import percent


class Invoice:
    """Lines and one discount. A credit note is an invoice with every sign changed."""

    def __init__(self, number):
        self.number = number
        self._lines = []
        self._discount = 0

    def add(self, label, quantity=1, unit_price=0, tax="standard"):
        percent(tax)
        if quantity <= 0 or unit_price < 0:
            raise InvoiceError(f"{label}: quantity and price must be positive")
        self._lines.append(Line(label, quantity, unit_price, tax))

    def discount(self, cents):
        """Take so many cents off the net sum."""
        if not 0 <= cents <= sum(line.amount for line in self._lines):
            raise InvoiceError("the discount is more than the invoice")
        self._discount = cents

    def lines(self):
        return list(self._lines)

    def totals(self):
        return total(self._lines, self._discount)

    def installments(self, parts):
        return plan(self.totals().gross, parts)

    def credit_note(self, number):
        """Takes this invoice back to the cent, rate by rate."""
        note = Invoice(number)
        note._lines = [line.reversed() for line in self._lines]
        note._discount = -self._discount
        return note
