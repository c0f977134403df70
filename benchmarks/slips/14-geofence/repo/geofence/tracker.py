"""Events from a stream of positions."""

from dataclasses import dataclass

from .zones import INSIDE, NEAR, OUTSIDE

KINDS = {
    (OUTSIDE, NEAR): "approach", (OUTSIDE, INSIDE): "enter",
    (NEAR, INSIDE): "enter", (INSIDE, NEAR): "leave",
    (INSIDE, OUTSIDE): "leave", (NEAR, OUTSIDE): "retreat",
}


@dataclass(frozen=True)
class Event:
    """Something a vehicle did with respect to a zone."""

    vehicle: str
    zone: str
    kind: str


class Tracker:
    """Remembers the last state of each vehicle in each zone."""

    def __init__(self, zones):
        self.zones = list(zones)
        self._states = {}

    def update(self, vehicle, position):
        """Take a new position; returns the events, in zone order."""
        events = []
        for zone in self.zones:
            key = (vehicle, zone.name)
            before = self._states.get(key, OUTSIDE)
            now = zone.state(position)
            self._states[key] = now
            if now != before:
                events.append(Event(vehicle, zone.name, KINDS[before, now]))
        return events

    def inside(self, zone_name):
        """Return the sorted names of the vehicles in a zone."""
        return sorted(vehicle for (vehicle, zone), state in self._states.items()
                      if zone == zone_name and state == INSIDE)
