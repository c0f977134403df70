"""A conflict that somebody answered who is not the engine: the answer has to hold like any other."""

from dataclasses import replace

from devagent.merge.decision import Decision
from devagent.merge.gate import checked
from devagent.merge.merged import Merged
from devagent.merge.regions import Conflict, settled


def answered(merged: Merged, index: int, decision: Decision) -> Merged | None:
    """The merge with the conflict `merged.regions[index]` settled; `None` where the file gets a new syntax error.

    What the engine had proposed there is forgotten: if the decision is opened again later, it is the proposal.
    """
    conflict = merged.regions[index]
    assert isinstance(conflict, Conflict)
    regions = list(merged.regions)
    regions[index] = settled(replace(conflict, proposal=None), decision)
    whole = tuple(regions)
    return replace(merged, regions=whole) if checked(merged.versions, whole) == whole else None
