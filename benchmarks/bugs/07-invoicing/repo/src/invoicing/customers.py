"""Who the invoices go to."""

from dataclasses import dataclass

from .errors import InvoiceError


@dataclass(frozen=True)
class Customer:
    """``terms`` names the terms of payment, see the module of that name."""

    key: str
    name: str
    terms: str = "30 days"


class Directory:
    """Customers by key."""

    def __init__(self):
        self._customers = {}

    def add(self, key, name, terms="30 days"):
        if key in self._customers:
            raise InvoiceError(f"customer {key} exists already")
        self._customers[key] = Customer(key, name, terms)
        return self._customers[key]

    def get(self, key):
        try:
            return self._customers[key]
        except KeyError:
            raise InvoiceError(f"no customer {key}") from None
