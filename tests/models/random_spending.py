"""Random runs that spend all they can get, and an account of what really was spent.

Time is virtual: a loop whose clock jumps to the next thing that is due, so that a stall of minutes takes no time, and
a deadline is kept to the instant or not at all. Models keep the account: it hears of every call that reaches one.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from devagent.errors import ModelError, OutOfBudget
from devagent.journal.journal import Journal
from devagent.models.budget import Budget, Spent, price
from devagent.models.gateway import Gateway
from devagent.models.model import Message, ModelCard, ModelReply, ModelRequest
from devagent.models.tokens import worst_case_prompt
from devagent.models.trouble import BrokenOff, Refused

WORDS = ("def", "return", "price", "0", "42", "(", "):", "=", "+", "# the", "übung", "価格", "🙂", "\n    ", "a1b2")
STALL = 10_000.0
NOBODY = 1e-9
"""Dollars that no price has: what two ways of adding floats up may differ by."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Instant(self))

    def time(self) -> float:
        return self.now


class _Instant(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.now += timeout
        return ready


def in_virtual_time(work: Callable[[VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end in a loop of virtual time."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work(loop))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@dataclass(frozen=True)
class Limits:
    """Limits of a run; 0 means none."""

    tokens: int
    cost: float
    seconds: float


@dataclass
class Account:
    """What really happened. Calls of which nobody knows what they took count their worst case."""

    limits: Limits
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    calls: int = 0
    refused: int = 0
    broken: int = 0
    cancelled: int = 0
    answered: list[tuple[str, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def sent(self, worst: tuple[int, float], now: float) -> None:
        """A call reaches a model: it has to fit even if it takes all it may."""
        self.calls += 1
        self.tokens += worst[0]
        self.cost += worst[1]
        if self.limits.tokens and self.tokens > self.limits.tokens:
            self.faults.append(f"tokens: {self.tokens} of {self.limits.tokens}")
        if self.limits.cost and self.cost > self.limits.cost + NOBODY:
            self.faults.append(f"cost: {self.cost} of {self.limits.cost}")
        self.at_work(now)

    def at_work(self, now: float) -> None:
        """A call is under way at this time of the run."""
        self.seconds = max(self.seconds, now)
        if self.limits.seconds and now > self.limits.seconds + NOBODY:
            self.faults.append(f"seconds: {now} of {self.limits.seconds}")

    def took(self, worst: tuple[int, float], tokens: int, cost: float) -> None:
        """It is known what a call took."""
        self.tokens += tokens - worst[0]
        self.cost += cost - worst[1]


class SpendingModel:
    """Answers, stalls, refuses or breaks off at random, and tells the account."""

    def __init__(self, card: ModelCard, chance: random.Random, account: Account, clock: Callable[[], float]) -> None:
        self.card = card
        self._chance, self._account, self._clock = chance, account, clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        chance, account, card = self._chance, self._account, self.card
        prompt, most = worst_case_prompt(request), request.max_tokens
        worst = (prompt + most, price(card, prompt, most) or 0.0)
        account.sent(worst, self._clock())
        try:
            await self._work(chance.random())
        except asyncio.CancelledError:
            account.cancelled += 1
            raise
        except Refused:
            account.refused += 1
            account.took(worst, 0, 0.0)
            raise
        except ModelError:
            account.broken += 1
            raise
        finally:
            account.at_work(self._clock())
        took = chance.randint(0, prompt), chance.choice([0, most, chance.randint(0, most)])
        cost = price(card, *took)
        account.took(worst, sum(took), cost or 0.0)
        account.answered.append((card.name, request.seed or 0))
        return ModelReply("x", *took, cost=cost)

    async def _work(self, fate: float) -> None:
        pieces = self._chance.randint(1, 5)
        for _ in range(pieces):
            await asyncio.sleep(self._chance.expovariate(1 / 3))
            if fate < 0.05:
                raise Refused("no")
            if fate < 0.10:
                raise ModelError("garbage")
            if fate < 0.15:
                raise BrokenOff("the line went dead")
        if fate < 0.20:
            await asyncio.sleep(STALL)

    async def close(self) -> None:
        """Nothing to let go of."""


def spend(seed: int, folder: Path) -> Account:
    """One random run in up to three sessions, the account of it, and what it and the budget disagree about."""
    chance = random.Random(seed)
    limits = _limits(chance)
    account = Account(limits)
    cards = [_card(chance, number, priced=bool(limits.cost)) for number in range(chance.randint(1, 3))]
    plan = [_calls(chance, number) for number in range(chance.randint(2, 6))]
    for session in range(chance.randint(1, 3)):
        if session and chance.random() < 0.7:
            limits = account.limits = Limits(*(n * chance.choice([1, 2, 3]) for n in vars(limits).values()))  # type: ignore[arg-type]
        in_virtual_time(lambda loop: _session(loop, folder, chance, account, cards, plan))
        if [fault for fault in account.faults if fault]:
            break
    return account


async def _session(
    loop: VirtualLoop,
    folder: Path,
    chance: random.Random,
    account: Account,
    cards: list[ModelCard],
    plan: list[list[tuple[str, ModelRequest]]],
) -> None:
    earlier, limits = account.seconds, account.limits
    with Journal(folder) as journal:
        spent = Spent.from_events(journal.events, earlier)
        budget = Budget(
            tokens=limits.tokens, cost=limits.cost, seconds=limits.seconds, spent=spent, clock=lambda: loop.now
        )
        clock = lambda: earlier + loop.now  # noqa: E731
        gateways = [Gateway(SpendingModel(card, chance, account, clock), journal, budget) for card in cards]
        work = asyncio.gather(*(_worker(gateways[n % len(gateways)], calls, n) for n, calls in enumerate(plan)))
        killed = chance.choice([None, None, chance.uniform(1, 60)])
        with suppress(TimeoutError):
            await asyncio.wait_for(work, killed or 5 * STALL)
        _compare(account, budget.spent, "the budget")
        _compare(account, Spent.from_events(journal.events), "the journal")
    if len(set(account.answered)) < len(account.answered):
        account.faults.append("a finished call was paid for again")


async def _worker(gateway: Gateway, calls: list[tuple[str, ModelRequest]], number: int) -> None:
    """Make all calls, one by one or several at once, until the budget ends it."""
    role = ("analyst", "coder", "tester")[number % 3]
    try:
        if number % 2:
            for place, request in calls:
                try:
                    await gateway.ask(place, request, role=role, phase="code")
                except ModelError:
                    continue
        else:
            async with aclosing(gateway.samples(calls, role=role, phase="code")) as replies:
                async for _ in replies:
                    pass
    except (OutOfBudget, ModelError):
        return


def _compare(account: Account, spent: Spent, who: str) -> None:
    if spent.tokens != account.tokens:
        account.faults.append(f"{who} counts {spent.tokens} tokens, {account.tokens} were spent")
    if abs(spent.cost - account.cost) > NOBODY:
        account.faults.append(f"{who} counts ${spent.cost}, ${account.cost} were spent")


def _limits(chance: random.Random) -> Limits:
    tokens = chance.choice([0, chance.randint(100, 3000), chance.randint(1000, 30_000)])
    cost = chance.choice([0.0, chance.uniform(0.001, 0.02), chance.uniform(0.005, 0.3)])
    seconds = chance.choice([0.0, chance.uniform(0.5, 20), chance.uniform(5, 300)])
    return Limits(tokens, cost, seconds or (0.0 if tokens or cost else 30.0))


def _card(chance: random.Random, number: int, *, priced: bool) -> ModelCard:
    prices = (chance.choice([0.0, 0.0375, 0.15, 3.0]), chance.choice([0.0, 0.6, 15.0]))
    price_in, price_out = prices if priced or chance.random() < 0.7 else (None, None)
    return ModelCard(f"m{number}", parallel=chance.randint(1, 8), price_in=price_in, price_out=price_out)


def _calls(chance: random.Random, worker: int) -> list[tuple[str, ModelRequest]]:
    text = " ".join(chance.choices(WORDS, k=chance.randint(1, 150)))
    request = ModelRequest([Message("user", text)], max_tokens=chance.randint(1, 800))
    seeds = range(1000 * worker, 1000 * worker + chance.randint(1, 12))
    return [(f"code/{worker}/{seed}", replace(request, seed=seed)) for seed in seeds]
