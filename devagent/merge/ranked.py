"""Step 4 of the merge: the likeliest candidate for each conflict that is left, decided jointly over the conflicts."""

from dataclasses import replace

from devagent.merge import candidates, ranking
from devagent.merge.decision import Confidence, Decision
from devagent.merge.joint import Leaning
from devagent.merge.limits import Limits
from devagent.merge.regions import Conflict, Region, Regions, settled
from devagent.merge.versions import Versions

_LEAST_CERTAIN = 0.9
"""Weights that call certain what they find less likely than this are not believed."""


def look(versions: Versions, regions: Regions, limits: Limits) -> ranking.Look:
    """The candidates for every conflict, each looked at by itself."""
    proposals = {
        index: candidates.propose(versions, regions, index, limits)
        for index, region in enumerate(regions)
        if isinstance(region, Conflict)
    }
    return ranking.look(versions, regions, proposals)


def merge(versions: Versions, regions: Regions, limits: Limits, beside: Leaning | None = None) -> Regions:
    """The regions with every conflict settled that has a candidate, each as sure as its candidate is likely.

    Arguments:
        beside: which ways the other files of the merge go, where that is known.
    """
    decided = ranking.decide(look(versions, regions, limits), most=limits.candidates, beside=beside)

    def step(index: int, region: Region) -> Region:
        if not isinstance(region, Conflict) or index not in decided:
            return region
        # What an earlier step proposed was weighed with the rest: opened again, the conflict must not fall back to it.
        return settled(replace(region, proposal=None), _believed(decided[index]))

    return tuple(step(index, region) for index, region in enumerate(regions))


def _believed(decision: Decision) -> Decision:
    """The decision, which is not certain if its own probability says otherwise: what is certain is applied unasked."""
    if decision.confidence is Confidence.CERTAIN and decision.probability < _LEAST_CERTAIN:
        return replace(decision, confidence=Confidence.LIKELY)
    return decision
