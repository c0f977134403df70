import os


class Cart:
    """What a customer wants to buy."""

    def total(self, prices):
        return sum(prices)
