"""The one door to a model: every call is checked, reserved, journalled and bounded in time here."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from devagent.journal.journal import Journal, fingerprint
from devagent.models import trouble
from devagent.models.budget import Budget, Reservation
from devagent.models.model import Model, ModelCard, ModelReply, ModelRequest
from devagent.models.record import CALL, RELEASED, RESERVED, call_inputs
from devagent.models.tokens import worst_case_prompt
from devagent.models.trouble import Refused


class Gateway:
    """A model, seen through the journal and the budget of one run.

    Several gateways (one per role's model) may share one journal and one budget.
    """

    def __init__(self, model: Model, journal: Journal, budget: Budget) -> None:
        self.model = model
        self._journal = journal
        self._budget = budget

    @property
    def card(self) -> ModelCard:
        """The facts about the model behind."""
        return self.model.card

    def fits(self, request: ModelRequest) -> bool:
        """Whether prompt and answer fit into the model's window even in the worst case."""
        return worst_case_prompt(request) + request.max_tokens <= self.card.window

    async def ask(self, place: str, request: ModelRequest, *, role: str, phase: str) -> ModelReply:
        """One completion, paid for at most once at this place for this request.

        Raises `ModelError`, `OutOfBudget` (before sending, or when the run's time ends with the call in flight),
        or `UsageError` for a money limit on a model of unknown price.
        """

        async def perform() -> dict[str, Any]:
            return await self._call(place, request, self._labels(role, phase))

        result = await self._journal.effect(CALL, place, self._inputs(request), perform)
        return ModelReply.from_json(result["reply"])

    async def samples(
        self, calls: Sequence[tuple[str, ModelRequest]], *, role: str, phase: str, at_once: int = 0
    ) -> AsyncGenerator[tuple[int, ModelReply], None]:
        """Replies as they come in, as (index into `calls`, reply); up to `at_once` are under way (`card.parallel`).

        What the journal holds comes first, in the journal's order, and nothing is sent before all of that was
        consumed: a resumed run sees what the first one saw. An error is raised once the calls under way have
        been delivered. Close the generator (`contextlib.aclosing`) to cancel what is still under way.
        """
        recorded = self._recorded(calls)
        for index in recorded:
            place, request = calls[index]
            yield index, await self.ask(place, request, role=role, phase=phase)
        waiting = [index for index in range(len(calls)) if index not in set(recorded)]
        async for item in self._live(calls, waiting, role, phase, at_once or self.card.parallel):
            yield item

    async def _live(
        self, calls: Sequence[tuple[str, ModelRequest]], waiting: list[int], role: str, phase: str, at_once: int
    ) -> AsyncGenerator[tuple[int, ModelReply], None]:
        # A task queues its reply in the same step of the loop that journals it, so both have one order.
        finished: asyncio.Queue[tuple[int, ModelReply | Exception]] = asyncio.Queue()
        running: set[asyncio.Task[None]] = set()
        error: Exception | None = None
        under_way = 0

        async def run(index: int) -> None:
            place, request = calls[index]
            try:
                finished.put_nowait((index, await self.ask(place, request, role=role, phase=phase)))
            except Exception as problem:  # noqa: BLE001 a task that ends in silence would be waited for for ever
                finished.put_nowait((index, problem))

        try:
            while (waiting and error is None) or under_way:
                while waiting and error is None and under_way < at_once:
                    running.add(asyncio.create_task(run(waiting.pop(0))))
                    under_way += 1
                index, outcome = await finished.get()
                under_way -= 1
                if isinstance(outcome, Exception):
                    error = error or outcome
                else:
                    yield index, outcome
            if error is not None:
                raise error
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _call(self, place: str, request: ModelRequest, labels: dict[str, Any]) -> dict[str, Any]:
        prompt_tokens = worst_case_prompt(request)
        if prompt_tokens + request.max_tokens > self.card.window:
            raise trouble.overflow(self.card.name, prompt_tokens + request.max_tokens, self.card.window)
        reservation = self._budget.reserve(prompt_tokens, request.max_tokens, self.card)
        key = f"{self._journal.session}:{len(self._journal.events)}"
        reserved = {"tokens": reservation.tokens, "cost": reservation.cost}
        self._journal.record(RESERVED, place, {**labels, **reserved}, key=key)
        try:
            reply = await self._in_time(request)
        except Refused:
            self._release(place, key, reservation)
            raise
        self._budget.settle(reservation, reply)
        return {**labels, "reservation": key, "reply": reply.to_json()}

    async def _in_time(self, request: ModelRequest) -> ModelReply:
        deadline = asyncio.timeout(self._budget.remaining.seconds)
        try:
            async with deadline:
                return await self.model.complete(request)
        except TimeoutError:
            if deadline.expired():
                raise self._budget.out_of_time() from None
            raise

    def _release(self, place: str, key: str, reservation: Reservation) -> None:
        self._budget.release(reservation)
        self._journal.record(RELEASED, place, key=key)

    def _labels(self, role: str, phase: str) -> dict[str, Any]:
        local = bool(self.card.extra.get("local", False))
        return {"role": role, "phase": phase, "model": self.card.name, "local": local}

    def _inputs(self, request: ModelRequest) -> dict[str, Any]:
        return call_inputs(self.card.name, request)

    def _recorded(self, calls: Sequence[tuple[str, ModelRequest]]) -> list[int]:
        indices = {(place, fingerprint(self._inputs(request))): i for i, (place, request) in enumerate(calls)}
        finished = ((e.place, e.key) for e in self._journal.find(f"{CALL}.finished"))
        return [indices[at] for at in finished if at in indices]
