"""The lines of an invoice."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Line:
    """So many pieces of something at a price per piece.

    ``quantity`` is negative on a credit note.
    """

    label: str
    quantity: int
    unit_price: int
    tax: str = "standard"

    @property
    def amount(self):
        return self.quantity * self.unit_price

    def reversed(self):
        return replace(self, quantity=-self.quantity)
