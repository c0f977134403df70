"""The one door to a model: every call is checked, reserved, journalled and bounded in time here."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

from devagent.journal.journal import Journal, fingerprint
from devagent.journal.secrets import Innocent
from devagent.models import trouble
from devagent.models.budget import Budget, Reservation
from devagent.models.model import Message, Model, ModelCard, ModelReply, ModelRequest
from devagent.models.record import CALL, RELEASED, RESERVED, call_inputs
from devagent.models.retry import PATIENT, Passing, Patience, patiently
from devagent.models.tokens import worst_case_prompt
from devagent.models.trouble import BrokenOff, Refused

_SEEDS_APART = 1_000_000
"""So far are the seeds of two runs with other seeds apart: further than the seeds within a run."""


class Gateway:
    """A model, seen through the journal and the budget of one run.

    Several gateways (one per role's model) may share one journal and one budget. Another `seed` of the run draws other
    samples: it moves the seed of every request that has one.
    """

    def __init__(
        self, model: Model, journal: Journal, budget: Budget, patience: Patience = PATIENT, *, seed: int = 0
    ) -> None:
        self.model = model
        self._journal = journal
        self._budget = budget
        self._patience = patience
        self._seed = seed

    @property
    def card(self) -> ModelCard:
        """The facts about the model behind."""
        return self.model.card

    def fits(self, request: ModelRequest) -> bool:
        """Whether prompt and answer fit into the model's window even in the worst case."""
        return worst_case_prompt(self._masked(request)) + request.max_tokens <= self.card.window

    async def ask(self, place: str, request: ModelRequest, *, role: str, phase: str) -> ModelReply:
        """One completion, paid for at most once at this place for this request.

        Raises `ModelError`, `OutOfBudget` (before sending, or when the run's time ends with the call in flight),
        or `UsageError` for a money limit on a model of unknown price. Secrets in the request are masked before it is
        sent; in the reply they are put back.
        """
        request = self._drawn(self._masked(request))

        async def perform() -> dict[str, Any]:
            return await self._call(place, request, self._labels(role, phase))

        result = await self._journal.effect(CALL, place, self._inputs(request), perform)
        reply = ModelReply.from_json(result["reply"])
        return replace(reply, text=self._journal.secrets.unmask(str(reply.text)))

    async def samples(
        self, calls: Sequence[tuple[str, ModelRequest]], *, role: str, phase: str, at_once: int = 0
    ) -> AsyncGenerator[tuple[int, ModelReply], None]:
        """Replies as they come in, as (index into `calls`, reply); up to `at_once` are under way (`card.parallel`).

        What the journal holds comes first, in the journal's order, and nothing is sent before all of that was
        consumed: a resumed run sees what the first one saw. An error is raised once the calls under way have
        been delivered. Close the generator (`contextlib.aclosing`) to cancel what is still under way.
        """
        calls = [(place, self._masked(request)) for place, request in calls]
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
        async with self._budget.deadline():
            return await patiently(lambda: self._attempt(place, request, labels, prompt_tokens), self._patience)

    async def _attempt(
        self, place: str, request: ModelRequest, labels: dict[str, Any], prompt_tokens: int
    ) -> dict[str, Any]:
        reservation = self._budget.reserve(prompt_tokens, request.max_tokens, self.card)
        key = f"{self._journal.session}:{len(self._journal.events)}"
        self._journal.record(RESERVED, place, {**labels, **reservation.to_json()}, key=key)
        try:
            reply = await self.model.complete(request)
        except Refused:
            self._release(place, key, reservation)
            raise
        except BrokenOff as error:
            # Its reserve stays, because it may be charged. Another try gets one of its own.
            raise Passing(error) from None
        self._budget.settle(reservation, reply)
        return {**labels, "reservation": key, "reply": {**reply.to_json(), "text": Innocent(reply.text)}}

    def _release(self, place: str, key: str, reservation: Reservation) -> None:
        self._budget.release(reservation)
        self._journal.record(RELEASED, place, key=key)

    def _masked(self, request: ModelRequest) -> ModelRequest:
        """The request as it may leave this machine; bytes that are no text are written out, as JSON holds none."""

        def mask(text: str) -> str:
            return self._journal.secrets.mask(text).encode(errors="backslashreplace").decode()

        messages = [Message(message.speaker, mask(message.text)) for message in request.messages]
        gap = request.gap
        if gap is not None:
            files = [(path, mask(text)) for path, text in gap.files]
            gap = replace(gap, before=mask(gap.before), after=mask(gap.after), files=files)
        return replace(request, messages=messages, gap=gap)

    def _drawn(self, request: ModelRequest) -> ModelRequest:
        """The request with the seed that this run gives it."""
        return request if request.seed is None else replace(request, seed=request.seed + self._seed * _SEEDS_APART)

    def _labels(self, role: str, phase: str) -> dict[str, Any]:
        local = bool(self.card.extra.get("local", False))
        return {"role": role, "phase": phase, "model": self.card.name, "local": local}

    def _inputs(self, request: ModelRequest) -> dict[str, Any]:
        inputs: dict[str, Any] = self._journal.secrets.masked(call_inputs(self.card.name, request))
        return inputs

    def _recorded(self, calls: Sequence[tuple[str, ModelRequest]]) -> list[int]:
        indices = {
            (place, fingerprint(self._inputs(self._drawn(request)))): i for i, (place, request) in enumerate(calls)
        }
        finished = ((e.place, e.key) for e in self._journal.find(f"{CALL}.finished"))
        return [indices[at] for at in finished if at in indices]
