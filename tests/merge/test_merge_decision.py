"""What a decision leaves out, and where its lines come from."""

import pytest

from devagent.merge.decision import Origin, left_out, origins

BASE, OURS, THEIRS = (b"f(a)\n",), (b"f(a, b)\n",), (b"f(a, c)\n",)


@pytest.mark.parametrize(
    ("lines", "without"),
    [
        (OURS, [(Origin.THEIRS, b"f(a, c)\n")]),
        (THEIRS, [(Origin.OURS, b"f(a, b)\n")]),
        (BASE, [(Origin.OURS, b"f(a, b)\n"), (Origin.THEIRS, b"f(a, c)\n")]),
        ((), [(Origin.OURS, b"f(a, b)\n"), (Origin.THEIRS, b"f(a, c)\n")]),
        (OURS + THEIRS, []),
        ((b"f(a, b, c)\n",), []),
        ((b"f(\n", b"    a,\n", b"    b,\n", b"    c,\n", b")\n"), []),
    ],
)
def test_what_a_side_brought_is_left_out_unless_all_its_tokens_are_there(
    lines: tuple[bytes, ...], without: list[tuple[Origin, bytes]]
) -> None:
    assert list(left_out(lines, BASE, OURS, THEIRS)) == without


def test_an_operator_counts_and_blanks_do_not() -> None:
    base, ours, theirs = (b"x = a\n",), (b"x = a + b\n",), (b"x  =  a - b\n",)
    assert list(left_out((b"x = a+b\n",), base, ours, theirs)) == [(Origin.THEIRS, b"x  =  a - b\n")]


def test_a_line_of_the_base_is_not_missed() -> None:
    assert list(left_out((), BASE, BASE, ())) == []


def test_lines_come_from_where_they_stand_as_a_whole() -> None:
    assert origins((*OURS, *THEIRS, *BASE, b"g\n"), BASE, OURS, THEIRS) == (
        Origin.OURS,
        Origin.THEIRS,
        Origin.BASE,
        Origin.NEW,
    )
    assert origins(OURS, BASE, OURS, OURS) == (Origin.BOTH,)
