"""All lots of the warehouse, by product and by number."""

from .errors import StockError
from .models import Lot


class LotBook:
    """Keeps lots in the order in which they arrived."""

    def __init__(self):
        self._lots = {}

    def add(self, number, sku, quantity, expires=None):
        """Book a new lot, or more units into a lot that is known already."""
        if quantity <= 0:
            raise StockError("a lot needs at least one unit")
        known = self._lots.get(number)
        if known is None:
            self._lots[number] = Lot(number, sku, quantity, expires)
        elif (known.sku, known.expires) != (sku, expires):
            raise StockError(f"lot {number} is a different one")
        else:
            known.on_hand += quantity
        return self._lots[number]

    def lot(self, number):
        try:
            return self._lots[number]
        except KeyError:
            raise StockError(f"no lot {number}") from None

    def of(self, sku):
        """The lots of one product, the oldest arrival first."""
        return [lot for lot in self._lots.values() if lot.sku == sku]

    def skus(self):
        return sorted({lot.sku for lot in self._lots.values()})

    def __iter__(self):
        return iter(self._lots.values())
