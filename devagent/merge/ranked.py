"""Step 4 of the merge: the likeliest candidate for each conflict that is left, decided jointly over the file."""

from collections.abc import Sequence
from dataclasses import replace

from devagent.merge import candidates, ranking
from devagent.merge.decision import Alternative, Confidence, Decision
from devagent.merge.limits import Limits
from devagent.merge.regions import Conflict, Region, Regions, settled
from devagent.merge.versions import Versions

_LEAST_CERTAIN = 0.9
"""Weights that call certain what they find less likely than this are not believed."""


def merge(versions: Versions, regions: Regions, limits: Limits) -> Regions:
    """The regions with every conflict settled that has a candidate, each as sure as its candidate is likely."""
    proposals = {
        index: _weighed(region, candidates.propose(versions, regions, index, limits))
        for index, region in enumerate(regions)
        if isinstance(region, Conflict)
    }
    decided = ranking.decide(versions, regions, proposals, most=limits.candidates)

    def step(index: int, region: Region) -> Region:
        if not isinstance(region, Conflict) or index not in decided:
            return region
        return settled(region, _believed(decided[index]))

    return tuple(step(index, region) for index, region in enumerate(regions))


def _believed(decision: Decision) -> Decision:
    """The decision, which is not certain if its own probability says otherwise: what is certain is applied unasked."""
    if decision.confidence is Confidence.CERTAIN and decision.probability < _LEAST_CERTAIN:
        return replace(decision, confidence=Confidence.LIKELY)
    return decision


def _weighed(conflict: Conflict, found: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """The candidates, after what an earlier step proposed."""
    proposal = conflict.proposal
    if proposal is None:
        return tuple(found)
    first = Alternative(proposal.lines, proposal.how, proposal.why, proposal.probability)
    return (first, *(other for other in found if other.lines != first.lines))
