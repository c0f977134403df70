"""What the ranking looks at."""

from devagent.merge import line_merge, whitespace
from devagent.merge.candidates import whole
from devagent.merge.decision import Alternative
from devagent.merge.features import STEPS, FileFacts, HunkFacts, conflict_numbers
from devagent.merge.markers import untrimmed
from devagent.merge.versions import Versions, split_lines


def numbers_of(
    base: bytes, ours: bytes, theirs: bytes, text: bytes, said: Alternative | None = None
) -> dict[str, float]:
    """The features of one text for the only conflict of a file, for which an earlier step may have said something."""
    versions = Versions("a.py", base, ours, theirs)
    regions = untrimmed(line_merge.merge(versions))
    facts = FileFacts(versions, regions)
    (index,) = facts.indices
    hunk = HunkFacts(whole(regions, index).hunk, facts, index, said)
    return conflict_numbers(hunk, [(split_lines(text), ("ours",))])[0]


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


def test_what_an_earlier_step_would_do_is_told_with_its_surety() -> None:
    versions = (b"f(a)\n", b"f(a, b)\n", b"g(a)\n")
    nothing = numbers_of(*versions, b"g(a, b)\n")
    assert [nothing[name] for name in ("step", "step chance", "as step", "like step")] == [-1, -1, -1, -1]
    said = Alternative((b"g(a,b)\n",), "separate tokens", "", 0.55)
    same = numbers_of(*versions, b"g(a, b)\n", said)
    assert (same["step chance"], same["as step"], same["like step"]) == (0.55, 1, 1)
    other = numbers_of(*versions, b"f(a, b)\n", said)
    assert other["as step"] == 0 < other["like step"] < 1


def test_all_that_the_steps_may_call_themselves_is_known() -> None:
    from devagent.merge.structure import verdict

    narrowing = "one side, beside a conflict"
    assert set(STEPS) == {whitespace.HOW, *verdict.WORTH} - {narrowing}


def test_lines_that_went_elsewhere_are_told() -> None:
    moved = numbers_of(b"x = 1\nkept()\n", b"kept()\nx = 1\n", b"x = 2\nkept()\n", b"x = 2\n")
    assert moved["our gone lines in ours"] == 1
    assert moved["their gone lines in theirs"] == 0


def test_lines_that_a_text_loses_are_counted() -> None:
    versions = (b"a = 1\n", b"a = 1\nb = 2\n", b"a = 3\n")
    kept, lost = numbers_of(*versions, b"a = 3\nb = 2\n"), numbers_of(*versions, b"a = 3\n")
    assert kept["our lines lost"] == 0 < lost["our lines lost"]
    assert numbers_of(*versions, b"a = 1\n")["lines come back"] > 0
