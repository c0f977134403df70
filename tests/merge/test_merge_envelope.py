"""Line endings, byte order mark and final newline: a side that only changes these conflicts with nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.merge.engine import merge_text
from devagent.merge.envelope import opened
from devagent.merge.versions import Versions

BOM = b"\xef\xbb\xbf"
TEXT = st.lists(st.sampled_from([b"a", b"b\r", b"\n", b"\r\n", BOM, b"\xe9"]), max_size=8).map(b"".join)


def content(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    merged = merge_text(Versions("notes", base, ours, theirs))
    assert merged.is_clean
    return merged.content()


@given(text=TEXT)
@settings(max_examples=300, deadline=None)
def test_opening_and_wrapping_gives_the_same_bytes(text: bytes) -> None:
    contents = opened(Versions("f", text, text, text))
    assert contents.envelope.wrap(contents.versions.ours) == text


@pytest.mark.parametrize("swap", [False, True])
def test_one_side_converts_to_crlf_and_the_other_edits(swap: bool) -> None:
    ours, theirs = b"a\r\nb\r\nc\r\n", b"a\nB\nc\n"
    sides = (theirs, ours) if swap else (ours, theirs)
    assert content(b"a\nb\nc\n", *sides) == b"a\r\nB\r\nc\r\n"


def test_a_crlf_file_stays_one() -> None:
    assert content(b"a\r\nb\r\nc\r\n", b"A\r\nb\r\nc\r\n", b"a\r\nb\r\nC\r\n") == b"A\r\nb\r\nC\r\n"


def test_mixed_line_endings_stay_as_they_are() -> None:
    assert content(b"a\r\nb\nc\nd\n", b"A\r\nb\nc\nd\n", b"a\r\nb\nc\nD\n") == b"A\r\nb\nc\nD\n"


def test_a_file_both_sides_add_with_different_endings_is_not_converted() -> None:
    merged = merge_text(Versions("notes", b"", b"a\r\nb\r\n", b"a\nc\n"), steps=())
    assert not merged.is_clean


def test_a_final_newline_that_one_side_adds_is_kept_beside_an_edit_at_the_end() -> None:
    assert content(b"a\nb\nc", b"a\nb\nc\n", b"a\nb\nC") == b"a\nb\nC\n"


def test_no_line_is_glued_to_another_where_no_version_ends_in_a_newline() -> None:
    merged = merge_text(Versions("notes", b"a\nb", b"a\nb\nx", b"a\nb\ny"), steps=())
    assert merged.content() == b"a\nb\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"


def test_a_byte_order_mark_that_one_side_drops_is_dropped() -> None:
    assert content(BOM + b"a\nb\nc\n", b"a\nb\nc\n", BOM + b"a\nb\nC\n") == b"a\nb\nC\n"


def test_latin_1_survives() -> None:
    assert content(b"\xe4\nb\nc\n", b"\xe4\nb\nC\xfc\n", b"\xf6\nb\nc\n") == b"\xf6\nb\nC\xfc\n"
