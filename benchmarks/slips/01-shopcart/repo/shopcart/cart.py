"""The basket."""

from .pricing import price_line, upsell_hint
from .shipping import ShippingRules, shipping_cost


class Cart:
    """Lines of product codes and quantities."""

    def __init__(self, catalog, rules=ShippingRules()):
        self.catalog = catalog
        self.rules = rules
        self._quantities = {}

    def add(self, code, quantity=1):
        """Put pieces into the basket; the same product adds up in one line."""
        if quantity < 1:
            raise ValueError("add at least one piece")
        self.catalog.get(code)
        self._quantities[code] = self._quantities.get(code, 0) + quantity

    def remove(self, code):
        """Take a whole line out; nothing happens when it is not there."""
        self._quantities.pop(code, None)

    def lines(self):
        """Return (product, quantity, LinePrice) in the order of adding."""
        result = []
        for code, quantity in self._quantities.items():
            product = self.catalog.get(code)
            result.append((product, quantity, price_line(product, quantity)))
        return result

    def goods_total(self):
        """Return the discounted value of all lines."""
        return sum(price.net for _, _, price in self.lines())

    def weight(self):
        """Return the weight of everything in grams."""
        return sum(product.weight * quantity for product, quantity, _ in self.lines())

    def total(self):
        """Return goods and shipping together."""
        goods = self.goods_total()
        return goods + shipping_cost(goods, self.weight(), self.rules)

    def hints(self):
        """Return the upsell hints of all lines that have one."""
        found = (upsell_hint(product, quantity) for product, quantity, _ in self.lines())
        return [hint for hint in found if hint]
