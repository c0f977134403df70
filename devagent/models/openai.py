"""Any server that speaks OpenAI's completions: OpenAI itself, llama.cpp, vLLM, LM Studio, ours."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from devagent.errors import ModelError
from devagent.journal.tokens import estimate_tokens
from devagent.models import trouble
from devagent.models.budget import price
from devagent.models.gap import gap_prompt, gap_stops
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.models.retry import PATIENT, UNCERTAIN_STATUS, Passing, Patience, patiently
from devagent.models.stream import Answer, ChatStream, Unreadable, error_text
from devagent.models.tokens import estimate_prompt, most_characters
from devagent.models.transport import TIMEOUTS, StatusError, Timeouts, Transport

OVERFLOW_WORDS = ("context length", "context window", "context size", "context_length", "maximum context", "too long")


class OpenAIModel:
    """A model behind an OpenAI-compatible server, over one pool of connections.

    Arguments:
        base_url: ends before "/chat/completions", as in "http://127.0.0.1:8000/v1".
        name: what the server calls the model.
        card: the facts about it; `extra.reasoning` marks models that take no temperature.
        api_key: sent as a bearer token; empty for none.
        key_variable: where the key came from, for error messages.
    """

    def __init__(
        self,
        base_url: str,
        name: str,
        card: ModelCard,
        *,
        api_key: str = "",
        key_variable: str = "",
        patience: Patience = PATIENT,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._transport = Transport(base_url, headers, timeouts)
        self._name, self._card = name, card
        self._key_variable, self._has_key = key_variable, bool(api_key)
        self._patience = patience

    @property
    def card(self) -> ModelCard:
        """The facts about this model."""
        return self._card

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion, tried again on rate limits, server errors, and where no connection was made."""

        async def attempt() -> ModelReply:
            async with aclosing(self.answers(request)) as answers:
                async for _, reply in answers:
                    return reply
            raise trouble.garbage(self._transport.server, "it is empty")

        return await patiently(attempt, self._patience)

    async def answers(self, request: ModelRequest, count: int = 1) -> AsyncGenerator[tuple[int, ModelReply], None]:
        """So many answers to one prompt, read once by the server: (index, reply) as each ends. No second try.

        Raises `ModelError`, or `Passing` where another try may help.
        """
        started, stream = time.monotonic(), ChatStream(most_characters(request.max_tokens))
        body = self._body(request) | ({"n": count} if count > 1 else {})
        try:
            most = count * request.max_tokens
            async with aclosing(self._transport.lines(_path(request), body, most)) as lines:
                async for line in lines:
                    for answer in stream.feed(line):
                        yield answer.index, self._reply(answer, request, started)
            for answer in stream.end():
                yield answer.index, self._reply(answer, request, started)
        except Unreadable as error:
            raise trouble.garbage(self._transport.server, trouble.one_line(str(error)), error.said) from None
        except StatusError as error:
            raise await self._explain(error) from None

    async def close(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._transport.close()

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        reasoning = bool(self._card.extra.get("reasoning"))
        body: dict[str, Any] = {
            "model": self._name,
            **self._said(request),
            "max_completion_tokens" if reasoning else "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if not reasoning:
            body["temperature"] = request.temperature
            if stops := [*request.stop, *(gap_stops(self._card) if request.gap is not None else ())]:
                body["stop"] = stops
        if request.seed is not None:
            body["seed"] = request.seed
        if request.schema is not None and self._card.schema:
            wanted = {"name": "answer", "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return body

    def _said(self, request: ModelRequest) -> dict[str, Any]:
        if request.gap is not None:
            return {"prompt": gap_prompt(self._card, request.gap)}
        return {"messages": [{"role": m.speaker, "content": m.text} for m in request.messages]}

    def _reply(self, answer: Answer, request: ModelRequest, started: float) -> ModelReply:
        prompt, completion = answer.prompt_tokens, answer.completion_tokens
        estimated = prompt is None or completion is None
        prompt = estimate_prompt(request) if prompt is None else prompt
        completion = estimate_tokens(answer.text) if completion is None else completion
        return ModelReply(
            text=answer.text,
            prompt_tokens=prompt,
            completion_tokens=completion,
            finish=answer.finish,
            seconds=round(time.monotonic() - started, 3),
            estimated=estimated,
            cost=price(self._card, prompt, completion),
        )

    async def _explain(self, error: StatusError) -> ModelError | Passing:
        server, said = self._transport.server, error_text(error.text)
        if error.status in (401, 403):
            return self._key_trouble(said)
        if error.status == 404:
            return trouble.unknown_model(self._name, server, await self.models())
        if error.status in (400, 413, 422) and any(words in said.lower() for words in OVERFLOW_WORDS):
            return trouble.failed(server, error.status, f"the prompt is too long for {self._name}: {said}")
        if error.status in UNCERTAIN_STATUS:
            return trouble.broken_off(server, f"a proxy answered {error.status}: {trouble.one_line(said)}")
        failure = trouble.failed(server, error.status, said)
        return Passing(failure, error.wait) if error.passing else failure

    def _key_trouble(self, said: str) -> ModelError:
        server = self._transport.server
        if not self._has_key and self._key_variable:
            return trouble.key_missing(server, self._key_variable)
        return trouble.key_rejected(server, self._key_variable, trouble.one_line(said))

    async def models(self) -> list[str]:
        """The names of the models that the server lists; empty when it lists none."""
        document = await self._transport.get("/models")
        listed = document.get("data") if isinstance(document, dict) else None
        return [str(m["id"]) for m in listed or [] if isinstance(m, dict) and "id" in m]


def _path(request: ModelRequest) -> str:
    return "/chat/completions" if request.gap is None else "/completions"
