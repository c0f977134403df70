"""A cart."""
import os
from decimal import Decimal


class Cart:
    rate = 2

    @property
    def total(self):
        """What it costs.

        Taxes included.
        """
        banner = """
  kept
as it is"""
        return sum(self.items) + len(banner)

    def clear(self):
        self.items = []


def load(path):
    return Cart()
