"""A cart."""
import os
from decimal import Decimal


class Cart:
    rate = 2

    @property
    def total(self):
        banner = """
  kept
as it is"""
        return len(banner)

    def clear(self):
        self.items = []


def load(path):
    return Cart()
