"""The engine: laws that hold for every three versions, and how decisions are accepted."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threeway_edits import FILE, texts, versions

from devagent.merge import whitespace
from devagent.merge.decision import Alternative, Confidence, Decision, Origin, origins
from devagent.merge.engine import PROVEN, Step, merge_text
from devagent.merge.limits import Limits
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict, Region, Regions, Source, settled
from devagent.merge.versions import Versions, split_lines

TEXT = FILE.flatmap(texts)
ACCEPT = st.sampled_from(list(Confidence))
SPACE = [whitespace.merge]


def deciding(confidence: Confidence, *, reopens: bool = True) -> Step:
    """A step that answers every conflict with our side."""

    def step(_versions: Versions, regions: Regions, _limits: Limits) -> Regions:
        return tuple(answered(region) if isinstance(region, Conflict) else region for region in regions)

    def answered(conflict: Conflict) -> Region:
        found = settled(conflict, Decision(conflict.ours, "ours", "because", confidence, 0.5))
        return found if reopens else replace(found, was=None)

    return step


def tokens(text: bytes) -> Counter[bytes]:
    return Counter(text.split())


@given(text=TEXT)
@settings(max_examples=150, deadline=None)
def test_a_file_merged_with_itself_is_itself(text: bytes) -> None:
    assert merge_text(Versions("a.py", text, text, text)).content() == text
    assert merge_text(Versions("a.py", b"", text, text)).content() == text


@given(base=TEXT, side=TEXT)
@settings(max_examples=150, deadline=None)
def test_merging_with_an_unchanged_side_gives_the_other_side(base: bytes, side: bytes) -> None:
    assert merge_text(Versions("a.py", base, side, base)).content() == side
    assert merge_text(Versions("a.py", base, base, side)).content() == side


@given(given=versions(), accept=ACCEPT)
@settings(max_examples=150, deadline=None)
def test_every_line_of_the_result_is_in_a_version(given: Versions, accept: Confidence) -> None:
    merged = merge_text(given, accept=accept)
    for region in merged.regions:
        if isinstance(region, Clean) and region.decision is None:
            sides = (merged.versions.base, merged.versions.ours, merged.versions.theirs)
            assert set(region.lines) <= {line for text in sides for line in split_lines(text)}


@given(given=versions(), accept=ACCEPT)
@settings(max_examples=150, deadline=None)
def test_every_word_of_the_result_is_in_a_version(given: Versions, accept: Confidence) -> None:
    merged = merge_text(given, accept=accept, steps=PROVEN)
    if merged.is_clean:
        known = tokens(given.base) + tokens(given.ours) + tokens(given.theirs)
        assert not tokens(merged.content().removeprefix(b"\xef\xbb\xbf")).keys() - {
            word.removeprefix(b"\xef\xbb\xbf") for word in known
        }


@given(given=versions(), accept=ACCEPT)
@settings(max_examples=100, deadline=None)
def test_the_same_input_gives_the_same_output(given: Versions, accept: Confidence) -> None:
    assert merge_text(given, accept=accept) == merge_text(given, accept=accept)


@given(given=versions())
@settings(max_examples=150, deadline=None)
def test_swapping_the_sides_resolves_the_same_conflicts_with_the_same_words(given: Versions) -> None:
    there, back = merge_text(given, steps=PROVEN), merge_text(given.swapped, steps=PROVEN)
    assert there.is_clean == back.is_clean
    assert len(there.unresolved) == len(back.unresolved)
    if there.is_clean:
        assert tokens(there.content()) == tokens(back.content())


@pytest.mark.parametrize("accept", list(Confidence))
@pytest.mark.parametrize("confidence", list(Confidence))
def test_a_decision_settles_a_conflict_only_if_it_is_as_sure_as_asked(
    accept: Confidence, confidence: Confidence
) -> None:
    merged = merge_text(conflicting(), accept=accept, steps=[deciding(confidence)])
    assert merged.is_clean == (confidence.rank <= accept.rank)
    if not merged.is_clean:
        (conflict,) = merged.unresolved
        assert conflict.proposal is not None and conflict.proposal.how == "ours"


def test_a_step_that_cannot_be_undone_and_is_not_sure_enough_is_left_out() -> None:
    merged = merge_text(conflicting(), steps=[deciding(Confidence.LIKELY, reopens=False)])
    (conflict,) = merged.unresolved
    assert conflict.proposal is None


def test_later_steps_see_only_what_earlier_ones_left() -> None:
    merged = merge_text(conflicting(), steps=[deciding(Confidence.CERTAIN), pytest.fail])
    assert merged.is_clean


def test_white_space_in_which_the_sides_differ_is_no_conflict() -> None:
    merged = merge_text(Versions("a.c", b"x\n", b"f(a, b);\n", b"f(a,b);\n"), steps=SPACE)
    assert merged.content() == b"f(a,b);\n"
    assert [decision.how for decision in merged.decisions] == ["white space"]


def test_a_side_that_only_changed_white_space_keeps_it_beside_the_edit_of_the_other() -> None:
    base, ours, theirs = b"if (a)\nf();\ng();\n", b"if (a)\n    f();\n  g( );\n", b"if (a)\nf();\nh();\n"
    merged = merge_text(Versions("a.c", base, ours, theirs), accept=Confidence.LIKELY, steps=SPACE)
    assert merged.content() == b"if (a)\n    f();\nh();\n"


def test_indentation_is_no_white_space_where_it_is_structure() -> None:
    given = Versions("a.py", b"x\n", b"if a:\n    f()\n    g()\n", b"if a:\n    f()\ng()\n")
    assert not merge_text(given, steps=SPACE).is_clean


@pytest.mark.parametrize(("ours", "theirs"), [(b'say("a b")\n', b'say("ab")\n'), (b"new x\n", b"newx\n")])
def test_white_space_that_makes_a_difference_is_no_mere_white_space(ours: bytes, theirs: bytes) -> None:
    assert not merge_text(Versions("a.c", b"x\n", ours, theirs), steps=SPACE).is_clean


def test_a_line_broken_in_two_is_the_same_text_where_the_language_says_so() -> None:
    ours, theirs = b"f(a,\n  b);\n", b"f(a, b);\n"
    assert merge_text(Versions("a.c", b"x\n", ours, theirs), steps=SPACE).is_clean
    assert not merge_text(Versions("notes", b"x\n", ours, theirs), steps=SPACE).is_clean


def test_origins_say_where_a_line_stands() -> None:
    lines = (b"b\n", b"o\n", b"t\n", b"x\n", b"n\n")
    assert origins(lines, (b"b\n",), (b"o\n", b"x\n"), (b"t\n", b"x\n")) == tuple(
        Origin(name) for name in ("base", "ours", "theirs", "both", "new")
    )


def conflicting() -> Versions:
    return Versions("notes", b"a\nb\nc\n", b"a\n1\nc\n", b"a\n2\nc\n")


def test_a_binary_file_is_told_as_such() -> None:
    assert Versions("a", b"", b"\0", b"x").is_binary
    assert not conflicting().is_binary


def test_an_alternative_is_not_ranked_before_it_has_a_probability() -> None:
    assert Alternative((), "deleted").probability == 0


def test_a_settled_region_knows_what_it_was() -> None:
    merged = merge_text(conflicting(), accept=Confidence.UNSURE, steps=[deciding(Confidence.UNSURE)])
    assert isinstance(merged, Merged)
    (region,) = (r for r in merged.regions if isinstance(r, Clean) and r.source is Source.MERGED)
    assert region.was is not None and region.was.theirs == (b"2\n",)
