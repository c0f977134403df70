"""Points and vectors in the plane, as plain ``(x, y)`` tuples."""

import math


def sub(p, q):
    """Return the vector from ``q`` to ``p``."""
    return (p[0] - q[0], p[1] - q[1])


def dot(u, v):
    """Dot product."""
    return u[0] * v[0] + u[1] * v[1]


def cross(u, v):
    """Third component of the cross product; positive if v is left of u."""
    return u[0] * v[1] - u[1] * v[0]


def distance(p, q):
    """Euclidean distance of two points."""
    return math.hypot(p[0] - q[0], p[1] - q[1])


def lerp(p, q, t):
    """Return the point at fraction ``t`` of the way from ``p`` to ``q``."""
    return (p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t)


def clamp(value, low, high):
    """Limit ``value`` to the range ``low`` to ``high``."""
    return max(low, min(high, value))
