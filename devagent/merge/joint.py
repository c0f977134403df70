"""What the conflicts of a file, and of the other files of a merge, say about each other: for the second look at a text.

People often take one side throughout a merge, so where a conflict alone says little, the others say more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import log

Asked = Sequence[tuple[Sequence[str], float]]
"""The texts for one conflict: the names of the patterns that give each, and the chance that it got by itself."""

_LEAST = 1e-6

DIRECTIONS = ("ours", "theirs", "both", "merged")


def direction(names: Sequence[str]) -> str:
    """Which way a text goes: one side's, both sides one after the other, or something merged of them."""
    if names[0] in ("ours", "theirs"):
        return names[0]
    return "both" if names[0] in ("ours then theirs", "theirs then ours") else "merged"


Sums = tuple[float, ...]
"""A number for each direction."""
_NOTHING: Sums = (0.0,) * len(DIRECTIONS)


@dataclass(frozen=True)
class Leaning:
    """Which ways the conflicts of some files go, as sums, so that files can be added up.

    Arguments:
        by_file: how likely each direction is, on average over the conflicts of a file, summed over the files.
        by_conflict: the same, summed over the conflicts.
    """

    files: int = 0
    conflicts: int = 0
    by_file: Sums = _NOTHING
    by_conflict: Sums = _NOTHING

    @classmethod
    def of(cls, conflicts: Sequence[Asked]) -> "Leaning":
        """Of one file; nothing if it has no conflict."""
        if not conflicts:
            return cls()
        ways = [_ways(texts) for texts in conflicts]
        total = tuple(sum(way[name] for way in ways) for name in DIRECTIONS)
        return cls(1, len(ways), tuple(value / len(ways) for value in total), total)

    @classmethod
    def together(cls, leanings: "Iterable[Leaning]") -> "Leaning":
        """Of several files."""
        return reduce(cls._with, leanings, cls())

    @classmethod
    def beside(cls, place: int, leanings: "Sequence[Leaning]") -> "Leaning":
        """Of all files together but the one at this place."""
        return cls.together(other for n, other in enumerate(leanings) if n != place)

    def _with(self, other: "Leaning") -> "Leaning":
        return Leaning(
            self.files + other.files,
            self.conflicts + other.conflicts,
            tuple(a + b for a, b in zip(self.by_file, other.by_file, strict=True)),
            tuple(a + b for a, b in zip(self.by_conflict, other.by_conflict, strict=True)),
        )

    def numbers(self, way: str) -> dict[str, float]:
        """The features of a text that goes this way; -1 for rates of nothing."""
        place = DIRECTIONS.index(way)
        files = dict.fromkeys(DIRECTIONS, -1.0)
        if self.files:
            files = {name: value / self.files for name, value in zip(DIRECTIONS, self.by_file, strict=True)}
        return {
            "merge files": float(self.files),
            "merge conflicts": float(self.conflicts),
            "merge same way": files[way],
            "merge conflicts same way": self.by_conflict[place] / self.conflicts if self.conflicts else -1.0,
            "merge lead": (self.by_conflict[0] - self.by_conflict[1]) / max(1, self.conflicts) ** 0.5,
            **{f"merge {name}": value for name, value in files.items()},
        }


def joint_numbers(conflicts: Sequence[Asked], beside: Leaning | None = None) -> list[list[dict[str, float]]]:
    """What the other conflicts of a file say about each text of each conflict.

    Arguments:
        beside: what those of the other files of the merge say.
    """
    ways = [_ways(texts) for texts in conflicts]
    total = {way: sum(of[way] for of in ways) for way in DIRECTIONS}
    others = len(conflicts) - 1
    merge = {way: (beside or Leaning()).numbers(way) for way in DIRECTIONS}
    found = []
    for n, texts in enumerate(conflicts):
        rest = {way: (total[way] - ways[n][way]) / others if others else -1.0 for way in DIRECTIONS}
        alone = _alone([chance for _, chance in texts])
        rows = []
        for (names, _), own in zip(texts, alone, strict=True):
            way = direction(names)
            rows.append(
                {
                    **own,
                    "others": float(others),
                    **{f"own {name}": value for name, value in ways[n].items()},
                    "others same way": rest[way],
                    "one before same way": ways[n - 1][way] if n else -1.0,
                    "one after same way": ways[n + 1][way] if n < others else -1.0,
                    **{f"others {name}": value for name, value in rest.items()},
                    **merge[way],
                }
            )
        found.append(rows)
    return found


def file_numbers(chances: Sequence[float]) -> dict[str, float]:
    """The features of a file whose conflicts have answers that are so likely, for the third look."""
    return {
        "file least": min(chances),
        "file mean": sum(chances) / len(chances),
        "file answers": float(len(chances)),
        "file all": sum(log(max(chance, _LEAST)) for chance in chances),
    }


def _alone(chances: Sequence[float]) -> list[dict[str, float]]:
    """How the chance of each text compares with those of the texts beside it."""
    ranked = sorted(chances, reverse=True)
    total = sum(chances)
    return [
        {
            "alone": chance,
            "alone rank": float(ranked.index(chance)),
            "alone lead": chance - (ranked[1] if chance == ranked[0] and len(ranked) > 1 else ranked[0]),
            "alone sum": total,
        }
        for chance in chances
    ]


def _ways(texts: Asked) -> Mapping[str, float]:
    """How likely each direction is for one conflict."""
    ways = dict.fromkeys(DIRECTIONS, 0.0)
    total = sum(chance for _, chance in texts) or 1.0
    for names, chance in texts:
        ways[direction(names)] += chance / max(total, 0.2)
    return ways
