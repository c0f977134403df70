"""Choosing the lots an order line is served from."""

from .errors import OutOfStock
from .models import Pick
from .shelf_rules import expiry_rank, usable


def plan_picks(sku, lots, quantity, day, shelf_days=0):
    """Say which lots the ``quantity`` units of ``sku`` are to come from.

    Lots which expire within ``shelf_days`` of ``day`` are left alone. Of the
    others the one that expires first is used up first, as far as its units
    are not promised to an earlier order, then the next one, and so on; every
    lot appears at most once and never with zero units.

    Raises OutOfStock when the lots together cannot serve the line. Nothing is
    reserved here: the plan is only a list of picks.
    """
    if quantity <= 0:
        raise ValueError("quantity must be positive")
    candidates = sorted(usable(lots, day, shelf_days), key=expiry_rank)
    free = sum(lot.available for lot in candidates)
    if free < quantity:
        raise OutOfStock(sku, quantity, free)

    picks = []
    missing = quantity
    for lot in candidates:
        if lot.available <= 0:
            continue
        take = min(missing, lot.on_hand)
        picks.append(Pick(lot.number, take))
        missing -= take
        if missing == 0:
            break
    return picks


def merge_lines(lines):
    """Add up the lines of an order that ask for the same product."""
    wanted = {}
    for sku, quantity in lines:
        wanted[sku] = wanted.get(sku, 0) + quantity
    return wanted
