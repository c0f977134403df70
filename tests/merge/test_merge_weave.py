"""Three versions woven into one text."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devagent.merge.versions import split_lines
from devagent.merge.weave import Choice, Kind, Texts, Weave, only_ours, only_theirs, ours_first, theirs_first, tokens

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""
LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"  d\n", b"\n"]), max_size=8).map(tuple)
CHOICES = st.sampled_from([only_ours, only_theirs, ours_first, theirs_first])


def woven(base: bytes, ours: bytes, theirs: bytes, choice: Choice = ours_first) -> bytes:
    return Weave(Texts(*map(split_lines, (base, ours, theirs))), 100_000).text(choice)


def test_changes_of_neighbouring_lines_do_not_conflict() -> None:
    assert woven(b"a\nb\n", b"A\nb\n", b"a\nB\n") == b"A\nB\n"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (only_ours, b"a\no\nb\n"),
        (only_theirs, b"a\nt\nb\n"),
        (ours_first, b"a\no\nt\nb\n"),
        (theirs_first, b"a\nt\no\nb\n"),
    ],
)
def test_insertions_at_one_place_are_chosen_between(choice: Choice, expected: bytes) -> None:
    assert woven(b"a\nb\n", b"a\no\nb\n", b"a\nt\nb\n", choice) == expected


def test_a_text_of_tokens_ends_its_last_line_if_the_versions_do() -> None:
    texts = Texts(tokens(b"\ntwo\n"), tokens(b"\none\n\n\ntwo\n"), ())
    assert Weave(texts, 100_000).text(only_ours) == b"\none\n"


def test_the_same_change_of_both_sides_is_made_once() -> None:
    assert woven(b"a\nb\n", b"a\nx\nb\n", b"a\nx\nb\n") == b"a\nx\nb\n"


def test_lines_that_differ_in_white_space_take_it_from_the_side_that_changed_it() -> None:
    assert woven(b"a\nb\n", b"  a\nb\n", b"a\nB\n") == b"  a\nB\n"


def test_words_on_one_line_merge_by_tokens() -> None:
    versions = [tokens(text) for text in (b"f(a, b)\n", b"f(a, b, c)\n", b"g(a, b)\n")]
    assert Weave(Texts(*versions), 100_000).text(only_ours) == b"g(a, b, c)\n"


@unhurried
@given(st.binary(max_size=60))
def test_tokens_are_the_text(text: bytes) -> None:
    assert b"".join(tokens(text)) == text


@unhurried
@given(LINES, LINES, LINES)
def test_pieces_tile_the_three_versions(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    pieces = Weave(Texts(base, ours, theirs), 100_000).pieces
    for side, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        assert [n for piece in pieces for n in getattr(piece, side)] == list(range(len(text)))


@unhurried
@given(LINES, LINES, CHOICES)
def test_an_unchanged_side_gives_the_other(base: tuple[bytes, ...], changed: tuple[bytes, ...], choice: Choice) -> None:
    assert Weave(Texts(base, base, changed), 100_000).text(choice).split() == b"".join(changed).split()
    assert Weave(Texts(base, changed, base), 100_000).text(choice).split() == b"".join(changed).split()


@unhurried
@given(LINES, LINES, LINES)
def test_swapping_the_sides_swaps_only_the_order(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    one, other = Weave(Texts(base, ours, theirs), 100_000), Weave(Texts(base, theirs, ours), 100_000)
    assert one.text(ours_first).split() == other.text(theirs_first).split()


@unhurried
@given(LINES, LINES, LINES)
def test_what_one_side_inserted_is_there_when_both_are_taken(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    weave = Weave(Texts(base, ours, theirs), 100_000)
    made = Counter(weave.text(ours_first).split())
    for side in (ours, theirs):
        new = Counter(b"".join(side).split()) - Counter(b"".join(base).split())
        assert not new - made


def test_operations_that_run_out_leave_one_large_conflict() -> None:
    weave = Weave(Texts([b"a\n", b"b\n"], [b"b\n", b"x\n"], [b"y\n", b"b\n"]), 0)
    assert [piece.kind for piece in weave.pieces] == [Kind.CONFLICT]
