"""Edits of one side, made in the other's text too."""

import pytest

from devagent.merge.carried import edits, repeated
from devagent.merge.weave import tokens


def carried(base: bytes, side: bytes, other: bytes) -> bytes | None:
    made = repeated(edits(tokens(base), tokens(side), 10_000), tokens(other))
    return None if made is None else b"".join(made)


@pytest.mark.parametrize(
    ("base", "side", "other", "expected"),
    [
        (b"init(pin)\n", b"init()\n", b"start(pin)\nstop(pin)\n", b"start()\nstop()\n"),
        (b"a => todo.push(b),\n", b"a => used.insert(b),\n", b"c => todo.push(d),\n", b"c => used.insert(d),\n"),
        (b"x = get(y)\n", b"x = self.get(y)\n", b"z = get(y)\n", b"z = self.get(y)\n"),
        (b"public void f()\n", b"void f()\n", b"  public void g()\n", b"  void g()\n"),
    ],
)
def test_an_edit_is_made_wherever_its_neighbours_stand(base: bytes, side: bytes, other: bytes, expected: bytes) -> None:
    assert carried(base, side, other) == expected


def test_an_edit_that_fits_nowhere_gives_nothing() -> None:
    assert carried(b"f(a)\n", b"f(b)\n", b"g[a]\n") is None


def test_what_was_done_in_two_ways_is_not_repeated() -> None:
    assert carried(b"f(a)\ng(a)\n", b"f(b)\ng(c)\n", b"h(a)\n") is None


def test_an_insertion_between_signs_is_not_repeated() -> None:
    assert carried(b"f()\n", b"f(a)\n", b"g()\n") is None
