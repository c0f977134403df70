"""The budget of a run: tokens, money and time, shared by everything in it, and hard.

Before a call its worst case is reserved; what does not fit is not sent. Afterwards the reserve is replaced by what
the call really took. A call that was cancelled, or broke off, keeps its reserve: nobody knows what it cost.

Tokenizers differ. Where a model counts more tokens in a prompt than the worst case that was reserved for it, its later
prompts are reserved for by as much more.
"""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from devagent.errors import OutOfBudget, UsageError
from devagent.journal.journal import Event
from devagent.models.model import ModelCard, ModelReply
from devagent.models.record import CALL, RELEASED, RESERVED

_UNITS = 10**12
"""Units in a dollar, in which money is added up: sums of floats would drift by more than nothing."""


@dataclass(frozen=True)
class Spent:
    """What was used up: tokens (prompts and answers), US dollars, seconds.

    `stretch` says by how much a model's own counts of prompts went beyond our worst case, by the model's name.
    """

    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    stretch: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[Event], seconds: float = 0.0) -> "Spent":
        """What the calls of earlier sessions used up, by their journal.

        Finished calls count what they took. A reserve that was never settled (cancelled, broken off, or the process
        died) counts in full. `seconds` is `Journal.earlier_seconds`.
        """
        reserves: dict[str, Reservation] = {}
        tokens, cost = 0, 0
        stretch: dict[str, float] = {}
        for event in events:
            if event.kind == RESERVED:
                reserves[event.key] = Reservation.from_event(event)
            elif event.kind == RELEASED:
                reserves.pop(event.key, None)
            elif event.kind == f"{CALL}.finished":
                result = event.data["result"]
                reply = ModelReply.from_json(result["reply"])
                _learn(stretch, reserves.pop(result["reservation"], None), reply)
                tokens += reply.prompt_tokens + reply.completion_tokens
                cost += _units(reply.cost)
        tokens += sum(reserve.tokens for reserve in reserves.values())
        cost += sum(_units(reserve.cost) for reserve in reserves.values())
        return cls(tokens, cost / _UNITS, seconds, stretch)


@dataclass(frozen=True)
class Reservation:
    """The worst case of one call of a model, set aside.

    `cost` is `None` where the price is unknown; `prompt_tokens` is what the prompt alone was held to take at most.
    """

    tokens: int
    cost: float | None
    model: str = ""
    prompt_tokens: int = 0

    def to_json(self) -> dict[str, Any]:
        """The reservation as plain data, beside the model's name that the journal has anyway."""
        return {"tokens": self.tokens, "cost": self.cost, "prompt_tokens": self.prompt_tokens}

    @classmethod
    def from_event(cls, event: Event) -> "Reservation":
        """The reservation that an event tells."""
        data = event.data
        return cls(data["tokens"], data["cost"], data.get("model", ""), data.get("prompt_tokens", 0))


@dataclass(frozen=True)
class Remaining:
    """What is left; `None` means there is no limit."""

    tokens: int | None
    cost: float | None
    seconds: float | None


