"""The life of an order: placed, then shipped or cancelled."""

from .errors import StockError, UnknownOrder
from .models import Order
from .picking import merge_lines, plan_picks


class OrderDesk:
    """Places orders against a LotBook and keeps the open ones."""

    def __init__(self, book, shelf_days=0):
        self._book = book
        self._shelf_days = shelf_days
        self._open = {}

    def place(self, number, lines, day):
        """Reserve everything the lines ask for, or nothing at all."""
        if number in self._open:
            raise StockError(f"order {number} exists already")
        order = Order(number, day)
        for sku, quantity in merge_lines(lines).items():
            lots = self._book.of(sku)
            order.picks[sku] = plan_picks(sku, lots, quantity, day, self._shelf_days)
        for picks in order.picks.values():
            for pick in picks:
                self._book.lot(pick.lot).reserve(pick.quantity)
        self._open[number] = order
        return order

    def ship(self, number):
        """Take the reserved units of an order off the shelf."""
        order = self._close(number)
        for picks in order.picks.values():
            for pick in picks:
                self._book.lot(pick.lot).ship(pick.quantity)
        return order

    def cancel(self, number):
        """Give the reserved units of an order free again."""
        order = self._close(number)
        for picks in order.picks.values():
            for pick in picks:
                self._book.lot(pick.lot).release(pick.quantity)
        return order

    def open_orders(self):
        return sorted(self._open)

    def _close(self, number):
        try:
            return self._open.pop(number)
        except KeyError:
            raise UnknownOrder(number) from None
