from freebusy.slots import round_up, slots
from freebusy.span import Span


def test_slots_start_on_the_grid():
    assert slots([Span(50, 125)], 30, step=30) == [Span(60, 90), Span(90, 120)]


def test_too_short():
    assert slots([Span(0, 29)], 30) == []


def test_round_up():
    assert [round_up(value, 15) for value in (0, 1, 15, 16)] == [0, 15, 15, 30]
