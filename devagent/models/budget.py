"""The budget of a run: tokens, money and time, shared by everything in it, and hard.

Before a call its worst case is reserved; what does not fit is not sent. Afterwards the reserve is replaced by what
the call really took. A call that was cancelled, or broke off, keeps its reserve: nobody knows what it cost.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devagent.errors import OutOfBudget, UsageError
from devagent.journal.journal import Event
from devagent.models.model import ModelCard, ModelReply
from devagent.models.record import CALL, RELEASED, RESERVED


@dataclass(frozen=True)
class Spent:
    """What was used up: tokens (prompts and answers), US dollars, seconds."""

    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    @classmethod
    def from_events(cls, events: Iterable[Event], seconds: float = 0.0) -> "Spent":
        """What the calls of earlier sessions used up, by their journal.

        Finished calls count what they took. A reserve that was never settled (cancelled, broken off, or the process
        died) counts in full. `seconds` is `Journal.earlier_seconds`.
        """
        open_reserves: dict[str, tuple[int, float]] = {}
        tokens, cost = 0, 0.0
        for event in events:
            if event.kind == RESERVED:
                open_reserves[event.key] = (event.data["tokens"], event.data["cost"] or 0.0)
            elif event.kind == RELEASED:
                open_reserves.pop(event.key, None)
            elif event.kind == f"{CALL}.finished":
                result = event.data["result"]
                open_reserves.pop(result["reservation"], None)
                reply = ModelReply.from_json(result["reply"])
                tokens += reply.prompt_tokens + reply.completion_tokens
                cost += reply.cost or 0.0
        tokens += sum(t for t, _ in open_reserves.values())
        cost += sum(c for _, c in open_reserves.values())
        return cls(tokens, cost, seconds)


@dataclass(frozen=True)
class Reservation:
    """The worst case of one call, set aside. `cost` is `None` where the price is unknown."""

    tokens: int
    cost: float | None


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
        self._used_tokens, self._used_cost = spent.tokens, spent.cost
        self._earlier = spent.seconds
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
        tokens, cost = prompt_tokens + max_tokens, price(card, prompt_tokens, max_tokens)
        with self._lock:
            if self._tokens is not None and self._used_tokens + tokens > self._tokens:
                raise _used_up(f"{self._tokens} tokens", self._used_tokens, f"the next call may take {tokens}")
            if self._cost is not None and self._used_cost + (cost or 0.0) > self._cost:
                raise _used_up(f"${self._cost:g}", f"${self._used_cost:.4f}", f"the next call may cost ${cost:.4f}")
            self._used_tokens += tokens
            self._used_cost += cost or 0.0
        return Reservation(tokens, cost)

    def settle(self, reservation: Reservation, reply: ModelReply) -> None:
        """Replace the reserve of a finished call by what it took."""
        self._move(reservation, reply.prompt_tokens + reply.completion_tokens, reply.cost or 0.0)

    def release(self, reservation: Reservation) -> None:
        """Give back the reserve of a call that the server never answered."""
        self._move(reservation, 0, 0.0)

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
            cost = None if self._cost is None else max(0.0, self._cost - self._used_cost)
        seconds = None if self._seconds is None else max(0.0, self._seconds - self._earlier - self._taken())
        return Remaining(tokens, cost, seconds)

    @property
    def spent(self) -> Spent:
        """What is used up now, reserves of calls in flight included."""
        with self._lock:
            return Spent(self._used_tokens, self._used_cost, self._earlier + self._taken())

    def _taken(self) -> float:
        return self._clock() - self._start

    def _move(self, reservation: Reservation, tokens: int, cost: float) -> None:
        with self._lock:
            self._used_tokens += tokens - reservation.tokens
            self._used_cost += cost - (reservation.cost or 0.0)


def price(card: ModelCard, prompt_tokens: int, completion_tokens: int) -> float | None:
    """What so many tokens cost in US dollars; `None` when the card has no price."""
    if card.price_in is None or card.price_out is None:
        return None
    return (prompt_tokens * card.price_in + completion_tokens * card.price_out) / 1e6


def _used_up(limit: str, used: object, need: str) -> OutOfBudget:
    return OutOfBudget(
        f"the limit of {limit} is reached",
        why=f"{used} spent, {need}",
        hint="`devagent resume` with a higher limit goes on",
    )
