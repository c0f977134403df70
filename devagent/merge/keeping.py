"""Merging where nobody's change may be lost unasked: what leaves one out is shown, and a person decides.

Most often people do take one side. But that is known of conflicts in general and of none in particular, and the side
that is dropped may be all of a picked commit or a stash. It is otherwise where people always did so in this very place.
"""

from dataclasses import replace

from devagent.merge.conventions import HIGHER
from devagent.merge.decision import Confidence, left_out
from devagent.merge.gate import open_again
from devagent.merge.merged import Merged
from devagent.merge.precedent import ALIKE
from devagent.merge.regions import Clean, Region

_USUAL = (ALIKE, HIGHER)
"""How decisions are called that people took nearly always: the lower of two versions is no loss."""


def keeping_both(merged: Merged) -> Merged:
    """The merge with every decision opened again that leaves out what a side brought, unless it is certain or usual.

    It stays on the conflict as its proposal.
    """
    return replace(merged, regions=tuple(open_again(region) if _loses(region) else region for region in merged.regions))


def _loses(region: Region) -> bool:
    if not isinstance(region, Clean) or region.was is None or region.decision is None:
        return False
    found = region.was
    is_sure = region.decision.confidence is Confidence.CERTAIN or region.decision.how in _USUAL
    return not is_sure and any(left_out(region.lines, found.base, found.ours, found.theirs))
