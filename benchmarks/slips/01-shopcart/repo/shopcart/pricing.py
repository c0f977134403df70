"""Price of one basket line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LinePrice:
    """What a line costs: list amount, discount and what is to be paid."""

    gross: int
    discount: int
    percent: int

    @property
    def net(self):
        """The amount to be paid."""
        return self.gross - self.discount


def percent_of(amount, percent):
    """Return percent of amount in whole cents, halves rounded up."""
    return (amount * percent + 50) // 100


def price_line(product, quantity):
    """Price `quantity` pieces of a product with its tier discount."""
    if quantity < 0:
        raise ValueError("negative quantity")
    gross = product.price * quantity
    percent = product.tiers.percent_for(quantity)
    return LinePrice(gross, percent_of(gross, percent), percent)


def upsell_hint(product, quantity):
    """Return "N more for P % off" when a better tier is near (at most 5 more), else ""."""
    tier = product.tiers.next_tier(quantity)
    if tier is None or tier.start - quantity > 5:
        return ""
    return f"{tier.start - quantity} more for {tier.percent} % off"
