"""Histogram diff: what it gives is a diff, the one that is meant, whatever the operations that are left."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.merge.histogram import Change, diff

LINES = st.lists(st.sampled_from("abcde"), max_size=30)
OPERATIONS = st.sampled_from([2_000_000, 100, 10, 0])


def assert_is_a_diff(a: list[str], b: list[str], changes: list[Change]) -> None:
    a_at = b_at = 0
    for change in [*changes, Change(len(a), len(a), len(b), len(b))]:
        assert a[a_at : change.a_start] == b[b_at : change.b_start]
        a_at, b_at = change.a_end, change.b_end
    assert all(change.a_start < change.a_end or change.b_start < change.b_end for change in changes)
    assert all(first.a_end < second.a_start for first, second in pairwise(changes))


@given(a=LINES, b=LINES, operations=OPERATIONS)
@settings(max_examples=400, deadline=None)
def test_what_is_not_a_change_is_equal_and_changes_do_not_touch(a: list[str], b: list[str], operations: int) -> None:
    assert_is_a_diff(a, b, diff(a, b, operations))


@given(lines=LINES)
@settings(deadline=None)
def test_equal_versions_have_no_changes(lines: list[str]) -> None:
    assert diff(lines, list(lines)) == []


def test_a_moved_function_is_kept_in_one_piece() -> None:
    a = ["void one() {", "  x();", "}", "", "void two() {", "  y();", "}"]
    b = ["void two() {", "  y();", "}", "", "void one() {", "  x();", "}"]
    assert diff(a, b) == [Change(0, 4, 0, 0), Change(7, 7, 3, 7)]


def test_an_inserted_block_stands_as_far_down_as_it_can() -> None:
    assert diff(["f", "}", "g"], ["f", "}", "h", "}", "g"]) == [Change(2, 2, 2, 4)]


def test_lines_that_are_all_too_common_are_aligned_by_the_shortest_script() -> None:
    generator = random.Random(1)
    a = [generator.choice("xy") for _ in range(300)]
    b = [*a[:150], "x", "y", "x", *a[150:]]
    changes = diff(a, b)
    assert_is_a_diff(a, b, changes)
    assert sum(change.b_end - change.b_start for change in changes) == 3


def test_without_operations_the_rest_is_one_change() -> None:
    assert diff(list("abcdefgh"), list("aXcYeZgh"), 0) == [Change(1, 6, 1, 6)]


def test_a_long_version_with_many_changes_is_aligned_line_by_line() -> None:
    a = [f"line {number}" for number in range(20_000)]
    b = [f"other {number}" if number % 10 == 0 else line for number, line in enumerate(a)]
    changes = diff(a, b)
    assert_is_a_diff(a, b, changes)
    assert len(changes) == 2_000
