"""The merge of one file, step by step: lines, then structure, then conventions and ranked candidates.

The steps, and what each of them is:

    line_merge.merge(versions, limits) -> Regions
        diff3 over two histogram diffs.
    whitespace.merge(versions, regions, limits) -> Regions
        changes of white space only.
    moved.merge(versions, regions, limits) -> Regions
        blocks that one side moved and the other edited.
    structure.merge(versions, regions, limits) -> Regions
        the syntax trees of the three versions. It gets the whole file, because what a conflict means may stand outside
        it, and gives the whole file back: conflicts that it could settle are `regions.settled(conflict, decision)`,
        conflicts that it could narrow are smaller `Conflict`s with the same `number` (with `Clean` regions around them
        that carry a `Decision`), everything else is as it was. Clean regions that it has to change elsewhere (a moved
        definition that the other side edited) carry a `Decision` too. Where it abstains it returns `regions` itself.
        A `Clean` whose decision is not certain is opened again if it says what it `was`; if it does not, and the caller
        does not accept it, the whole answer of the step is dropped. It raises nothing on any input.
    conventions.merge(versions, regions, limits) -> Regions
        what people do alike in every project: of two versions the higher one.
    candidates.propose(versions, regions, index, limits) -> tuple[Alternative, ...]
        the texts for the conflict `regions[index]`, not ranked. Where an earlier step left a `proposal` on it, this is
        the first of them, with the step's probability.
    ranked.merge(versions, regions, limits, beside) -> Regions
        each conflict with the best of its texts, decided jointly over the file, and over the merge where `beside` says
        which ways its other files go (`together`); the others as `Decision.alternatives`, best first.

A decision that is certain settles its conflict at once. Any other stays on the conflict as its `proposal`, the
likeliest one where several steps have one; at the end the proposals are taken that are at least as sure as `accept`.
"""

from collections.abc import Callable, Sequence

from devagent.merge import conventions, line_merge, moved, whitespace
from devagent.merge.decision import Confidence
from devagent.merge.envelope import opened
from devagent.merge.gate import checked, open_again
from devagent.merge.generated import written_by_a_tool
from devagent.merge.limits import Limits
from devagent.merge.markers import hold_markers
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict, Region, Regions, is_clean, settled
from devagent.merge.versions import Versions

Step = Callable[[Versions, Regions, Limits], Regions]
"""One step after the line merge: what it can settle of the regions that are still in conflict."""


def _structure(versions: Versions, regions: Regions, limits: Limits) -> Regions:
    from devagent.merge import structure

    return structure.merge(versions, regions, limits)


def _ranked(versions: Versions, regions: Regions, limits: Limits) -> Regions:
    from devagent.merge import ranked

    return ranked.merge(versions, regions, limits)


PROVEN: tuple[Step, ...] = (whitespace.merge, moved.merge, _structure)
"""The steps that put nothing together but what the two sides changed."""

STEPS: tuple[Step, ...] = (*PROVEN, conventions.merge, _ranked)
"""All steps; the last is the ranking."""


def merge_text(
    versions: Versions,
    *,
    accept: Confidence = Confidence.CERTAIN,
    limits: Limits | None = None,
    steps: Sequence[Step] | None = None,
) -> Merged:
    """Merge one file. Any bytes will do; what cannot be merged comes back as a conflict. Equal input, equal output.

    A version that holds conflict markers is what another merge left, and nobody's to improve: only lines are merged, as
    in a file that a tool writes.

    Arguments:
        accept: the least sure decision that settles a conflict; `UNSURE` answers every conflict that has an answer.
        limits: how much work the file may cost, in operations.
        steps: what comes after the line merge, asked in turn while a conflict is left; by default, all there is.
    """
    limits = limits or Limits()
    contents = opened(versions)
    regions = line_merge.merge(contents.versions, limits)
    for step in () if _is_of_lines_only(versions) else STEPS if steps is None else steps:
        if is_clean(regions):
            break
        regions = _certain(regions, step(contents.versions, regions, limits), accept)
    regions = checked(contents.versions, _accepted(regions, accept))
    return Merged(contents.versions, regions, contents.envelope)


def _is_of_lines_only(versions: Versions) -> bool:
    return hold_markers(versions) or bool(written_by_a_tool(versions))


def _certain(before: Regions, after: Regions, accept: Confidence) -> Regions:
    """`after` with all decisions as mere proposals that are not certain: a later step may know better."""
    if any(_rank(region) > accept.rank and region.was is None for region in after if isinstance(region, Clean)):
        return before
    return tuple(open_again(region) if _rank(region) > Confidence.CERTAIN.rank else region for region in after)


def _rank(region: Region) -> int:
    """How unsure the decision is; 0 also for what nothing was decided about."""
    return region.decision.confidence.rank if isinstance(region, Clean) and region.decision else 0


def _accepted(regions: Regions, accept: Confidence) -> Regions:
    """The regions with the proposals taken that are sure enough."""
    return tuple(
        settled(region, region.proposal)
        if isinstance(region, Conflict) and region.proposal and region.proposal.confidence.rank <= accept.rank
        else region
        for region in regions
    )
