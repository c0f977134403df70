"""Conflicts taken apart where the sides differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.merge.parts import chosen, differences
from devagent.merge.weave import key, tokens

TEXTS = st.lists(st.sampled_from([b"a", b"b ", b" c", b"(", b")\n"]), max_size=12).map(b"".join)


def choices(ours: bytes, theirs: bytes) -> list[bytes]:
    return list(chosen(tokens(ours), tokens(theirs), 10_000))


def test_each_difference_is_taken_from_either_side() -> None:
    assert choices(b"print(a); exit(b)", b"write(a); exit(c)") == [b"print(a); exit(c)", b"write(a); exit(b)"]


def test_sides_that_differ_in_one_place_leave_no_choice() -> None:
    assert choices(b"f(a)", b"f(b)") == []


@pytest.mark.parametrize(("count", "choice"), [(2, 2), (3, 6), (4, 14), (5, 8), (6, 10), (7, 0)])
def test_many_differences_leave_fewer_choices(count: int, choice: int) -> None:
    assert (
        len(choices(b"".join(b"a%d;" % n for n in range(count)), b"".join(b"b%d;" % n for n in range(count)))) == choice
    )


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_differences_tile_both_sides(ours: bytes, theirs: bytes) -> None:
    parts = differences(tokens(ours), tokens(theirs), 10_000)
    assert b"".join(unit for part in parts for unit in (*part.common, *part.sides[0])) == ours
    theirs_again = b"".join(unit for part in parts for unit in (*part.common, *part.sides[1]))
    assert key(theirs_again) == key(theirs)
