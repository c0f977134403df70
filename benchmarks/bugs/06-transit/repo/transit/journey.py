"""What the search found, as a traveller wants to see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Leg:
    """Rides with one line without getting off."""

    line: str
    start: str
    end: str
    minutes: int
    stops: int


def to_legs(rides):
    """Join consecutive rides with the same line."""
    legs = []
    for ride in rides:
        if legs and legs[-1].line == ride.line:
            last = legs.pop()
            legs.append(
                Leg(last.line, last.start, ride.end, last.minutes + ride.minutes, last.stops + 1)
            )
        else:
            legs.append(Leg(ride.line, ride.start, ride.end, ride.minutes, 1))
    return legs


def describe(minutes, legs):
    """``"17 min: Red Harbour-Market, Blue Market-Airport"``"""
    if not legs:
        return "you are there"
    ways = ", ".join(f"{leg.line} {leg.start}-{leg.end}" for leg in legs)
    return f"{minutes} min: {ways}"
