"""Lines that occur once in both versions."""

from hypothesis import given
from hypothesis import strategies as st

from devagent.merge.anchors import anchors, longest_rise


def test_the_longest_rise_is_found() -> None:
    assert longest_rise([3, 1, 2, 5, 4]) in ([1, 2, 3], [1, 2, 4])
    assert longest_rise([]) == []


def test_lines_that_occur_once_in_both_are_anchors() -> None:
    assert anchors([1, 2, 3, 2, 4], [5, 1, 2, 4, 6], (0, 5, 0, 5)) == [(0, 1), (4, 3)]


def test_a_line_outside_of_the_part_does_not_count() -> None:
    assert anchors([1, 1, 2], [2, 1], (1, 3, 0, 2)) in ([(1, 1)], [(2, 0)])


@given(st.lists(st.integers(0, 30)), st.lists(st.integers(0, 30)))
def test_anchors_are_equal_lines_and_do_not_cross(a: list[int], b: list[int]) -> None:
    found = anchors(a, b, (0, len(a), 0, len(b)))
    assert all(a[x] == b[y] and a.count(a[x]) == b.count(b[y]) == 1 for x, y in found)
    assert [x for x, _ in found] == sorted({x for x, _ in found})
    assert [y for _, y in found] == sorted({y for _, y in found})
