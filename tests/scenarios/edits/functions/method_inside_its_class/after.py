"""A cart."""
import os
from decimal import Decimal


class Cart:
    rate = 2

    @property
    def total(self):
        return 1

    def clear(self):
        self.items = []


def load(path):
    return Cart()
