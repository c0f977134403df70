"""Trying again: what is worth it, how often, and how long to wait."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from devagent.errors import ModelError

T = TypeVar("T")

PASSING_STATUS = frozenset({408, 425, 429, 500, 503, 529})
"""HTTP statuses that another try may cure: the request was not answered, and is not charged."""

UNCERTAIN_STATUS = frozenset({502, 504})
"""HTTP statuses of a proxy that lost the server behind it: what became of the request nobody knows."""


class Passing(Exception):
    """A failure that another try may cure.

    `error` is what to raise when it does not; `wait` is how many seconds the server asked for.
    """

    def __init__(self, error: ModelError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


@dataclass(frozen=True)
class Patience:
    """How often to try, and the bounds of the wait in between, in seconds.

    Waits double and are drawn at random from the upper half, so that clients which failed together do not return
    together. A server that asks for more than `longest` is not waited for.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 30.0

    def wait(self, failures: int) -> float:
        """Seconds before the next try after so many failures."""
        full = min(self.longest, self.first * 2 ** (failures - 1))
        return random.uniform(full / 2, full)


PATIENT = Patience()


async def patiently(attempt: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """The result of the first attempt that does not fail in passing. Deadlines are the caller's to set."""
    failures = 0
    while True:
        try:
            return await attempt()
        except Passing as failure:
            failures += 1
            asked = failure.wait or 0.0
            if failures >= patience.tries or asked > patience.longest:
                raise failure.error from failure
            await asyncio.sleep(max(asked, patience.wait(failures)))


def retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks for (a number or an HTTP date)."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        return _until(value)


def _until(date: str) -> float | None:
    import email.utils
    import time

    try:
        return max(0.0, email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None
