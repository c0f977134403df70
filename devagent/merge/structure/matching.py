"""Which element of one version is which element of another.

Children of two parents that are the same parent are matched in three steps: those with equal text, found top-down as
in GumTree (Falleri et al., 2014); those with the same key among their kind, wherever they stand; and in what is left
between matched neighbours, by the words they have in common.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise

from devagent.merge.anchors import longest_rise
from devagent.merge.histogram import Change, diff
from devagent.merge.structure.element import Element

_SIMILAR = 0.5
_SIMILAR_ALONE = 0.3
_RENAMED = 0.7
_LARGEST_TABLE = 10_000
_DIFF_EFFORT = 200
_LONGEST_DIFF = 500_000
_GLANCE = 4
"""Operations that it takes to see that two elements are of different length."""

Elements = Sequence[Element]
Match = dict[int, int]


class TooMuchWork(Exception):
    """The operations that a merge may take are used up."""


class Effort:
    """Counts operations down, so that a merge ends at the same place on every machine."""

    def __init__(self, operations: int) -> None:
        self.left = operations

    def spend(self, operations: int) -> None:
        """Raises `TooMuchWork` when nothing is left."""
        self.left -= operations
        if self.left < 0:
            raise TooMuchWork


def match(xs: Elements, ys: Elements, effort: Effort) -> Match:
    """For indices of `xs` the index of the same element in `ys`. The first of both are the same, and the last."""
    effort.spend(len(xs) + len(ys))
    found: Match = {0: 0, len(xs) - 1: len(ys) - 1}
    _match_equal(xs, ys, found, effort)
    for identity in (_whole, _identity):
        _match_unique(xs, ys, _free(xs, found), _free(ys, found.values()), found, identity)
    for x_gap, y_gap in _gaps(found):
        _match_similar(xs, ys, x_gap, y_gap, found, effort)
    return found


def similarity(x: Element, y: Element) -> float:
    """How many of their words two elements have in common, from 0 to 1 (Dice)."""
    return _dice(x.words, y.words, x.size + y.size)


def likeness(x: Element, y: Element) -> float:
    """The same of what their words are about: punctuation and keywords do not count."""
    return _dice(x.terms, y.terms, x.weight + y.weight)


def _dice(x: Mapping[bytes, int], y: Mapping[bytes, int], total: int) -> float:
    if len(x) > len(y):
        x, y = y, x
    return 2 * sum(min(count, y[word]) for word, count in x.items() if word in y) / total if total else 1.0


def cannot_reach(likeness: float, x: int, y: int) -> bool:
    """Whether two texts of so many words are too unequal in length to be so much alike."""
    return 2 * min(x, y) < likeness * (x + y)


def in_order(found: Match) -> Match:
    """The largest part of a match in which nothing crosses."""
    pairs = sorted(found.items())
    return dict(pairs[at] for at in longest_rise([y for _, y in pairs]))


def _match_equal(xs: Elements, ys: Elements, found: Match, effort: Effort) -> None:
    """Match what is equal and in the same order in both, as a diff of lines does."""
    inner_x, inner_y = ([_whole(element) for element in elements[1:-1]] for elements in (xs, ys))
    at_x = at_y = 0
    operations = min(effort.left, _LONGEST_DIFF, _DIFF_EFFORT * (len(xs) + len(ys)))
    for change in [*diff(inner_x, inner_y, operations), Change(len(inner_x), len(inner_x), len(inner_y), len(inner_y))]:
        found.update(
            (x + 1, y + 1) for x, y in zip(range(at_x, change.a_start), range(at_y, change.b_start), strict=True)
        )
        at_x, at_y = change.a_end, change.b_end


def _whole(element: Element) -> tuple[str, bytes]:
    return element.type, element.text


def _are_equal(x: Element, y: Element) -> bool:
    return _whole(x) == _whole(y)


def _match_unique(
    xs: Elements,
    ys: Elements,
    x_range: Iterable[int],
    y_range: Iterable[int],
    found: Match,
    identity: Callable[[Element], Hashable | None],
) -> None:
    """Match elements whose identity only one element on each side has."""
    of_x, of_y = _places(xs, x_range, identity), _places(ys, y_range, identity)
    found.update((of_x[one][0], of_y[one][0]) for one in of_x if len(of_x[one]) == len(of_y.get(one, ())) == 1)


def _places(
    elements: Elements, where: Iterable[int], identity: Callable[[Element], Hashable | None]
) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for at in where:
        known = identity(elements[at])
        if known is not None:
            places.setdefault(known, []).append(at)
    return places


def _identity(element: Element) -> Hashable | None:
    return None if element.key is None else (element.kind, element.key)


def _free(elements: Elements, taken: Iterable[int]) -> list[int]:
    known = set(taken)
    return [at for at in range(len(elements)) if at not in known]


def _gaps(found: Match) -> list[tuple[list[int], list[int]]]:
    """What is unmatched on both sides between neighbours that are matched in the same order."""
    taken_x, taken_y = set(found), set(found.values())
    chain = sorted(in_order(found).items())
    gaps = []
    for (x, y), (next_x, next_y) in pairwise(chain):
        x_gap = [at for at in range(x + 1, next_x) if at not in taken_x]
        y_gap = [at for at in range(y + 1, next_y) if at not in taken_y]
        if x_gap and y_gap:
            gaps.append((x_gap, y_gap))
    return gaps


def _match_similar(
    xs: Elements, ys: Elements, x_gap: list[int], y_gap: list[int], found: Match, effort: Effort
) -> None:
    """Match what is alike in one gap, in order, so that the sum of the similarities is largest."""
    if len(x_gap) * len(y_gap) > _LARGEST_TABLE:
        return
    least = _SIMILAR_ALONE if len(x_gap) == len(y_gap) == 1 else _SIMILAR
    fields = _fields(xs, x_gap) & _fields(ys, y_gap)
    scores = [[_score(xs[x], ys[y], fields, least, effort) for y in y_gap] for x in x_gap]
    alone = _alone(xs, x_gap), _alone(ys, y_gap)
    for row, x in enumerate(x_gap):
        for column, y in enumerate(y_gap):
            if not scores[row][column] and _are_lone_leaves(xs[x], ys[y], *alone):
                scores[row][column] = 0.01
    found.update((x_gap[row], y_gap[column]) for row, column in _best_alignment(scores))


def _fields(elements: Elements, gap: list[int]) -> frozenset[str | None]:
    """The fields that exactly one element of a gap fills."""
    counts = Counter(elements[at].field for at in gap)
    return frozenset(field for field, count in counts.items() if field is not None and count == 1)


def _alone(elements: Elements, gap: list[int]) -> frozenset[str]:
    """The types that exactly one element of a gap has."""
    counts = Counter(elements[at].type for at in gap)
    return frozenset(kind for kind, count in counts.items() if count == 1)


def _are_lone_leaves(x: Element, y: Element, alone_x: frozenset[str], alone_y: frozenset[str]) -> bool:
    is_leaf = x.type == y.type and not x.children and not y.children
    return is_leaf and x.node is not None and x.node.is_named and x.type in alone_x & alone_y


def _score(x: Element, y: Element, fields: frozenset[str | None], least: float, effort: Effort) -> float:
    """How sure it is that `y` is what became of `x`; 0 where it is not."""
    if _wraps(x, y) or _wraps(y, x):
        return 0.0
    if x.field == y.field and x.field in fields:
        return 2.0
    if x.type != y.type or x.node is None or not x.node.is_named:
        return 1.0 if _are_equal(x, y) else 0.0
    if x.key != y.key and x.key is not None and y.key is not None:
        least = _RENAMED
    effort.spend(_GLANCE)
    if cannot_reach(least, x.size, y.size):
        return 0.0
    effort.spend(min(len(x.words), len(y.words)))
    score = similarity(x, y)
    return score if score >= least else 0.0


def _wraps(outer: Element, inner: Element) -> bool:
    """Whether the one holds the other as it is, as a part of the same type: `a.b().c()` is not what `a.b()` became."""
    wanted = inner.text
    part: Element | None = outer if outer.type == inner.type and inner.children else None
    while part is not None and len(part.text) > len(wanted):
        part = next((child for child in part.children if wanted in child.text), None)
    return part is not None and part is not outer and part.type == inner.type and part.text == wanted


def _best_alignment(scores: list[list[float]]) -> list[tuple[int, int]]:
    """The pairs of rows and columns, both rising, with the largest sum."""
    rows, columns = len(scores), len(scores[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            score = scores[row][column]
            paired = best[row + 1][column + 1] + score if score else 0.0
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    return _traced(scores, best)


def _traced(scores: list[list[float]], best: list[list[float]]) -> list[tuple[int, int]]:
    pairs, row, column = [], 0, 0
    while row < len(scores) and column < len(scores[0]):
        score = scores[row][column]
        if score and best[row][column] == best[row + 1][column + 1] + score:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs
