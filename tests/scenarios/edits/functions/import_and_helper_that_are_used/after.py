"""A cart."""
import os
from decimal import Decimal
import json, re


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


LIMIT = 3


def _read(path):
    with open(path) as file:
        return json.load(file)[:LIMIT]


def load(path):
    return Cart(_read(os.fspath(path)))
