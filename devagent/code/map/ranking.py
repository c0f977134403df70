"""Which definitions matter most for what is asked, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devagent.code.map.atlas import PLAIN, Atlas
from devagent.code.map.focus import Meaning
from devagent.code.map.pagerank import near

if TYPE_CHECKING:
    from devagent.code.index.facts import SymbolIndex

_RECENT, _LATE = 0.25, 5
_FILE, _DEFINITION, _MEMBER = 2.0, 3.0, 2.0
_NEAR_NAMED, _NEAR_SAID = 1.0, 0.1
_SEEDS, _SOURCES, _READ = 30, 60, 200
_SIDE, _PLAIN = 0.1, 0.3
_STANDING = "holds or is used much"


@dataclass(frozen=True)
class Evidence:
    """What speaks for the definitions (by place in the atlas) before a tree's own weights: scores and reasons."""

    scores: dict[int, float] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=dict)

    def add(self, weights: Mapping[int, float], factor: float, why: str = "") -> None:
        """Add the weights of some definitions, each `factor` times."""
        for place, weight in weights.items():
            self.scores[place] = self.scores.get(place, 0.0) + factor * weight
            if why:
                self.reasons.setdefault(place, []).append(why)


class Ranking:
    """The definitions of a tree in order.

    Arguments:
        index: for the few files that have to be looked into.
        asked: what the focuses mean.
        recent: files that changed lately, as (path, how many commits ago); a file may stand there several times.
        within: a file or folder beyond which nothing is ranked, from the top; "" for all.
    """

    def __init__(
        self, atlas: Atlas, index: "SymbolIndex", asked: Meaning, recent: Sequence[tuple[str, int]], within: str = ""
    ) -> None:
        self._atlas, self._asked = atlas, asked
        self._kept = _files_within(atlas, within)
        lately = _lateness(atlas, recent)
        found = self._found = Evidence()
        found.add(_in_files(atlas, asked.files), _FILE, "in a file of the focus")
        found.add(asked.definitions, _DEFINITION, "named in the focus")
        found.add(_members(atlas, asked.definitions), _MEMBER, "in a definition of the focus")
        found.add(asked.mentioned, 1.0, "named in the focus")
        answering = self._add_answering(index, lately)
        found.add(*_near(atlas, index, asked, answering), "used near the focus")
        for file, weight in lately.items():
            everything = dict.fromkeys(atlas.definitions(file), weight)
            found.add(everything, _RECENT, "in a file that changed lately")
        self._ranks = {place: self._rank(place) for place in {*found.scores, *self._others()}}

    def order(self) -> Iterator[tuple[str, int]]:
        """The definitions, the best first, as (path, place in the file)."""
        atlas, ranks = self._atlas, self._ranks
        for place in sorted(ranks, key=lambda p: (-round(ranks[p], 6), p)):
            file = atlas.file_of(place)
            if self._kept is None or file in self._kept:
                yield atlas.paths[file], place - atlas.firsts[file]

    def told(self, path: str, place: int) -> tuple[float, tuple[str, ...]]:
        """The rank of a definition (by its place in its file), and the reasons for it."""
        here = self._atlas.firsts[self._atlas.file_by_path[path]] + place
        reasons = [f"answers to {', '.join(a.said[here])}" for a in self._asked.answers if here in a.said]
        reasons = list(dict.fromkeys([*self._found.reasons.get(here, ()), *reasons]))
        return round(self._ranks.get(here, self._atlas.weights[here]), 4), tuple(reasons or [_STANDING])

    def _rank(self, place: int) -> float:
        atlas = self._atlas
        score = self._found.scores.get(place, 0.0)
        if place not in self._asked.definitions:
            file = atlas.file_of(place)
            score *= _SIDE if atlas.side[file] and file not in self._asked.files else 1.0
            score *= _PLAIN if atlas.bodies[place] <= PLAIN else 1.0
        return score + atlas.weights[place]

    def _others(self) -> Iterable[int]:
        """The definitions that may be shown although nothing but their weight speaks for them."""
        if self._kept is None:
            return self._atlas.best
        return (place for file in self._kept for place in self._atlas.definitions(file))

    def _add_answering(self, index: "SymbolIndex", lately: Mapping[int, float]) -> dict[int, float]:
        """How well definitions answer to the texts, the best at 1. Of the likely files, what they use counts, too."""
        found: dict[int, float] = {}
        for answers in self._asked.answers:
            likely = self._likely(_scaled(answers.scores), lately)
            facts = ((file, index.facts(self._atlas.paths[file])) for file in likely)
            answers.add_used((file, known) for file, known in facts if known is not None)
            for place, score in _scaled(answers.scores).items():
                found[place] = max(found.get(place, 0.0), score)
        self._found.add(found, 1.0)
        return found

    def _likely(self, answering: Mapping[int, float], lately: Mapping[int, float]) -> list[int]:
        """The files in which the best answers are, or what changed lately; no tests."""
        atlas = self._atlas
        files = {file: _RECENT * weight for file, weight in lately.items()}
        for place, score in answering.items():
            file = atlas.file_of(place)
            files[file] = max(files.get(file, 0.0), score + atlas.weights[place])
        ordered = sorted(files, key=lambda file: (-files[file], file))
        return [file for file in ordered if not atlas.side[file]][:_READ]


