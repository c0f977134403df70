"""A cart."""
import os
from decimal import Decimal


class Cart:
    rate = 2

    @property
    def total(self):
        """What it costs."""
        if not self.items:
            return 0
        return sum(self.items)

    def clear(self):
        self.items = []


def load(path):
    return Cart()
