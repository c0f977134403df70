"""The records the warehouse works with."""

from dataclasses import dataclass, field

from .errors import ReservationError


@dataclass
class Lot:
    """Units of one product that arrived together and expire together.

    ``on_hand`` counts the units on the shelf, ``reserved`` those among them
    which are promised to an order. A lot without expiry has ``expires=None``.
    """

    number: str
    sku: str
    on_hand: int
    expires: int | None = None
    reserved: int = 0

    @property
    def available(self):
        """Units on the shelf that nobody has been promised."""
        return self.on_hand - self.reserved

    def good_until(self, day):
        """Is the lot still good at the end of ``day``?"""
        return self.expires is None or self.expires >= day

    def reserve(self, quantity):
        if quantity > self.available:
            raise ReservationError(
                f"lot {self.number}: cannot reserve {quantity}, {self.available} available"
            )
        self.reserved += quantity

    def release(self, quantity):
        if quantity > self.reserved:
            raise ReservationError(f"lot {self.number}: {quantity} were never reserved")
        self.reserved -= quantity

    def ship(self, quantity):
        """Take reserved units off the shelf."""
        self.release(quantity)
        self.on_hand -= quantity


@dataclass(frozen=True)
class Pick:
    """So many units to be taken from one lot."""

    lot: str
    quantity: int


@dataclass
class Order:
    """A placed order: its picks by product, in the order of its lines."""

    number: str
    day: int
    picks: dict = field(default_factory=dict)

    def units(self):
        return sum(pick.quantity for picks in self.picks.values() for pick in picks)
