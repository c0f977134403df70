import pytest

from textcols import paragraph

FOX = "The quick brown fox jumps over the lazy dog."


def test_wraps_at_the_width():
    assert paragraph(FOX, 16).splitlines() == ["The quick brown", "fox jumps over", "the lazy dog."]


def test_exact_fit_stays_on_the_line():
    assert paragraph("aaa bbb ccc", 7) == "aaa bbb\nccc"


def test_paragraphs_are_kept_apart():
    assert paragraph("one two\n\nthree", 20) == "one two\n\nthree"


def test_right_and_center():
    assert paragraph("ab cd", 4, align="right") == "  ab\n  cd"
    assert paragraph("ab", 6, align="center") == "  ab"


def test_justified_but_not_the_last_line():
    assert paragraph("aa bb cc dddd", 10, align="justify") == "aa  bb  cc\ndddd"


def test_indent():
    assert paragraph("aaa bbb ccc", 9, indent=2) == "  aaa bbb\n  ccc"


def test_long_word_at_the_start():
    assert paragraph("abcdefghij kl", 4) == "abcd\nefgh\nij\nkl"
    assert paragraph("abcdefghij k", 4) == "abcd\nefgh\nij k"


def test_long_word_after_others():
    text = "see http://example.org/a/b now"
    assert paragraph(text, 10).splitlines() == ["see", "http://exa", "mple.org/a", "/b now"]


def test_two_long_words_and_short_ones():
    lines = paragraph("a bcdefghi j klmnopqr s", 5).splitlines()
    assert lines == ["a", "bcdef", "ghi j", "klmno", "pqr s"]


def test_wide_characters_count_twice():
    assert paragraph("\u6f22\u5b57 \u6f22\u5b57", 4) == "\u6f22\u5b57\n\u6f22\u5b57"


def test_too_narrow():
    with pytest.raises(ValueError):
        paragraph("text", 1)
