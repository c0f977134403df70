"""Exchange rates."""

from decimal import Decimal

from .errors import NoRate
from .money import rounded


class RateTable:
    """Rates by pair of currencies; a quoted pair works in both directions."""

    def __init__(self):
        self._rates = {}

    def quote(self, base, other, rate):
        """One unit of ``base`` is worth ``rate`` units of ``other``."""
        rate = Decimal(rate)
        self._rates[base, other] = rate
        self._rates[other, base] = 1 / rate

    def convert(self, amount, source, target):
        """What an amount of the currency ``source`` is in ``target``."""
        if source == target:
            return amount
        try:
            rate = self._rates[source, target]
        except KeyError:
            raise NoRate(f"{source} to {target}") from None
        return rounded(amount * rate)
