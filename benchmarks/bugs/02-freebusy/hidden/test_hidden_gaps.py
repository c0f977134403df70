from freebusy.gaps import subtract
from freebusy.span import Span

DAY = Span(0, 100)


def test_nested_blocks():
    blocks = [Span(10, 60), Span(20, 30), Span(35, 50), Span(55, 58)]
    assert subtract(DAY, blocks) == [Span(0, 10), Span(60, 100)]


def test_nested_in_a_block_that_sticks_out():
    assert subtract(DAY, [Span(50, 120), Span(60, 70)]) == [Span(0, 50)]


def test_same_start_any_order():
    assert subtract(DAY, [Span(10, 60), Span(10, 20)]) == [Span(0, 10), Span(60, 100)]


def test_disjoint_and_touching_blocks():
    blocks = [Span(40, 50), Span(10, 20), Span(20, 30)]
    assert subtract(DAY, blocks) == [Span(0, 10), Span(30, 40), Span(50, 100)]


def test_padding_with_nesting():
    assert subtract(DAY, [Span(20, 60), Span(30, 40)], padding=5) == [Span(0, 15), Span(65, 100)]
