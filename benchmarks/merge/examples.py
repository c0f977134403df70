"""Harvested files taken apart: their hunks, what people made of each, and which candidates say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from store import Conflicted

from devagent.merge.candidates import distinct, is_indented
from devagent.merge.judging import Made, essence, made
from devagent.merge.limits import Limits
from devagent.merge.patterns import Hunk
from devagent.merge.reference import reference_regions
from devagent.merge.regions import Clean, Conflict, Regions
from devagent.merge.versions import Lines, Versions


@dataclass(frozen=True)
class Text:
    """A candidate: its lines, the patterns that give it, and whether people made the same of the hunk."""

    lines: Lines
    names: Sequence[str]
    right: bool


@dataclass(frozen=True)
class Case:
    """A region of `git merge-file --diff3`, what people made of it (`None`: not aligned), and the candidates."""

    index: int
    hunk: Hunk
    made: Made | None
    texts: tuple[Text, ...]


class Example:
    """One file."""

    def __init__(self, conflicted: Conflicted, limits: Limits | None = None) -> None:
        self.conflicted = conflicted
        self.limits = limits or Limits()
        self.versions = Versions(conflicted.path, conflicted.base, conflicted.ours, conflicted.theirs)
        self.regions: Regions = reference_regions(self.versions)

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
    def cases(self) -> list[Case]:
        """The hunks with their candidates."""
        found = []
        for (index, hunk), human in zip(self.hunks, self.made, strict=True):
            texts = tuple(self._texts(hunk, human))
            found.append(Case(index, hunk, human, texts))
        return found

    def is_made(self, number: int, lines: Lines) -> bool:
        """Whether people made the same of a hunk, counted from 0."""
        human = self.made[number]
        return human is not None and essence(self.language, b"".join(lines)) == human.essence

    def read_back(self, content: bytes | None) -> list[list[Lines]]:
        """What a merged file has in the place of each hunk: one answer, or none where it changed the surroundings."""
        if content is None:
            return [[] for _ in self.hunks]
        return [[found.lines] if found else [] for found in made(self.regions, content, self.language)]

    def _texts(self, hunk: Hunk, human: Made | None) -> Iterator[Text]:
        for lines, names in distinct(hunk, is_indented(self.conflicted.path)):
            yield Text(lines, names, human is not None and essence(self.language, b"".join(lines)) == human.essence)

    def filled(self, answers: Sequence[Lines]) -> bytes:
        """The file with an answer in the place of each hunk."""
        waiting = iter(answers)
        parts = [region.lines if isinstance(region, Clean) else next(waiting) for region in self.regions]
        return b"".join(line for lines in parts for line in lines)

    def is_right(self, content: bytes) -> bool:
        """Whether people made the same of the whole file."""
        return essence(self.language, content) == essence(self.language, self.conflicted.result)
