"""Read-only views of the stock."""


def levels(book):
    """``{sku: (on_hand, reserved)}`` over all lots."""
    table = {}
    for lot in book:
        on_hand, reserved = table.get(lot.sku, (0, 0))
        table[lot.sku] = (on_hand + lot.on_hand, reserved + lot.reserved)
    return table


def expiring(book, by_day):
    """Numbers of the lots with units on the shelf that expire by ``by_day``."""
    found = [
        lot for lot in book if lot.expires is not None and lot.expires <= by_day and lot.on_hand
    ]
    return [lot.number for lot in sorted(found, key=lambda lot: (lot.expires, lot.number))]
