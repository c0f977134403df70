"""Harvested files taken apart: their hunks, what people made of each, and which candidates say the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby

from store import Conflicted

from devagent.merge.candidates import propose, whole
from devagent.merge.decision import Alternative
from devagent.merge.engine import PROVEN, merge_text
from devagent.merge.gate import open_again
from devagent.merge.joint import Leaning
from devagent.merge.judging import Made, essence, made
from devagent.merge.limits import Limits
from devagent.merge.patterns import Hunk
from devagent.merge.ranking import Look, look
from devagent.merge.reference import reference_regions
from devagent.merge.regions import Clean, Conflict, Regions
from devagent.merge.together import leaning
from devagent.merge.versions import Lines, Versions


class Example:
    """One file.

    Attributes:
        beside: the other files of the same merge.
    """

    def __init__(self, conflicted: Conflicted, limits: Limits | None = None) -> None:
        self.conflicted = conflicted
        self.limits = limits or Limits()
        self.versions = Versions(conflicted.path, conflicted.base, conflicted.ours, conflicted.theirs)
        self.regions: Regions = reference_regions(self.versions)
        self.beside: Sequence[Example] = ()

    @classmethod
    def merges(cls, conflicts: Iterable[Conflicted]) -> "Iterator[list[Example]]":
        """The files of each merge, in the order of the store; they know of each other."""
        for _, files in groupby(conflicts, lambda conflict: (conflict.project, conflict.merge)):
            found = [cls(conflict) for conflict in files]
            for example in found:
                example.beside = [other for other in found if other is not example]
            yield found

    @property
    def language(self) -> str:
        """The language of the file."""
        return self.conflicted.language

    @cached_property
    def made(self) -> list[Made | None]:
        """What people made of each hunk."""
        return made(self.regions, self.conflicted.result, self.language)

    @cached_property
    def hunks(self) -> list[tuple[int, Hunk]]:
        """The conflicts, with their places among the regions."""
        return [
            (n, Hunk(r.base, r.ours, r.theirs, self.limits.token_operations, r.size > self.limits.conflict_lines))
            for n, r in enumerate(self.regions)
            if isinstance(r, Conflict)
        ]

    @cached_property
    def weighed(self) -> Regions:
        """The regions, each conflict with what the steps before the ranking propose where they see the same conflict.

        They work on devagent's own line merge; where that aligns a file otherwise than git does, they say nothing.
        """
        merged = merge_text(self.versions, limits=self.limits, steps=PROVEN)
        regions = tuple(map(open_again, merged.regions))
        said = {}
        for index, region in enumerate(regions):
            if isinstance(region, Conflict) and region.proposal:
                found = whole(regions, index)
                proposal = replace(region.proposal, lines=found.filled(region.proposal.lines))
                said[found.hunk.base, found.hunk.ours, found.hunk.theirs] = proposal
        return tuple(
            replace(region, proposal=said.get((region.base, region.ours, region.theirs)))
            if isinstance(region, Conflict)
            else region
            for region in self.regions
        )

    @cached_property
    def proposals(self) -> dict[int, tuple[Alternative, ...]]:
        """The candidates of each conflict, by its index among the regions."""
        return {index: propose(self.versions, self.weighed, index, self.limits) for index, _ in self.hunks}

    @cached_property
    def look(self) -> Look:
        """The candidates, looked at by themselves."""
        return look(self.versions, self.weighed, self.proposals)

    @cached_property
    def leaning(self) -> Leaning:
        """Which ways the conflicts go that the steps before the ranking leave."""
        return leaning(self.versions)

    def is_made(self, number: int, lines: Lines) -> bool:
        """Whether people made the same of a hunk, counted from 0."""
        human = self.made[number]
        return human is not None and essence(self.language, b"".join(lines)) == human.essence

    def read_back(self, content: bytes | None) -> list[list[Lines]]:
        """What a merged file has in the place of each hunk: one answer, or none where it changed the surroundings."""
        if content is None:
            return [[] for _ in self.hunks]
        return [[found.lines] if found else [] for found in made(self.regions, content, self.language)]

    def filled(self, answers: Sequence[Lines]) -> bytes:
        """The file with an answer in the place of each hunk."""
        waiting = iter(answers)
        parts = [region.lines if isinstance(region, Clean) else next(waiting) for region in self.regions]
        return b"".join(line for lines in parts for line in lines)

    def is_right(self, content: bytes) -> bool:
        """Whether people made the same of the whole file."""
        return essence(self.language, content) == essence(self.language, self.conflicted.result)
