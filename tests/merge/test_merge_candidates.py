"""The texts that could stand in the place of a conflict."""

from dataclasses import replace

from devagent.merge import line_merge
from devagent.merge.candidates import distinct, propose, whole
from devagent.merge.decision import Confidence, Decision
from devagent.merge.limits import Limits
from devagent.merge.patterns import Hunk
from devagent.merge.regions import Conflict, Regions
from devagent.merge.versions import Versions


def merged(base: bytes, ours: bytes, theirs: bytes, path: str = "a.js") -> tuple[Versions, Regions, int]:
    versions = Versions(path, base, ours, theirs)
    regions = line_merge.merge(versions)
    return versions, regions, next(n for n, region in enumerate(regions) if isinstance(region, Conflict))


def test_each_candidate_differs_from_the_others_by_more_than_white_space() -> None:
    versions, regions, index = merged(b"a\nb\n", b"a\nx\nb\n", b"a\ny\nb\n")
    found = [b"".join(c.lines).split() for c in propose(versions, regions, index, Limits())]
    assert len(found) == len({tuple(words) for words in found})
    assert [b"x", b"y"] in found and [b"y", b"x"] in found


def test_a_conflict_over_the_limit_has_only_the_simplest() -> None:
    versions, regions, index = merged(b"a\n", b"x\n", b"y\n")
    found = {candidate.how for candidate in propose(versions, regions, index, Limits(conflict_lines=2))}
    assert found == {"ours", "theirs", "ours then theirs", "theirs then ours", "neither", "base"}


def test_lines_that_both_sides_begin_with_stay_out_of_the_candidates() -> None:
    versions, regions, index = merged(b"k\n", b"k\nhead\no\n", b"k\nhead\nt\n")
    opened = whole(regions, index)
    assert (opened.head, opened.hunk.ours) == ((b"head\n",), (b"head\n", b"o\n"))
    texts = [c.lines for c in propose(versions, regions, index, Limits())]
    assert (b"o\n", b"t\n") in texts
    assert not any(lines[:1] == (b"head\n",) for lines in texts)


def test_indentation_tells_texts_apart_only_where_it_means_something() -> None:
    hunk = Hunk((b"a\n",), (b"  a\n",), (b"    a\n",))
    assert len(distinct(hunk, indented=True)) > len(distinct(hunk, indented=False))


def test_what_an_earlier_step_proposed_comes_first_and_once() -> None:
    versions, regions, index = merged(b"a\n", b"x\n", b"y\n")
    said = Decision((b"  x\n",), "layout", "Why.", Confidence.LIKELY, 0.7)
    conflict = regions[index]
    assert isinstance(conflict, Conflict)
    regions = (*regions[:index], replace(conflict, proposal=said), *regions[index + 1 :])
    first, *others = propose(versions, regions, index, Limits())
    assert (first.lines, first.how, first.probability) == (said.lines, "layout", 0.7)
    assert (b"x\n",) not in [other.lines for other in others] and (b"y\n",) in [other.lines for other in others]
