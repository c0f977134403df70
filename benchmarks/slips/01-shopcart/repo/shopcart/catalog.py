"""Products and where they are kept."""

from dataclasses import dataclass

from .tiers import TierTable


class UnknownProduct(KeyError):
    """Raised when a product code is not in the catalog."""


@dataclass(frozen=True)
class Product:
    """One article: code, title, price in cents, weight in grams and its discount tiers."""

    code: str
    title: str
    price: int
    weight: int = 0
    tiers: TierTable = TierTable()


class Catalog:
    """All products by code."""

    def __init__(self, products=()):
        self._products = {}
        for product in products:
            self.add(product)

    def add(self, product):
        """Add a product; a second one with the same code is an error."""
        if product.code in self._products:
            raise ValueError(f"duplicate code {product.code}")
        self._products[product.code] = product

    def get(self, code):
        """Return the product with this code or raise UnknownProduct."""
        try:
            return self._products[code]
        except KeyError:
            raise UnknownProduct(code) from None

    def search(self, word):
        """Return products whose title contains word, in order of their title."""
        word = word.lower()
        found = [p for p in self._products.values() if word in p.title.lower()]
        return sorted(found, key=lambda p: p.title)
