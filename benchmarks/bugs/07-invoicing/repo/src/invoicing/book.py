"""All invoices that were issued."""

from dataclasses import dataclass, field

from .customers import Directory
from .errors import InvoiceError
from .invoice import Invoice
from .numbers import Numbering, credit_number
from .terms import due_date


@dataclass
class Posting:
    """An invoice that was issued, with what was paid and credited."""

    invoice: Invoice
    customer: str
    issued: object
    due: object
    paid: int = 0
    credits: list = field(default_factory=list)

    @property
    def open(self):
        """What is still to be paid; negative when it is owed to the customer."""
        credited = sum(note.totals().gross for note in self.credits)
        return self.invoice.totals().gross + credited - self.paid


class Book:
    """Issues invoices and knows which of them are still open."""

    def __init__(self):
        self.customers = Directory()
        self._numbering = Numbering()
        self._postings = {}

    def draft(self, year):
        return Invoice(self._numbering.next(year))

    def issue(self, invoice, customer, day):
        """Put an invoice into the book; from then on it is to be paid."""
        if invoice.number in self._postings:
            raise InvoiceError(f"{invoice.number} was issued already")
        due = due_date(day, self.customers.get(customer).terms)
        self._postings[invoice.number] = Posting(invoice, customer, day, due)
        return due

    def pay(self, number, cents):
        self._posting(number).paid += cents

    def credit(self, number):
        """Take a whole invoice back."""
        posting = self._posting(number)
        if posting.credits:
            raise InvoiceError(f"{number} was taken back already")
        note = posting.invoice.credit_note(credit_number(number, 1))
        posting.credits.append(note)
        return note

    def open(self, number):
        return self._posting(number).open

    def overdue(self, day):
        """``(number, cents)`` of everything that should have been paid before ``day``."""
        return [
            (number, posting.open)
            for number, posting in self._postings.items()
            if posting.due < day and posting.open > 0
        ]

    def balance(self, customer):
        """What a customer has to pay in all."""
        return sum(item.open for item in self._postings.values() if item.customer == customer)

    def _posting(self, number):
        try:
            return self._postings[number]
        except KeyError:
            raise InvoiceError(f"no invoice {number}") from None
