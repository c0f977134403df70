"""How well definitions answer to the words of a text: by their names, their paths, and the names that they use.

Each word counts by how rare it is, as in BM25 (Robertson and Zaragoza, 2009); a short name that has it answers better
than a long one, and what a definition is called says more than what it uses. Words are compared by their stems.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from devagent.code.map.atlas import Atlas
from devagent.code.words import plain_words, stem, words

if TYPE_CHECKING:
    from devagent.code.index.facts import FileFacts

_HUMP = re.compile(rb"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
# What half of all subject lines and questions say, whatever they are about.
_SAID_OF_ALL = frozenset(
    """
    add bug call case change code correct crash error exception fail fix fixe fixed function handle incorrect issue
    make method problem raise remove should support update use work wrong
    """.split()  # noqa: SIM905  # a list would fill a page
)
_OWN, _OWNER, _STEM, _FOLDER, _BODY = 3.0, 1.0, 2.0, 0.7, 0.7
_COMMON, _FEW = 0.1, 500
_MOST_HITS, _MOST_WORDS = 20_000, 64


class Answers:
    """The definitions that answer to a text, with how well (`scores`, any scale) and to which of its words (`said`)."""

    def __init__(self, atlas: Atlas, text: str) -> None:
        self._atlas = atlas
        said = {stem(word): word for word in reversed(plain_words(text))}
        asked = [word for word in dict.fromkeys(words(text)) if word not in _SAID_OF_ALL]
        self._words = {word: said[word] for word in asked[:_MOST_WORDS]}
        self.scores: dict[int, float] = {}
        self.said: dict[int, list[str]] = {}
        paths = _PathWords(atlas, tuple(self._words))
        rare = max(_FEW, int(_COMMON * len(atlas.starts)))
        # Words that a large part of the tree has say little, unless there are no others.
        for most in (rare, 2 * len(atlas.starts)) if self._words else ():
            for word in self._words:
                self._add_named(word, _in_names(atlas, word), paths.files(word), most)
            if self.scores:
                break

    def add_used(self, files: Iterable[tuple[int, "FileFacts"]]) -> None:
        """Weigh the names that the definitions of these files use, too; a word is as rare as it is among these."""
        found: dict[str, list[int]] = {}
        read = 0
        for file, facts in files:
            read += len(self._atlas.definitions(file))
            for word, scope in self._used(facts):
                found.setdefault(word, []).append(self._atlas.firsts[file] + scope)
        for word, places in found.items():
            if len(places) <= max(_FEW, _COMMON * read):
                rarity = math.log(1 + read / (1 + len(places)))
                for place in places:
                    self._add(place, word, _BODY * rarity)

    def _used(self, facts: "FileFacts") -> Iterator[tuple[str, int]]:
        """The words that stand in names that are used, each once for each definition (its place in the file)."""
        spoken: dict[int, list[str]] = {}
        for number, chain in enumerate(facts.uses.table):
            low = chain.lower()
            near = [word for word in self._words if word in low]
            if near and (said := set(words(chain)).intersection(near)):
                spoken[number] = sorted(said)
        if spoken:
            pairs = zip(facts.uses.scopes, facts.uses.chains, strict=True)
            said_in = {(scope, word): None for scope, chain in pairs if scope >= 0 for word in spoken.get(chain, ())}
            yield from ((word, scope) for scope, word in said_in)

    def _add_named(self, word: str, named: dict[int, float], files: dict[int, float], most: int) -> None:
        """Weigh a word where names and paths have it, unless more than so many definitions do."""
        atlas = self._atlas
        having = len(named) + sum(len(atlas.definitions(file)) for file in files)
        if having > most:
            return
        rarity = self._rarity(having)
        for place, weight in named.items():
            self._add(place, word, rarity * weight)
        for file, weight in files.items():
            for place in atlas.definitions(file):
                self._add(place, word, rarity * weight)

    def _add(self, place: int, word: str, score: float) -> None:
        self.scores[place] = self.scores.get(place, 0.0) + score
        said = self.said.setdefault(place, [])
        if self._words[word] not in said:
            said.append(self._words[word])

    def _rarity(self, having: int) -> float:
        return math.log(1 + len(self._atlas.starts) / (1 + having))


class _PathWords:
    """The files whose paths have a word: more for the name of the file than for a folder."""

    def __init__(self, atlas: Atlas, wanted: Sequence[str]) -> None:
        self._found: dict[str, dict[int, float]] = {word: {} for word in wanted}
        lowered = atlas.listed.decode("utf-8", "surrogateescape").lower()
        asked = [word for word in wanted if word in lowered]
        folders: dict[str, frozenset[str]] = {}
        for place, path in enumerate(atlas.paths if asked else ()):
            folder, _, name = path.rpartition("/")
            own = _stems(name.partition(".")[0], asked)
            if folder not in folders:
                folders[folder] = _stems(folder, asked)
            for word in own | folders[folder]:
                self._found[word][place] = _STEM if word in own else _FOLDER

    def files(self, word: str) -> dict[int, float]:
        """The files, with their weights."""
        return self._found[word]


def _stems(text: str, asked: Sequence[str]) -> frozenset[str]:
    low = text.lower()
    near = [word for word in asked if word in low]
    return frozenset(words(text)).intersection(near) if near else frozenset()


def _in_names(atlas: Atlas, word: str) -> dict[int, float]:
    """The definitions in whose qualified names a word stands: more in the last part of it, and the shorter that is."""
    found: dict[int, float] = {}
    for place, at in _occurrences(atlas, word.encode()):
        start, end = atlas.starts[place], atlas.starts[place + 1] - 1
        own = atlas.names.rfind(b".", start, end) + 1 or start
        if at >= own:
            humps = len(_HUMP.findall(atlas.names, own, end))
            found[place] = max(found.get(place, 0.0), _OWN / (0.6 + 0.2 * humps))
        else:
            found.setdefault(place, _OWNER)
    return found


def _occurrences(atlas: Atlas, word: bytes) -> Iterator[tuple[int, int]]:
    """Where a part of a name begins that has this stem, as (definition, offset)."""
    names, lowered = atlas.names, atlas.lowered
    at, hits, end, place = lowered.find(word), 0, 0, -1
    while at >= 0 and hits < _MOST_HITS:
        before = names[at - 1 : at] if at else b""
        if not before.isalpha() or (names[at : at + 1].isupper() and not before.isupper()):
            hump = _HUMP.match(names, at)
            if hump is not None and _same(hump[0].lower(), word):
                hits += 1
                if at >= end:
                    place = bisect_right(atlas.starts, at) - 1
                    end = atlas.starts[place + 1]
                yield place, at
        at = lowered.find(word, at + 1)


def _same(part: bytes, word: bytes) -> bool:
    return part in (word, word + b"e") or stem(part.decode()) == word.decode()
