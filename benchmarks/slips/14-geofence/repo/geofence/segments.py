"""Line segments given by their two ends ``a`` and ``b``."""

from .vectors import clamp, cross, dot, lerp, sub


def nearest_on_segment(p, a, b):
    """Return the point of the segment a-b which is nearest to ``p``.

    It is the foot of the perpendicular where that lies on the segment, else
    the end closer to ``p``.
    """
    along = sub(b, a)
    length2 = dot(along, along)
    if length2 == 0:
        return a
    t = clamp(dot(sub(p, a), along) / length2, 0.0, 1.0)
    return lerp(b, a, t)


def length(a, b):
    """Return the length of the segment."""
    along = sub(b, a)
    return dot(along, along) ** 0.5


def side(p, a, b):
    """Return 1 if ``p`` is left of a-b, -1 if right of it and 0 if on it."""
    area = cross(sub(b, a), sub(p, a))
    return (area > 0) - (area < 0)


def segments_cross(a, b, c, d):
    """True if the inner parts of a-b and c-d cross in one point."""
    return (side(c, a, b) * side(d, a, b) < 0
            and side(a, c, d) * side(b, c, d) < 0)
