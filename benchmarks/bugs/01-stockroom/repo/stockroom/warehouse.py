"""The front door: one object that does it all."""

from .lotbook import LotBook
from .orders import OrderDesk
from .reports import expiring, levels


class Warehouse:
    """Lots, orders and reports behind one small interface."""

    def __init__(self, shelf_days=0):
        self._book = LotBook()
        self._desk = OrderDesk(self._book, shelf_days)

    def receive(self, sku, lot, quantity, expires=None):
        self._book.add(lot, sku, quantity, expires)

    def place_order(self, number, lines, day):
        """Place an order; returns ``{sku: [(lot, quantity), ...]}``."""
        order = self._desk.place(number, lines, day)
        return {
            sku: [(pick.lot, pick.quantity) for pick in picks]
            for sku, picks in order.picks.items()
        }

    def ship(self, number):
        return self._desk.ship(number).units()

    def cancel(self, number):
        return self._desk.cancel(number).units()

    def open_orders(self):
        return self._desk.open_orders()

    def levels(self):
        return levels(self._book)

    def expiring(self, by_day):
        return expiring(self._book, by_day)