def _files_within(atlas: Atlas, within: str) -> frozenset[int] | None:
    if not within:
        return None
    paths = enumerate(atlas.paths)
    return frozenset(file for file, path in paths if path == within or path.startswith(f"{within}/"))


def _lateness(atlas: Atlas, recent: Sequence[tuple[str, int]]) -> dict[int, float]:
    """How lately and often each file changed, the most at 1."""
    found: dict[int, float] = {}
    for path, age in recent:
        if (file := atlas.file_by_path.get(path)) is not None:
            found[file] = found.get(file, 0.0) + 1.0 / (_LATE + age)
    return {file: weight**0.5 for file, weight in _scaled(found).items()}


def _in_files(atlas: Atlas, files: Mapping[int, float]) -> dict[int, float]:
    """All definitions of some files, the weightier ones more."""
    return {
        place: weight * (0.5 + atlas.weights[place])
        for file, weight in files.items()
        for place in atlas.definitions(file)
    }


def _members(atlas: Atlas, definitions: Mapping[int, float]) -> dict[int, float]:
    """What some definitions hold."""
    return {
        place: weight
        for outer, weight in definitions.items()
        for place in atlas.definitions(atlas.file_of(outer))
        if atlas.name(place).startswith(f"{atlas.name(outer)}.")
    }


def _near(
    atlas: Atlas, index: "SymbolIndex", asked: Meaning, answering: Mapping[int, float]
) -> tuple[dict[int, float], float]:
    """What the files of the focus use, and those files in turn; and what that counts."""
    seeds = dict(asked.files)
    for place, weight in asked.definitions.items():
        file = atlas.file_of(place)
        seeds[file] = seeds.get(file, 0.0) + weight
    if seeds:
        return _used_by(atlas, index, near(atlas.links, seeds)), _NEAR_NAMED
    for place in sorted(answering, key=lambda p: (-answering[p], p))[:_SEEDS]:
        file = atlas.file_of(place)
        if not atlas.side[file]:
            seeds[file] = seeds.get(file, 0.0) + answering[place] ** 2
    return (_used_by(atlas, index, near(atlas.links, seeds)) if seeds else {}), _NEAR_SAID


def _used_by(atlas: Atlas, index: "SymbolIndex", ranks: Mapping[int, float]) -> dict[int, float]:
    """The definitions that the highest of these files use in others, by the files' ranks; the most used at 1."""
    from devagent.code.index.facts import NODE_BITS

    graph = index.graph()
    used: dict[int, float] = {}
    for file in sorted(ranks, key=lambda f: (-ranks[f], f))[:_SOURCES]:
        edges = graph.edges(atlas.numbers[file])
        whole = sum(edges.counts) or 1
        for node, count in zip(edges.targets, edges.counts, strict=True):
            if node >> NODE_BITS != atlas.numbers[file]:
                used[node] = used.get(node, 0.0) + ranks[file] * count / whole
    places: dict[int, int] = {}
    for number in {node >> NODE_BITS for node in used}:
        if (target := atlas.file_by_number.get(number)) is not None:
            places.update(zip(graph.nodes(number), atlas.definitions(target), strict=False))
    found = {places[node]: weight for node, weight in used.items() if node in places}
    return {place: weight**0.5 for place, weight in _scaled(found).items()}


def _scaled(weights: Mapping[int, float]) -> dict[int, float]:
    """The weights with the highest at 1."""
    highest = max(weights.values(), default=0.0) or 1.0
    return {place: weight / highest for place, weight in weights.items()}
