"""Words in names and prose, and how well a piece of code answers to them (BM25)."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")
_COMMON = frozenset(
    """
    a an and are as assert at async await be by class const deep def do does else equal equals error expect false for
    from function get has if import in is it its js let new none not null of on or py raise raises return self set
    should strict test tests that the then this throw throws to true ts undefined var was when which with
    """.split()  # noqa: SIM905  # a list would fill a page
)
_K1, _B = 1.2, 0.6


def words(text: str) -> list[str]:
    """The words of a text in order, stemmed: identifiers split at case and underscores, common words left out."""
    return [stem(part) for part in plain_words(text)]


def plain_words(text: str) -> list[str]:
    """The same words as they are written, in lower case."""
    parts = (part.lower() for name in _IDENTIFIER.findall(text) for part in _PART.findall(name))
    return [part for part in parts if len(part) > 1 and part not in _COMMON]


def stem(word: str) -> str:
    """A word without the endings that code and prose differ in."""
    for ending in ("ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def identifiers(text: str) -> set[str]:
    """The identifiers in a text, whole."""
    return set(_IDENTIFIER.findall(text)) - _COMMON


def bm25(query: Mapping[str, float], documents: Sequence[Iterable[str]]) -> list[float]:
    """How well each document answers a weighted query, 0 to 1 with the best at 1 (Robertson and Zaragoza, 2009)."""
    counts = [Counter(document) for document in documents]
    lengths = [sum(count.values()) for count in counts]
    average = sum(lengths) / len(lengths) if lengths else 1.0
    rarity = {word: _rarity(sum(word in count for count in counts), len(counts)) for word in query}
    scores = [
        sum(
            weight * rarity[word] * _saturated(count[word], length / (average or 1.0))
            for word, weight in query.items()
            if word in count
        )
        for count, length in zip(counts, lengths, strict=True)
    ]
    best = max(scores, default=0.0)
    return [score / best if best > 0 else 0.0 for score in scores]


def _rarity(having: int, total: int) -> float:
    return math.log(1 + (total - having + 0.5) / (having + 0.5))


def _saturated(count: int, relative_length: float) -> float:
    return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * relative_length))
