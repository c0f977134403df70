"""Simple polygons."""

from .segments import nearest_on_segment, segments_cross
from .vectors import cross, distance


class Polygon:
    """A closed ring of at least three corners, in either direction."""

    def __init__(self, corners):
        self.corners = [tuple(corner) for corner in corners]
        if len(self.corners) < 3:
            raise ValueError("a polygon needs three corners")
        if self._crosses_itself():
            raise ValueError("the polygon crosses itself")

    def edges(self):
        """Return the list of edges as pairs of corners."""
        return list(zip(self.corners, self.corners[1:] + self.corners[:1]))

    def _crosses_itself(self):
        """True if any two edges cross."""
        edges = self.edges()
        return any(segments_cross(*edges[i], *edges[j])
                   for i in range(len(edges)) for j in range(i))

    def area(self):
        """Return the enclosed area, always positive."""
        return abs(sum(cross(a, b) for a, b in self.edges())) / 2

    def perimeter(self):
        """Return the length of the boundary."""
        return sum(distance(a, b) for a, b in self.edges())

    def contains(self, p):
        """True if ``p`` is inside, by counting crossings of a ray."""
        inside = False
        for (ax, ay), (bx, by) in self.edges():
            if (ay > p[1]) != (by > p[1]):
                x = ax + (p[1] - ay) * (bx - ax) / (by - ay)
                if p[0] < x:
                    inside = not inside
        return inside

    def nearest(self, p):
        """Return the boundary point nearest to ``p``."""
        spots = (nearest_on_segment(p, a, b) for a, b in self.edges())
        return min(spots, key=lambda spot: distance(p, spot))
