"""The errors of the warehouse; all of them are StockErrors."""


class StockError(Exception):
    """Base class of everything that can go wrong in the warehouse."""


class OutOfStock(StockError):
    """There are not enough free units of a product for an order."""

    def __init__(self, sku, wanted, free):
        super().__init__(f"{sku}: {wanted} wanted, {free} free")
        self.sku = sku
        self.wanted = wanted
        self.free = free


class ReservationError(StockError):
    """A lot was asked to reserve, release or ship units it cannot."""


class UnknownOrder(StockError):
    """No open order has this number."""
