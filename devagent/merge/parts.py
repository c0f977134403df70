"""A conflict taken apart where the two sides differ, each part from one of them."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from devagent.merge.histogram import diff
from devagent.merge.weave import key

_FEW = 4
"""Differences up to which every choice is made."""
_SEVERAL = 6
"""Differences up to which one side is taken up to some place and the other from there on."""


class Difference(NamedTuple):
    """Units that both sides have, then what each of them has instead of the other's."""

    common: Sequence[bytes]
    sides: tuple[Sequence[bytes], Sequence[bytes]]


def chosen(ours: Sequence[bytes], theirs: Sequence[bytes], operations: int) -> Iterator[bytes]:
    """The texts that take each difference of two texts, given in units, from one of them; not the two themselves."""
    parts = differences(ours, theirs, operations)
    places = [n for n, part in enumerate(parts) if any(part.sides)]
    for choice in _choices(len(places)):
        sides = dict(zip(places, choice, strict=True))
        yield b"".join(unit for n, part in enumerate(parts) for unit in (*part.common, *part.sides[sides.get(n, 0)]))


def differences(ours: Sequence[bytes], theirs: Sequence[bytes], operations: int) -> list[Difference]:
    """Two texts aligned with each other, white space left out of account."""
    found, at = [], 0
    for change in diff([key(unit) for unit in ours], [key(unit) for unit in theirs], operations):
        sides = ours[change.a_start : change.a_end], theirs[change.b_start : change.b_end]
        found.append(Difference(ours[at : change.a_start], sides))
        at = change.a_end
    return [*found, Difference(ours[at:], ((), ()))]


def _choices(count: int) -> Iterator[tuple[int, ...]]:
    """For each of so many differences the side that it is taken from."""
    if count <= _FEW:
        yield from (choice for choice in product((0, 1), repeat=count) if len(set(choice)) > 1)
    elif count <= _SEVERAL:
        for first in (0, 1):
            yield from ((first,) * n + (1 - first,) * (count - n) for n in range(1, count))
