"""Parcel costs."""

from dataclasses import dataclass

PARCEL_LIMIT = 20_000


@dataclass(frozen=True)
class ShippingRules:
    """Costs per parcel in cents and the goods value from which shipping is free."""

    per_parcel: int = 490
    free_from: int = 5_000


def parcels_for(weight):
    """Return how many parcels a weight in grams needs, at least one."""
    return max(1, -(-weight // PARCEL_LIMIT))


def shipping_cost(goods_value, weight, rules=ShippingRules()):
    """Return the shipping cost for goods; free from `rules.free_from` on.

    An empty basket (value and weight both 0) costs nothing.
    """
    if goods_value == 0 and weight == 0:
        return 0
    if goods_value >= rules.free_from:
        return 0
    return parcels_for(weight) * rules.per_parcel
