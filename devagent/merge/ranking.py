"""Step 4, second half: how likely each candidate is, decided jointly over the conflicts of a file.

Two forests learnt from real merges (`weights.json`): the first looks at each text by itself, the second at what the
first thinks of it, of the texts beside it and of the other conflicts of the file. What comes out is calibrated: of the
texts that get 0.8, people made four in five.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from devagent.merge.candidates import Whole, distinct, is_indented, shape, whole
from devagent.merge.decision import Alternative, Confidence, Decision, origins
from devagent.merge.features import FileFacts, HunkFacts, conflict_numbers, joint_numbers
from devagent.merge.forest import Forest
from devagent.merge.limits import Limits
from devagent.merge.markers import untrimmed
from devagent.merge.regions import Conflict, Regions
from devagent.merge.versions import Lines, Versions

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Weights:
    """What was learnt, and the thresholds that were frozen with it.

    Arguments:
        features, joint: the names of the columns of the first forest and of the second.
        steps: points of the calibration: what the second forest says, and how often that was right.
        certain, likely: from which chance on a decision is of this class.
    """

    features: Sequence[str]
    joint: Sequence[str]
    first: Forest
    second: Forest
    steps: Sequence[tuple[float, float]]
    certain: float
    likely: float

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> "Weights":
        """The weights in the package."""
        return cls.read(json.loads(WEIGHTS.read_bytes()))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Weights":
        """The weights in a data file."""
        forests = {name: Forest.read(data[name]) for name in ("first", "second")}
        return cls(**{**data, **forests, "steps": tuple((at, rate) for at, rate in data["steps"])})

    def calibrated(self, chance: float) -> float:
        """How often a text was right that the second forest gave this chance: straight lines between the points."""
        below, above = self.steps[0], self.steps[-1]
        for point in self.steps:
            if point[0] <= chance:
                below = point
            else:
                above = point
                break
        if above[0] <= below[0]:
            return below[1]
        part = min(1.0, max(0.0, (chance - below[0]) / (above[0] - below[0])))
        return below[1] + part * (above[1] - below[1])


def decide(
    versions: Versions,
    regions: Regions,
    proposals: Mapping[int, Sequence[Alternative]],
    weights: Weights | None = None,
    *,
    most: int = Limits.candidates,
) -> dict[int, Decision]:
    """The likeliest alternative for each conflict, decided jointly over the file; the others as its alternatives.

    Arguments:
        proposals: per index of a conflict in `regions`, its candidates; a conflict with none gets no decision.
        most: how many texts are kept for one conflict.
    """
    weights = weights or Weights.shipped()
    asked = {index: found for index, found in proposals.items() if found}
    if not asked:
        return {}
    chances = _chances(versions, regions, asked, weights)
    return {index: _decision(regions, index, found, chances[index], weights, most) for index, found in asked.items()}


def _chances(
    versions: Versions, regions: Regions, asked: Mapping[int, Sequence[Alternative]], weights: Weights
) -> dict[int, list[float]]:
    """How likely each alternative of each conflict is."""
    facts = FileFacts(versions, untrimmed(regions))
    places = dict(zip((n for n, r in enumerate(regions) if isinstance(r, Conflict)), facts.indices, strict=True))
    tables, alone = [], []
    for index, found in asked.items():
        opened = whole(regions, index)
        named = [_named(versions.path, opened, alternative) for alternative in found]
        table = conflict_numbers(HunkFacts(opened.hunk, facts, places[index]), named)
        rows = [[numbers[name] for name in weights.features] for numbers in table]
        tables.append(table)
        alone.append([(names, weights.first.probability(row)) for (_, names), row in zip(named, rows, strict=True)])
    result = {}
    for (index, found), table, joint in zip(asked.items(), tables, joint_numbers(alone), strict=True):
        known = ({**numbers, **more} for numbers, more in zip(table, joint, strict=True))
        together = ([numbers[name] for name in weights.joint] for numbers in known)
        chances = [weights.calibrated(weights.second.probability(row)) for row in together]
        # What an earlier step proposed was measured for itself; the forests know it only by its likeness to others.
        result[index] = [max(chance, other.probability) for chance, other in zip(chances, found, strict=True)]
    return result


def _named(path: str, opened: Whole, alternative: Alternative) -> tuple[Lines, Sequence[str]]:
    """The text for the whole conflict, and the patterns that give it; what another step proposed may have none."""
    lines = opened.filled(alternative.lines)
    indented = is_indented(path)
    content = shape(lines, indented)
    made = distinct(opened.hunk, indented)
    names = next((names for text, names in made if shape(text, indented) == content), ())
    return lines, names or (alternative.how,)


def _decision(
    regions: Regions,
    index: int,
    found: Sequence[Alternative],
    chances: Sequence[float],
    weights: Weights,
    most: int,
) -> Decision:
    """The likeliest alternative; where two are as likely, the one that was proposed first."""
    conflict = regions[index]
    assert isinstance(conflict, Conflict)
    ranked = [replace(found[n], probability=chances[n]) for n in sorted(range(len(found)), key=lambda n: -chances[n])]
    best, *others = ranked[:most]
    confidence = (
        Confidence.CERTAIN
        if best.probability >= weights.certain
        else Confidence.LIKELY
        if best.probability >= weights.likely
        else Confidence.UNSURE
    )
    return Decision(
        best.lines,
        best.how,
        best.why,
        confidence,
        best.probability,
        origins(best.lines, conflict.base, conflict.ours, conflict.theirs),
        tuple(others),
    )
