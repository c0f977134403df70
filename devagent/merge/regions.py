"""A file on its way from three versions to one: regions that are settled, and regions still in conflict.

Each step of the merge maps regions to regions and sees only what the steps before it left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from devagent.merge.decision import Decision
from devagent.merge.versions import Lines


class Source(StrEnum):
    """Whose text a settled region is."""

    BASE = "base"
    """Neither side touched it."""
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    """Both sides made the same change."""
    MERGED = "merged"
    """A decision put it together."""


@dataclass(frozen=True)
class Spans:
    """Where a region stands in each version, as ranges of line numbers from 0.

    The regions of a line merge tile all three versions in order. Later steps may move text; a region then keeps the
    spans of the text that it replaces.
    """

    base: range
    ours: range
    theirs: range


@dataclass(frozen=True)
class Conflict:
    """A region that is still open.

    Arguments:
        number: which conflict of the line merge this is, or is a part of, from 0.
        proposal: what would be put here by a step that was not sure enough.
    """

    base: Lines
    ours: Lines
    theirs: Lines
    spans: Spans
    number: int = 0
    proposal: Decision | None = None

    @property
    def size(self) -> int:
        """Lines in all three versions together."""
        return len(self.base) + len(self.ours) + len(self.theirs)


@dataclass(frozen=True)
class Clean:
    """A settled region. `decision` is there unless the plain line merge settled it.

    Arguments:
        was: the conflict that the decision settled, so that it can be opened again.
    """

    lines: Lines
    source: Source
    spans: Spans
    decision: Decision | None = None
    was: Conflict | None = None


Region = Clean | Conflict
Regions = tuple[Region, ...]


def is_clean(regions: Iterable[Region]) -> bool:
    """Whether no conflict is left."""
    return not any(isinstance(region, Conflict) for region in regions)


def conflicts(regions: Iterable[Region]) -> Iterator[Conflict]:
    """The conflicts that are left, in order."""
    return (region for region in regions if isinstance(region, Conflict))


def decisions(regions: Iterable[Region]) -> Iterator[Decision]:
    """What was decided, in the order of the file."""
    return (region.decision for region in regions if isinstance(region, Clean) and region.decision)


def settled(conflict: Conflict, decision: Decision) -> Clean:
    """The conflict as the decision settles it."""
    return Clean(decision.lines, Source.MERGED, conflict.spans, decision, conflict)
