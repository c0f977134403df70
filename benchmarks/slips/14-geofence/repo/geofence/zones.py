"""Named zones with a warning margin."""

from .polygon import Polygon
from .vectors import distance

INSIDE, NEAR, OUTSIDE = "inside", "near", "outside"


class Zone:
    """A polygon with a name and a margin in metres around it."""

    def __init__(self, name, corners, margin=0.0):
        if margin < 0:
            raise ValueError("margin may not be negative")
        self.name = name
        self.margin = margin
        self.shape = Polygon(corners)

    def gap(self, position):
        """Return the distance to the zone; 0 when inside it."""
        if self.shape.contains(position):
            return 0.0
        return distance(position, self.shape.nearest(position))

    def state(self, position):
        """Classify the position as inside, near or outside."""
        if self.shape.contains(position):
            return INSIDE
        return NEAR if self.gap(position) <= self.margin else OUTSIDE


def closest_zone(zones, position):
    """Return the zone with the smallest gap; None without zones."""
    return min(zones, key=lambda zone: zone.gap(position), default=None)
