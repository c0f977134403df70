"""Stops and the rides between them."""

from dataclasses import dataclass

from .errors import NetworkError, UnknownStop


@dataclass(frozen=True)
class Ride:
    """From one stop to the next one of a line."""

    line: str
    start: str
    end: str
    minutes: int


class Network:
    """A graph whose edges are rides; every ride exists in both directions."""

    def __init__(self):
        self._rides = {}

    def connect(self, line, start, end, minutes):
        if minutes <= 0:
            raise NetworkError(f"a ride takes time: {start} to {end}")
        self._rides.setdefault(start, []).append(Ride(line, start, end, minutes))
        self._rides.setdefault(end, []).append(Ride(line, end, start, minutes))

    def rides_from(self, stop):
        return list(self._rides[stop])

    def check(self, stop):
        if stop not in self._rides:
            raise UnknownStop(stop)

    def stops(self):
        return sorted(self._rides)

    def lines_at(self, stop):
        return sorted({ride.line for ride in self._rides[stop]})
