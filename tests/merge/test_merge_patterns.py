"""What the patterns make of a conflict."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devagent.merge.patterns import PATTERNS, Hunk, texts
from devagent.merge.versions import split_lines

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""
LINES = st.lists(st.sampled_from([b"a\n", b"b(c, d)\n", b"c = d\n", b"  d\n", b"\n"]), max_size=6).map(tuple)


def made(pattern: str, base: bytes, ours: bytes, theirs: bytes) -> list[bytes]:
    found = texts(Hunk(*map(split_lines, (base, ours, theirs))))
    return [b"".join(lines) for name, lines in found if name == pattern]


@pytest.mark.parametrize(
    ("pattern", "base", "ours", "theirs", "expected"),
    [
        ("ours then theirs", b"", b"o\n", b"t\n", b"o\nt\n"),
        ("theirs then ours", b"", b"o\n", b"t\n", b"t\no\n"),
        ("ours then theirs", b"", b"[\no\n]\n", b"[\nt\n]\n", b"[\no\nt\n]\n"),
        ("lines merged, else ours", b"a\nb\n", b"A\nb\n", b"a\nB\n", b"A\nB\n"),
        ("tokens merged, else ours", b"f(a)\n", b"f(a, b)\n", b"g(a)\n", b"g(a, b)\n"),
        ("tokens merged, else both", b"[a]\n", b"[a, b]\n", b"[a, c]\n", b"[a, b, c]\n"),
        ("interleaved", b"x\n", b"a\nx\nm\n", b"m\nz\n", b"a\nm\nz\n"),
        ("union", b"x\n", b"a\nx\nm\n", b"m\nz\n", b"a\nx\nm\nz\n"),
        ("sorted union", b"b\n", b"a\nb\n", b"b\nc\n", b"a\nb\nc\n"),
        ("sorted union", b"b\n", b"a\n", b"b\nc\n", b"a\nc\n"),
        ("new lines of theirs after ours", b"a\n", b"a\no\n", b"a\nt\no\n", b"a\no\nt\n"),
        ("ours less the base", b"a\n", b"a\no\n", b"t\n", b"o\n"),
        ("our rename in theirs", b"get(x)\n", b"fetch(x)\n", b"get(x, y)\n", b"fetch(x, y)\n"),
        ("their rename in ours", b"get(x)\n", b"get(x, y)\n", b"fetch(x)\n", b"fetch(x, y)\n"),
        ("merged after their rename", b"c.a\nc.z\n", b"c.a\nc.b\nc.z\n", b"h.a\nh.z\nh.n\n", b"h.a\nh.b\nh.z\nh.n\n"),
        ("ours, theirs as list", b"", b"a: 1\n", b"b: 2\n", b"a: 1,\nb: 2\n"),
        ("imports united", b"", b"import a\n", b"import b\n", b"import a\nimport b\n"),
        (
            "union, similar lines as theirs",
            b"",
            b"x = 1\ndef f(a, b):\n",
            b"def f(a, b, c):\n",
            b"x = 1\ndef f(a, b, c):\n",
        ),
        ("our edits in theirs", b"f(pin)\n", b"f()\n", b"g(pin)\nh(pin)\n", b"g()\nh()\n"),
        ("their edits in ours", b"f(pin)\n", b"g(pin)\nh(pin)\n", b"f()\n", b"g()\nh()\n"),
        ("merged after our edits", b"f(pin)\n", b"f()\nk\n", b"g(pin)\n", b"g()\nk\n"),
        ("sorted union", b"", b"Type,\nTypeVar,\n", b"TypedDict,\n", b"Type,\nTypedDict,\nTypeVar,\n"),
        ("part by part", b"", b"print(a) or exit(b)\n", b"write(a) or exit(c)\n", b"write(a) or exit(b)\n"),
        ("what both have", b"a\nb\n", b"a\nc\n", b"a\nd\n", b"a\n"),
        ("neither", b"a\n", b"b\n", b"c\n", b""),
    ],
)
def test_a_pattern_makes(pattern: str, base: bytes, ours: bytes, theirs: bytes, expected: bytes) -> None:
    assert expected in made(pattern, base, ours, theirs)


@pytest.mark.parametrize("pattern", ["sorted union", "our rename in theirs"])
def test_a_pattern_that_does_not_fit_says_nothing(pattern: str) -> None:
    assert made(pattern, b"b\n", b"b\na\n", b"b\nc\n") == []


def test_a_word_that_was_replaced_by_two_others_is_no_rename() -> None:
    assert made("our rename in theirs", b"a b a\n", b"x b y\n", b"a b a c\n") == []


@unhurried
@given(LINES, LINES, LINES)
def test_every_pattern_takes_all_but_separators_from_the_three_versions(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    known = set(b"".join((*base, *ours, *theirs))) | set(b",")
    for _, lines in texts(Hunk(base, ours, theirs)):
        assert set(b"".join(lines)) <= known


@unhurried
@given(LINES, LINES, LINES)
def test_swapping_the_sides_swaps_the_patterns(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    one, other = dict(texts(Hunk(base, ours, theirs))), dict(texts(Hunk(base, theirs, ours)))
    pairs = [("ours", "theirs"), ("ours then theirs", "theirs then ours"), ("interleaved", "interleaved, theirs first")]
    assert all(one[a] == other[b] and one[b] == other[a] for a, b in pairs)


@unhurried
@given(LINES, LINES, LINES)
def test_both_sides_whole_are_both_sides(
    base: tuple[bytes, ...], ours: tuple[bytes, ...], theirs: tuple[bytes, ...]
) -> None:
    found = dict(texts(Hunk(base, ours, theirs)))
    assert Counter(found["all of ours, all of theirs"]) == Counter(ours) + Counter(theirs)


def test_each_pattern_says_why_in_a_sentence() -> None:
    assert all(pattern.why.endswith(".") for pattern in PATTERNS.values())
