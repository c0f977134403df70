"""Step 4 in the engine: what is left gets its likeliest candidate, and nothing unlikely is called certain."""

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.gate import open_again
from devagent.merge.limits import Limits
from devagent.merge.line_merge import merge as lines
from devagent.merge.ranked import merge as ranked
from devagent.merge.regions import Clean, Conflict
from devagent.merge.versions import Versions

VERSIONS = Versions("a.py", b"x = 1\ny = 2\n", b"x = 1\ny = 3\n", b"x = 1\ny = 4\n")


def test_every_conflict_has_a_proposal_with_its_alternatives() -> None:
    merged = merge_text(VERSIONS, steps=[ranked])
    for conflict in merged.unresolved:
        assert conflict.proposal is not None
        found = [conflict.proposal.lines, *(other.lines for other in conflict.proposal.alternatives)]
        assert {conflict.ours, conflict.theirs} <= set(found) and len(found) == len(set(found))


def test_answering_everything_leaves_no_conflict() -> None:
    assert merge_text(VERSIONS, accept=Confidence.UNSURE).is_clean


def test_what_is_certain_is_likely() -> None:
    regions = ranked(VERSIONS, lines(VERSIONS), Limits())
    decisions = [region.decision for region in regions if isinstance(region, Clean) and region.decision]
    assert all(d.probability >= 0.9 or d.confidence is not Confidence.CERTAIN for d in decisions)


def test_what_an_earlier_step_proposed_is_among_the_candidates() -> None:
    (first, conflict) = lines(VERSIONS)
    assert isinstance(conflict, Conflict)
    (_, region) = ranked(VERSIONS, (first, conflict), Limits())
    assert isinstance(region, Clean) and region.decision is not None
    other = open_again(region)
    assert isinstance(other, Conflict) and other.proposal == region.decision
    (_, again) = ranked(VERSIONS, (first, other), Limits())
    assert isinstance(again, Clean) and again.decision is not None
    found = [again.decision.lines, *(alternative.lines for alternative in again.decision.alternatives)]
    assert region.decision.lines in found
