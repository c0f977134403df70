"""Models that nobody trained: one says what it was told to, one repeats what a journal holds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from devagent.errors import ModelError
from devagent.journal.journal import Event, Json, fingerprint
from devagent.journal.tokens import estimate_tokens
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.models.record import CALL, call_inputs
from devagent.models.tokens import estimate_prompt

Answer = str | ModelReply | Exception
FREE = ModelCard(name="scripted", price_in=0.0, price_out=0.0)


class ScriptedModel:
    """A model that gives prepared answers, in order, or computes them from the request.

    Arguments:
        answers: what to say call by call (an exception is raised), or a function of the request.
        card: facts to claim.

    `requests` holds what was asked. Raises `ModelError` when the answers have run out.
    """

    def __init__(self, answers: Sequence[Answer] | Callable[[ModelRequest], Answer], card: ModelCard = FREE) -> None:
        self._answers = answers if callable(answers) else list(answers)
        self._card = card
        self.requests: list[ModelRequest] = []

    @property
    def card(self) -> ModelCard:
        """The facts it was given."""
        return self._card

    async def complete(self, request: ModelRequest) -> ModelReply:
        """The next answer."""
        self.requests.append(request)
        answer = self._next(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, ModelReply):
            return answer
        return ModelReply(
            text=answer,
            prompt_tokens=estimate_prompt(request),
            completion_tokens=estimate_tokens(answer),
            estimated=True,
            cost=0.0,
        )

    async def close(self) -> None:
        """Nothing to let go of."""

    def _next(self, request: ModelRequest) -> Answer:
        if callable(self._answers):
            return self._answers(request)
        if len(self.requests) > len(self._answers):
            raise ModelError(f"the script has {len(self._answers)} answers and was asked for one more")
        return self._answers[len(self.requests) - 1]


class ReplayingModel:
    """A model that repeats the finished calls of a journal: a whole run again, offline.

    A request that was made several times is answered in the order of the journal. Raises `ModelError` for a request
    that the journal does not hold.
    """

    def __init__(self, events: Iterable[Event], card: ModelCard) -> None:
        self._card = card
        self._replies: dict[str, list[Json]] = {}
        for event in events:
            if event.kind == f"{CALL}.finished":
                self._replies.setdefault(event.key, []).append(event.data["result"]["reply"])

    @property
    def card(self) -> ModelCard:
        """The card of the model that is replayed."""
        return self._card

    async def complete(self, request: ModelRequest) -> ModelReply:
        """What the journal holds for this request."""
        replies = self._replies.get(fingerprint(call_inputs(self._card.name, request)))
        if not replies:
            raise ModelError("the journal holds no answer to this request", hint="The run cannot be replayed from here")
        return replace(ModelReply.from_json(replies.pop(0)), seconds=0.0)

    async def close(self) -> None:
        """Nothing to let go of."""
