import pytest

from geofence import Tracker, Zone
from geofence.polygon import Polygon
from geofence.zones import closest_zone

SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]


def kinds(tracker, *positions):
    return [event.kind for p in positions for event in tracker.update("v", p)]


def test_area_and_perimeter():
    shape = Polygon([(0, 0), (4, 0), (4, 3)])
    assert (shape.area(), shape.perimeter()) == (6, 12)


def test_crossing_polygon_is_refused():
    with pytest.raises(ValueError, match="crosses"):
        Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def test_contains_in_a_notch():
    shape = Polygon([(0, 0), (10, 0), (10, 10), (5, 2), (0, 10)])
    assert shape.contains((1, 5)) and not shape.contains((5, 5))


def test_gap_inside_is_zero():
    assert Zone("z", SQUARE).gap((50, 50)) == 0


def test_gap_opposite_the_middle_of_an_edge():
    assert Zone("z", SQUARE).gap((50, -30)) == pytest.approx(30)


def test_gap_beside_the_quarter_of_an_edge():
    assert Zone("z", SQUARE).gap((25, -30)) == pytest.approx(30)


def test_gap_beyond_a_corner():
    assert Zone("z", SQUARE).gap((103, 104)) == pytest.approx(5)


def test_enter_and_leave():
    tracker = Tracker([Zone("z", SQUARE)])
    assert kinds(tracker, (-9, 50), (50, 50), (60, 60), (150, 50)) == ["enter", "leave"]


def test_approach_near_a_corner():
    tracker = Tracker([Zone("z", SQUARE, margin=10)])
    assert kinds(tracker, (150, 90), (108, 90), (140, 90)) == ["approach", "retreat"]


def test_inside_lists_vehicles():
    tracker = Tracker([Zone("z", SQUARE)])
    tracker.update("b", (1, 1))
    tracker.update("a", (2, 2))
    tracker.update("c", (200, 2))
    assert tracker.inside("z") == ["a", "b"]


def test_negative_margin():
    with pytest.raises(ValueError):
        Zone("z", SQUARE, margin=-1)


def test_closest_zone_of_none():
    assert closest_zone([], (0, 0)) is None
