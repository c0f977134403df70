"""The files in conflict of one merge, ranked jointly: who takes one side in one of them often does in all."""

from collections.abc import Sequence
from functools import partial

from devagent.merge import ranked
from devagent.merge.engine import STEPS, Step, merge_text
from devagent.merge.joint import Leaning
from devagent.merge.limits import Limits
from devagent.merge.regions import Regions
from devagent.merge.versions import Versions


def rankings(files: Sequence[Versions]) -> list[Step]:
    """For each file the last step of its merge: the ranking, with regard to the other files.

    Costs as much as merging each file does.
    """
    leanings = [leaning(versions) for versions in files] if len(files) > 1 else [Leaning()]
    return [ranking_beside(Leaning.beside(place, leanings)) for place in range(len(files))]


def ranking_beside(beside: Leaning) -> Step:
    """The ranking of a file in a merge whose other files go these ways."""
    return partial(ranked.merge, beside=beside)


def leaning(versions: Versions) -> Leaning:
    """Which ways the conflicts of a file go, as far as that can be told by themselves."""
    found = Leaning()

    def look(versions: Versions, regions: Regions, limits: Limits) -> Regions:
        nonlocal found
        found = ranked.look(versions, regions, limits).leaning
        return regions

    merge_text(versions, steps=(*STEPS[:-1], look))
    return found
