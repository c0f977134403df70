"""Results that are kept for the next time, by the size of what they were made from: files differ a thousandfold."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_OVERHEAD = 1024
"""Bytes that even an empty file counts for."""


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember what a function gave for its arguments, which have to be hashable; what was unused longest goes first.

    Arguments:
        most: how many bytes the `bytes` among the arguments of all remembered calls may have together. A call that
            has more alone is not remembered.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept = _Kept[T](most)

        @wraps(function)
        def remembering(*arguments: P.args, **named: P.kwargs) -> T:
            key = (*arguments, *named.items())
            known = kept.get(key)
            if known is not None:
                return known[0]
            result = function(*arguments, **named)
            kept.put(key, result, _OVERHEAD + sum(len(part) for part in key if isinstance(part, bytes)))
            return result

        return remembering

    return decorate


class _Kept(Generic[T]):
    """Results with their weight, the longest unused first."""

    def __init__(self, most: int) -> None:
        self._most, self._total = most, 0
        self._results: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> tuple[T, int] | None:
        """A result with its weight; `None` where it is not kept."""
        with self._lock:
            known = self._results.get(key)
            if known is not None:
                self._results.move_to_end(key)
            return known

    def put(self, key: Hashable, result: T, weight: int) -> None:
        """Keep a result, and forget others for it."""
        if weight > self._most:
            return
        with self._lock:
            if key not in self._results:
                self._results[key] = result, weight
                self._total += weight
            while self._total > self._most:
                self._total -= self._results.popitem(last=False)[1][1]
