"""Taking turns: what is likeliest to be worth the time comes first, and counts less each time it had its turn."""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Turns(Generic[T]):
    """Items by likelihood. An item that had its turn counts `fade` times what it did; ties go to the earlier one."""

    def __init__(self, weights: Mapping[T, float], fade: float) -> None:
        self._weights, self._fade = dict(weights), fade
        self._taken: dict[T, int] = {}

    def __bool__(self) -> bool:
        return bool(self._weights)

    def weight(self, item: T) -> float:
        """What an item counts now."""
        return self._weights[item]

    def visits(self, item: T) -> int:
        """How often an item had its turn."""
        return self._taken.get(item, 0)

    def take(self) -> T:
        """The item whose turn it is. Raises `ValueError` when there are none."""
        item = max(self._weights, key=lambda i: self._weights[i])
        self.passed(item)
        return item

    def passed(self, item: T) -> None:
        """Note that an item had its turn, be it out of order."""
        self._weights[item] *= self._fade
        self._taken[item] = self.visits(item) + 1

    def doubt(self, item: T, factor: float) -> None:
        """Count an item less, for another reason than its turn."""
        self._weights[item] *= factor

    def ranked(self) -> list[T]:
        """The items, the one whose turn it is first."""
        return sorted(self._weights, key=lambda i: -self._weights[i])
