"""What the ranking looks at."""

from devagent.merge import line_merge
from devagent.merge.candidates import whole
from devagent.merge.features import FileFacts, HunkFacts, conflict_numbers, direction, joint_numbers
from devagent.merge.markers import untrimmed
from devagent.merge.versions import Versions


def numbers_of(base: bytes, ours: bytes, theirs: bytes, text: bytes) -> dict[str, float]:
    """The features of one text for the only conflict of a file."""
    versions = Versions("a.py", base, ours, theirs)
    regions = untrimmed(line_merge.merge(versions))
    facts = FileFacts(versions, regions)
    (index,) = facts.indices
    hunk = HunkFacts(whole(regions, index).hunk, facts, index)
    return conflict_numbers(hunk, [((text,), ("ours",))])[0]


def test_what_each_side_did_is_found_in_the_text() -> None:
    versions = (b"f(a)\n", b"f(a, b)\n", b"g(a)\n")
    merged = numbers_of(*versions, b"g(a, b)\n")
    assert [merged[name] for name in ("has our new", "has their new", "did our gone", "did their gone")] == [
        1,
        1,
        -1,
        1,
    ]
    ours = numbers_of(*versions, b"f(a, b)\n")
    assert (ours["has our new"], ours["has their new"], ours["did their gone"]) == (1, 0, 0)


def test_a_text_that_the_grammar_refuses_is_told() -> None:
    versions = (b"x = 1\n", b"x = 2\n", b"x = 3\n")
    assert numbers_of(*versions, b"x = 4\n")["parses"] == 1
    assert numbers_of(*versions, b"x = (\n")["parses"] == 0


def test_words_that_meet_in_no_version_are_told() -> None:
    versions = (b"f(a)\n", b"f(a, b)\n", b"g(a)\n")
    assert numbers_of(*versions, b"g(a, b)\n")["pairs nowhere"] == 0
    assert numbers_of(*versions, b"g(b, a)\n")["pairs nowhere"] > 0


def test_lines_next_to_the_conflict_that_a_side_wrote_are_told() -> None:
    found = numbers_of(b"a\nb\n", b"new\na\nours\n", b"new\na\ntheirs\n", b"")
    assert (found["above is new on ours"], found["below is new on theirs"]) == (0, 0)
    found = numbers_of(b"a\nc\nd\n", b"x = 1\nc\nd\n", b"x = 2\nc\nnew\n", b"")
    assert found["below is new on ours"] == 0


def test_all_texts_have_the_same_features_in_the_same_order() -> None:
    small = numbers_of(b"a\n", b"b\n", b"c\n", b"")
    large = numbers_of(b"a()\n" * 9, b"a(1)\n" * 30, b"", b"a(1)\n" * 30)
    assert list(small) == list(large)


def test_other_conflicts_speak_for_a_direction() -> None:
    one = [(("ours",), 0.9), (("theirs",), 0.1)]
    even = [(("ours",), 0.5), (("theirs",), 0.5)]
    alone = joint_numbers([even])[0]
    assert [row["others same way"] for row in alone] == [-1, -1]
    ours, theirs = joint_numbers([one, even, one])[1]
    assert ours["others same way"] > 0.8 > 0.2 > theirs["others same way"]
    assert ours["one before same way"] == ours["one after same way"]


def test_directions_are_a_side_both_or_merged() -> None:
    names = [("ours", "union"), ("theirs then ours",), ("tokens merged, else ours",)]
    assert [direction(of) for of in names] == ["ours", "both", "merged"]
