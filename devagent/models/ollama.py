"""Ollama, over its own interface: only there can the context window be set for a request.

Ollama's default window is a few thousand tokens, and it cuts longer prompts from the front without a word. Its
OpenAI-compatible interface has no way to ask for more, so this speaks `/api/chat` with `options.num_ctx`, always
the same value: another one would make Ollama load the model again.
"""

import json
import time
from contextlib import aclosing
from typing import Any

from devagent.errors import ModelError
from devagent.journal.tokens import estimate_tokens
from devagent.models import trouble
from devagent.models.budget import price
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.models.retry import PATIENT, UNCERTAIN_STATUS, Passing, Patience, patiently
from devagent.models.stream import error_text, is_count, well_formed
from devagent.models.tokens import estimate_prompt, most_characters
from devagent.models.transport import TIMEOUTS, StatusError, Timeouts, Transport

PORT = 11434


class OllamaModel:
    """A model that an Ollama server has.

    Arguments:
        base_url: the server, with or without "/v1".
        name: as `ollama list` shows it.
        card: its `window` is what is asked for as context.
    """

    def __init__(
        self,
        base_url: str,
        name: str,
        card: ModelCard,
        *,
        api_key: str = "",
        patience: Patience = PATIENT,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._transport = Transport(base_url.rstrip("/").removesuffix("/v1"), headers, timeouts)
        self._name, self._card, self._patience = name, card, patience

    @property
    def card(self) -> ModelCard:
        """The facts about this model."""
        return self._card

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion, tried again on server errors, and where no connection was made."""
        return await patiently(lambda: self._attempt(request), self._patience)

    async def close(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._transport.close()

    async def models(self) -> list[str]:
        """The names of the models that the server has."""
        document = await self._transport.get("/api/tags")
        listed = document.get("models") if isinstance(document, dict) else None
        return [str(m["name"]) for m in listed or [] if isinstance(m, dict) and "name" in m]

    async def _attempt(self, request: ModelRequest) -> ModelReply:
        started, texts = time.monotonic(), []
        try:
            async with aclosing(self._transport.lines("/api/chat", self._body(request), request.max_tokens)) as lines:
                async for line in lines:
                    piece = self._parse(line)
                    texts.append(self._text(piece))
                    if sum(map(len, texts)) > most_characters(request.max_tokens):
                        raise trouble.too_long(self._transport.server)
                    if piece.get("done"):
                        return self._reply(well_formed("".join(texts)), piece, request, time.monotonic() - started)
        except StatusError as error:
            raise await self._explain(error) from None
        raise trouble.garbage(self._transport.server, "it ended before the answer did")

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        options: dict[str, Any] = {
            "num_ctx": self._card.window,
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
        }
        if request.seed is not None:
            options["seed"] = request.seed
        if request.stop:
            options["stop"] = list(request.stop)
        body: dict[str, Any] = {
            "model": self._name,
            "messages": [{"role": m.speaker, "content": m.text} for m in request.messages],
            "stream": True,
            "options": options,
        }
        return body | ({"format": request.schema} if request.schema is not None else {})

    def _parse(self, line: str) -> dict[str, Any]:
        try:
            piece = json.loads(line or "{}")
        except (ValueError, RecursionError):
            raise trouble.garbage(self._transport.server, "it is no JSON", line) from None
        if not isinstance(piece, dict) or piece.get("error"):
            raise trouble.garbage(self._transport.server, trouble.one_line(error_text(line)), line)
        return piece

    def _text(self, piece: dict[str, Any]) -> str:
        message = piece.get("message") or {}
        text = (message.get("content") or "") if isinstance(message, dict) else None
        if not isinstance(text, str):
            raise trouble.garbage(self._transport.server, "it is no completion", str(piece))
        return text

    def _reply(self, text: str, last: dict[str, Any], request: ModelRequest, seconds: float) -> ModelReply:
        told = [last.get("prompt_eval_count"), last.get("eval_count")]
        prompt, completion = (count if is_count(count) else None for count in told)
        estimated = prompt is None or completion is None
        prompt = estimate_prompt(request) if prompt is None else prompt
        completion = estimate_tokens(text) if completion is None else completion
        return ModelReply(
            text=text,
            prompt_tokens=prompt,
            completion_tokens=completion,
            finish=str(last.get("done_reason") or "stop"),
            seconds=round(seconds, 3),
            estimated=estimated,
            cost=price(self._card, prompt, completion),
        )

    async def _explain(self, error: StatusError) -> ModelError | Passing:
        server, said = self._transport.server, error_text(error.text)
        if error.status == 404:
            return trouble.unknown_model(self._name, server, await self.models(), f"ollama pull {self._name}")
        if error.status in UNCERTAIN_STATUS:
            return trouble.broken_off(server, f"a proxy answered {error.status}: {trouble.one_line(said)}")
        failure = trouble.failed(server, error.status, said)
        return Passing(failure, error.wait) if error.passing else failure


async def is_ollama(base_url: str) -> bool:
    """Whether an Ollama server answers here: its port tells, or the version it reports."""
    from urllib.parse import urlsplit

    parts = urlsplit(base_url)
    if parts.port == PORT:
        return True
    transport = Transport(f"{parts.scheme}://{parts.netloc}", {}, Timeouts(connect=2.0))
    try:
        document = await transport.get("/api/version")
        return isinstance(document, dict) and set(document) == {"version"}
    finally:
        await transport.close()
