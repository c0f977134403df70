"""Merging where nothing is known of the sides: in a rebase "ours" is the other branch, "theirs" the user's own work.

What was learnt from merges is partly which side people take. So a decision that only the learnt steps took counts here
where it is the same with the sides swapped; otherwise it is merely shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from devagent.merge.decision import Confidence, Decision
from devagent.merge.engine import PROVEN, STEPS, Step, merge_text
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict, Region, Spans
from devagent.merge.versions import Lines, Versions


def merge_evenly(versions: Versions, *, accept: Confidence, known: Sequence[Step] = ()) -> Merged:
    """The merge of a file, as `merge_text`, without what was learnt about sides.

    `known` are steps after the proven ones that do not look at which side is which.
    """
    proving = (*PROVEN, *known)
    steps = (*proving, *STEPS[len(PROVEN) :])
    merged = merge_text(versions, accept=accept, steps=steps)
    if not merged.decisions:
        return merged
    proven = merge_text(versions, accept=accept, steps=proving)
    unproven = {conflict.spans for conflict in proven.unresolved}
    if not any(_was(region) in unproven for region in merged.regions):
        return merged
    swapped = _settled(merge_text(versions.swapped, accept=accept, steps=steps))
    regions = tuple(
        region if (spans := _was(region)) not in unproven else _kept(region, swapped.get(_swapped(spans)))
        for region in merged.regions
    )
    return replace(merged, regions=regions)


def _was(region: Region) -> Spans | None:
    """Where the conflict was that a region settles."""
    return region.was.spans if isinstance(region, Clean) and region.was else None


def _swapped(spans: Spans | None) -> Spans | None:
    return Spans(spans.base, spans.theirs, spans.ours) if spans else None


def _settled(merged: Merged) -> Mapping[Spans | None, Lines]:
    """The texts that conflicts were settled with, by where these were."""
    return {_was(region): region.lines for region in merged.regions if isinstance(region, Clean) and region.was}


def _kept(region: Region, other: Lines | None) -> Region:
    if not isinstance(region, Clean) or region.was is None or region.decision is None or region.lines == other:
        return region
    return _shown(region.was, region.decision)


def _shown(conflict: Conflict, decision: Decision) -> Conflict:
    return replace(conflict, proposal=replace(decision, confidence=Confidence.UNSURE))
