"""Step 4, second half: how likely each candidate is, decided jointly over the conflicts of a file.

Three forests learnt from real merges (`weights.json`): the first looks at each text by itself, the second at what the
first thinks of it, of the texts beside it, and of the other conflicts of the file and of the merge. What comes out is
calibrated: of the texts that get 0.8, people made four in five. The third looks at the file with all its answers.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from devagent.merge.candidates import Whole, distinct, is_indented, proposed, shape, whole
from devagent.merge.decision import Alternative, Confidence, Decision, origins
from devagent.merge.features import STEPS, FileFacts, HunkFacts, conflict_numbers
from devagent.merge.forest import Forest
from devagent.merge.joint import Asked, Leaning, file_numbers, joint_numbers
from devagent.merge.limits import Limits
from devagent.merge.markers import untrimmed
from devagent.merge.regions import Conflict, Regions
from devagent.merge.versions import Lines, Versions

WEIGHTS = Path(__file__).with_name("weights.json")

Answer = tuple[float, Mapping[str, float]]
"""How likely a text is, and its features."""


@dataclass(frozen=True)
class Weights:
    """What was learnt, and the thresholds that were frozen with it.

    Arguments:
        features, joint, file: the names of the columns of the first forest, of the second and of the third.
        steps: points of the calibration: what the second forest says, and how often that was right.
        certain, likely: from which chance on a decision is of this class.
        sound: from which chance on, by the third forest, all decisions of a file are believed.
    """

    features: Sequence[str]
    joint: Sequence[str]
    file: Sequence[str]
    first: Forest
    second: Forest
    third: Forest
    steps: Sequence[tuple[float, float]]
    certain: float
    likely: float
    sound: float

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> "Weights":
        """The weights in the package."""
        return cls.read(json.loads(WEIGHTS.read_bytes()))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Weights":
        """The weights in a data file."""
        forests = {name: Forest.read(data[name]) for name in ("first", "second", "third")}
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


@dataclass(frozen=True)
class Weighed:
    """A text for a whole conflict: the patterns that give it, or the step, and the features of it by their names."""

    lines: Lines
    names: Sequence[str]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Look:
    """The conflicts of one file after the first forest looked at each of their texts by itself.

    Arguments:
        asked: per index of a conflict in `regions`, its alternatives; only conflicts that have some.
        texts: the same as the forests see them.
        alone: the same with the chances of the first forest.
    """

    regions: Regions
    asked: Mapping[int, Sequence[Alternative]]
    texts: Mapping[int, Sequence[Weighed]]
    alone: Sequence[Asked]

    @cached_property
    def leaning(self) -> Leaning:
        """Which ways the conflicts go."""
        return Leaning.of(self.alone)


def look(
    versions: Versions,
    regions: Regions,
    proposals: Mapping[int, Sequence[Alternative]],
    weights: Weights | None = None,
) -> Look:
    """The first look at the alternatives; `proposals` has them per index of a conflict in `regions`."""
    learnt = weights or Weights.shipped()
    asked = {index: found for index, found in proposals.items() if found}
    texts = weighed(versions, regions, asked) if asked else {}
    alone = [
        [(text.names, learnt.first.probability([text.numbers[name] for name in learnt.features])) for text in found]
        for found in texts.values()
    ]
    return Look(regions, asked, texts, alone)


def decide(
    seen: Look, weights: Weights | None = None, *, most: int = Limits.candidates, beside: Leaning | None = None
) -> dict[int, Decision]:
    """The likeliest alternative for each conflict, decided jointly over the file; the others as its alternatives.

    Arguments:
        most: how many texts are kept for one conflict.
        beside: which ways the other files of the merge go, where that is known.
    """
    weights = weights or Weights.shipped()
    answers = _answers(seen, weights, beside)
    found = {
        index: _decision(seen.regions, alternatives, index, [chance for chance, _ in answers[index]], weights, most)
        for index, alternatives in seen.asked.items()
    }
    if found and not _is_sound(answers.values(), weights):
        least = min(found, key=lambda index: found[index].probability)
        if found[least].confidence is Confidence.LIKELY:
            found[least] = replace(found[least], confidence=Confidence.UNSURE)
    return found


def weighed(
    versions: Versions, regions: Regions, proposals: Mapping[int, Sequence[Alternative]]
) -> dict[int, list[Weighed]]:
    """The alternatives for each conflict, by its index in `regions`, as the forests see them."""
    facts = FileFacts(versions, untrimmed(regions))
    places = dict(zip((n for n, r in enumerate(regions) if isinstance(r, Conflict)), facts.indices, strict=True))
    found = {}
    for index, alternatives in proposals.items():
        opened, said = whole(regions, index), proposed(regions, index)
        said = said and replace(said, lines=opened.filled(said.lines))
        named = [_named(versions.path, opened, alternative) for alternative in alternatives]
        table = conflict_numbers(HunkFacts(opened.hunk, facts, places[index], said), named)
        found[index] = [Weighed(*text, numbers) for text, numbers in zip(named, table, strict=True)]
    return found


def _answers(seen: Look, weights: Weights, beside: Leaning | None) -> dict[int, list[Answer]]:
    """How likely each alternative of each conflict is, and all features of it."""
    result: dict[int, list[Answer]] = {}
    for (index, texts), joint in zip(seen.texts.items(), joint_numbers(seen.alone, beside), strict=True):
        known: list[Mapping[str, float]] = [{**text.numbers, **more} for text, more in zip(texts, joint, strict=True)]
        rows = ([numbers[name] for name in weights.joint] for numbers in known)
        chances = [weights.calibrated(weights.second.probability(row)) for row in rows]
        measured = map(_measured, seen.asked[index])
        result[index] = list(zip(map(max, chances, measured), known, strict=True))
    return result


def _is_sound(answers: Collection[Sequence[Answer]], weights: Weights) -> bool:
    """Whether the likeliest texts together are likely to be the file that people made of it."""
    best = [max(texts, key=itemgetter(0)) for texts in answers]
    _, numbers = min(best, key=itemgetter(0))
    numbers = {**numbers, **file_numbers([chance for chance, _ in best])}
    return weights.third.probability([numbers[name] for name in weights.file]) >= weights.sound


def _measured(alternative: Alternative) -> float:
    """What the step that proposed it says; 0 where the forests have learnt what to think of that step."""
    return 0.0 if alternative.how in STEPS else alternative.probability


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
    found: Sequence[Alternative],
    index: int,
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
