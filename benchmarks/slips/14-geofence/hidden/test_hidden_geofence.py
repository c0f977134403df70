import pytest

from geofence import Tracker, Zone
from geofence.zones import closest_zone

TRIANGLE = [(0, 0), (40, 0), (0, 30)]


def test_nearest_point_on_a_long_edge():
    zone = Zone("t", [(0, 0), (0, -50), (200, -50), (200, 0)])
    assert zone.shape.nearest((30, 12)) == pytest.approx((30, 0))


def test_slanted_edge():
    # foot of the perpendicular at a quarter of the hypotenuse
    assert Zone("t", TRIANGLE).gap((30 + 6, 7.5 + 8)) == pytest.approx(10)


def test_closest_of_two():
    left = Zone("left", [(0, 0), (100, 0), (100, 10), (0, 10)])
    right = Zone("right", [(140, 0), (160, 0), (160, 10), (140, 10)])
    assert closest_zone([right, left], (90, 20)).name == "left"


def test_margin_along_a_wall():
    tracker = Tracker([Zone("wall", [(0, 0), (300, 0), (300, 5), (0, 5)], margin=4)])
    assert [e.kind for e in tracker.update("v", (20, 8))] == ["approach"]


def test_middle_of_edge():
    assert Zone("t", [(0, 0), (10, 0), (10, 10), (0, 10)]).gap((5, 12)) == pytest.approx(2)
