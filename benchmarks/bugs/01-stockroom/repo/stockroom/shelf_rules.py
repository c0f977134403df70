"""Which lots may be used, and in which order they are used up."""

NEVER = float("inf")


def expiry_rank(lot):
    """Sort key: what expires first is used first; what never expires, last."""
    return NEVER if lot.expires is None else lot.expires


def usable(lots, day, shelf_days=0):
    """The lots which will still be good ``shelf_days`` after ``day``."""
    return [lot for lot in lots if lot.good_until(day + shelf_days)]