class Budget:
    """Limits of one run, safe to share between tasks and threads.

    Arguments:
        tokens, cost, seconds: limits of the whole run, resumed sessions included; `None` or 0 means no limit.
        spent: what earlier sessions of the run used up.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        *,
        tokens: int | None = None,
        cost: float | None = None,
        seconds: float | None = None,
        spent: Spent = Spent(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens, self._cost, self._seconds = tokens or None, cost or None, seconds or None
        self._used_tokens, self._used_units = spent.tokens, _units(spent.cost)
        self._earlier = spent.seconds
        self._stretch = dict(spent.stretch)
        self._clock = clock
        self._start = clock()
        self._lock = threading.Lock()

    def check_price(self, card: ModelCard) -> None:
        """Raises `UsageError` when money is limited and this model's price is unknown: the limit could not hold."""
        if self._cost is not None and (card.price_in is None or card.price_out is None):
            raise UsageError(
                f"money is limited to ${self._cost:g}, and the price of {card.name} is unknown",
                hint="Give the model a card with its price, or limit tokens instead",
            )

    def reserve(self, prompt_tokens: int, max_tokens: int, card: ModelCard) -> Reservation:
        """Set the worst case of a call aside. Raises `OutOfBudget` when it does not fit into what is left."""
        self.check_price(card)
        self.check_time()
        with self._lock:
            stretched = math.ceil(prompt_tokens * self._stretch.get(card.name, 1.0))
            tokens, cost = stretched + max_tokens, price(card, stretched, max_tokens)
            if self._tokens is not None and self._used_tokens + tokens > self._tokens:
                raise _used_up(f"{self._tokens} tokens", self._used_tokens, f"the next call may take {tokens}")
            if self._cost is not None and self._used_units + _units(cost) > _units(self._cost):
                used = f"${self._used_units / _UNITS:.4f}"
                raise _used_up(f"${self._cost:g}", used, f"the next call may cost ${cost:.4f}")
            self._used_tokens += tokens
            self._used_units += _units(cost)
        return Reservation(tokens, cost, card.name, prompt_tokens)

    def settle(self, reservation: Reservation, reply: ModelReply) -> None:
        """Replace the reserve of a finished call by what it took."""
        self._move(reservation, reply.prompt_tokens + reply.completion_tokens, reply.cost)
        with self._lock:
            _learn(self._stretch, reservation, reply)

    def release(self, reservation: Reservation) -> None:
        """Give back the reserve of a call that the server never answered."""
        self._move(reservation, 0, 0.0)

    @asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """Cancel what is done inside when the run's time is over. Raises `OutOfBudget` then."""
        limit = asyncio.timeout(self.remaining.seconds)
        try:
            async with limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise self.out_of_time() from None
            raise
        if limit.expired():
            # What was done inside ended at that very moment. Older Pythons leave the cancellation for whoever is next.
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)

    def check_time(self) -> None:
        """Raises `OutOfBudget` when the run's time is over."""
        left = self.remaining.seconds
        if left is not None and left <= 0:
            raise self.out_of_time()

    def out_of_time(self) -> OutOfBudget:
        """The error that ends a run whose time is over."""
        return OutOfBudget(
            f"the run has used its {self._seconds:g} s", hint="`devagent resume --max-seconds N` goes on with more"
        )

    @property
    def remaining(self) -> Remaining:
        """What is left now, never below zero."""
        with self._lock:
            tokens = None if self._tokens is None else max(0, self._tokens - self._used_tokens)
            cost = None if self._cost is None else max(0, _units(self._cost) - self._used_units) / _UNITS
        seconds = None if self._seconds is None else max(0.0, self._seconds - self._earlier - self._taken())
        return Remaining(tokens, cost, seconds)

    @property
    def spent(self) -> Spent:
        """What is used up now, reserves of calls in flight included."""
        with self._lock:
            cost, stretch = self._used_units / _UNITS, dict(self._stretch)
            return Spent(self._used_tokens, cost, self._earlier + self._taken(), stretch)

    def _taken(self) -> float:
        return self._clock() - self._start

    def _move(self, reservation: Reservation, tokens: int, cost: float | None) -> None:
        with self._lock:
            self._used_tokens += tokens - reservation.tokens
            self._used_units += _units(cost) - _units(reservation.cost)


def price(card: ModelCard, prompt_tokens: int, completion_tokens: int) -> float | None:
    """What so many tokens cost in US dollars; `None` when the card has no price."""
    if card.price_in is None or card.price_out is None:
        return None
    return (prompt_tokens * card.price_in + completion_tokens * card.price_out) / 1e6


def _units(dollars: float | None) -> int:
    return round((dollars or 0.0) * _UNITS)


def _learn(stretch: dict[str, float], reservation: Reservation | None, reply: ModelReply) -> None:
    """Remember that a model counted more than was reserved for a prompt, if it did."""
    if reservation is not None and reply.prompt_tokens > reservation.prompt_tokens > 0:
        beyond = reply.prompt_tokens / reservation.prompt_tokens
        stretch[reservation.model] = max(beyond, stretch.get(reservation.model, 1.0))


def _used_up(limit: str, used: object, need: str) -> OutOfBudget:
    return OutOfBudget(
        f"the limit of {limit} is reached",
        why=f"{used} spent, {need}",
        hint="`devagent resume` with a higher limit goes on",
    )
