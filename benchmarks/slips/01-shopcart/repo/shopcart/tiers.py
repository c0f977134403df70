"""Quantity discounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """A discount in percent that applies from `start` pieces on."""

    start: int
    percent: int

    def __post_init__(self):
        if self.start < 1:
            raise ValueError("a tier starts at one piece or more")
        if not 0 <= self.percent <= 100:
            raise ValueError("percent must be within 0..100")


@dataclass(frozen=True)
class TierTable:
    """An ordered set of tiers."""

    tiers: tuple = ()

    @classmethod
    def parse(cls, text):
        """Read tiers from text such as "10:5, 50:12" (from 10 pieces 5 %, from 50 12 %)."""
        tiers = []
        for part in text.split(","):
            if not part.strip():
                continue
            start, percent = part.split(":")
            tiers.append(Tier(int(start), int(percent)))
        tiers.sort(key=lambda tier: tier.start)
        return cls(tuple(tiers))

    def percent_for(self, quantity):
        """Return the percentage of the highest tier reached by quantity, 0 when none is.

        A tier is reached as soon as the quantity equals its start.
        """
        percent = 0
        for tier in self.tiers:
            if quantity <= tier.start:
                break
            percent = tier.percent
        return percent

    def next_tier(self, quantity):
        """Return the next tier above quantity, or None when the last one is reached."""
        for tier in self.tiers:
            if tier.start > quantity:
                return tier
        return None
