"""What holds of every merge by structure, on randomly edited real files."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_edits import three_versions

from devagent.code.language import format_for
from devagent.code.syntax import new_syntax_errors
from devagent.merge import line_merge, structure
from devagent.merge.limits import Limits
from devagent.merge.markers import untrimmed
from devagent.merge.regions import Clean, Conflict, Regions, Spans
from devagent.merge.structure.element import WORD
from devagent.merge.versions import Versions, split_lines

SEEDS = st.integers(0, 10**9)
EXAMPLES = settings(max_examples=100, deadline=None)


def whole(versions: Versions) -> Regions:
    """The regions as if the lines had nothing in common: all of the file is one conflict."""
    base, ours, theirs = (split_lines(text) for text in (versions.base, versions.ours, versions.theirs))
    spans = Spans(range(len(base)), range(len(ours)), range(len(theirs)))
    return (Conflict(base, ours, theirs, spans),)


def merged(versions: Versions, regions: Regions | None = None) -> Regions:
    return structure.merge(versions, regions or line_merge.merge(versions), Limits())


def text_of(regions: Regions, side: str = "ours") -> bytes:
    """The file, with what is unresolved as one side has it."""
    return b"".join(
        line for region in regions for line in (region.lines if isinstance(region, Clean) else getattr(region, side))
    )


def words(text: bytes) -> Counter[bytes]:
    return Counter(word for word in WORD.findall(text) if word not in (b",", b";"))


@given(seed=SEEDS)
@EXAMPLES
def test_what_was_clean_is_as_it_was(seed: int) -> None:
    versions = three_versions(seed)
    lines = line_merge.merge(versions)
    after = merged(versions, lines)
    kept = [region for region in untrimmed(lines) if isinstance(region, Clean)]
    assert [region for region in untrimmed(after) if region in kept] == kept


@given(seed=SEEDS)
@EXAMPLES
def test_the_regions_tile_the_three_versions(seed: int) -> None:
    versions = three_versions(seed)
    for start in (whole(versions), line_merge.merge(versions)):
        regions = merged(versions, start)
        for name in ("base", "ours", "theirs"):
            lines = split_lines(getattr(versions, name))
            at = 0
            for region in regions:
                span = getattr(region.spans, name)
                assert span.start == at
                at = span.stop
                was = region if isinstance(region, Conflict) else region.was
                assert was is None or getattr(was, name) == lines[span.start : span.stop]
            assert at == len(lines)


@given(seed=SEEDS)
@EXAMPLES
def test_a_side_that_changed_nothing_gets_the_change_of_the_other(seed: int) -> None:
    versions = three_versions(seed)
    for given_versions, expected in (
        (Versions(versions.path, versions.base, versions.base, versions.theirs), versions.theirs),
        (Versions(versions.path, versions.base, versions.ours, versions.base), versions.ours),
        (Versions(versions.path, versions.base, versions.ours, versions.ours), versions.ours),
    ):
        result = merged(given_versions, whole(given_versions))
        if isinstance(result[0], Clean):
            assert text_of(result) == expected


@given(seed=SEEDS)
@EXAMPLES
def test_the_sides_exchanged_change_the_order_of_what_both_added_at_most(seed: int) -> None:
    versions = three_versions(seed)
    for make in (whole, line_merge.merge):
        one, other = merged(versions, make(versions)), merged(versions.swapped, make(versions.swapped))
        if any(isinstance(region, Conflict) for region in (*one, *other)):
            assert [type(region) for region in one] == [type(region) for region in other]
        else:
            assert words(text_of(one)) == words(text_of(other))


@given(seed=SEEDS)
@EXAMPLES
def test_every_word_is_there_as_often_as_the_changes_say(seed: int) -> None:
    versions = three_versions(seed)
    result = merged(versions, whole(versions))
    if any(isinstance(region, Conflict) for region in result):
        return
    base, ours, theirs = (words(text) for text in (versions.base, versions.ours, versions.theirs))
    merged_words = words(text_of(result))
    for word in set(base) | set(ours) | set(theirs) | set(merged_words):
        both = ours[word] + theirs[word] - base[word]
        if base[word] in (ours[word], theirs[word]):
            # An import that one side took out stays where the other side needs it.
            assert both <= merged_words[word] <= max(both, base[word])
        else:
            assert min(ours[word], theirs[word], both) <= merged_words[word] <= max(ours[word], theirs[word], both)


@given(seed=SEEDS)
@EXAMPLES
def test_the_result_has_no_syntax_error_that_neither_side_has(seed: int) -> None:
    versions = three_versions(seed)
    language = format_for(versions.path)
    assert language is not None
    result = merged(versions)
    texts = {text_of(result, side) for side in ("ours", "theirs")}
    if result != line_merge.merge(versions):
        sides = (versions.ours, versions.theirs)
        assert any(not new_syntax_errors(side, text, language) for text in texts for side in sides)


@given(seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_the_same_input_gives_the_same_output(seed: int) -> None:
    versions = three_versions(seed)
    assert merged(versions) == merged(versions)


@pytest.mark.parametrize("path", ["notes", "page.md", "data.unknown"])
def test_a_file_without_rules_stays_as_the_lines_left_it(path: str) -> None:
    versions = Versions(path, b"a\n", b"b\n", b"c\n")
    lines = line_merge.merge(versions)
    assert merged(versions, lines) is lines


def test_a_limit_leaves_the_conflict_open() -> None:
    versions = Versions("a.py", b"import a\n", b"import a\nimport b\n", b"import a\nimport c\n")
    lines = line_merge.merge(versions)
    assert isinstance(structure.merge(versions, lines, Limits())[1], Clean)
    assert structure.merge(versions, lines, Limits(structure_operations=2)) == lines
