"""Every provider that LiteLLM reaches. It takes seconds to import, so that happens on a thread, while others work."""

import asyncio
import gc
import os
import re
import time
from typing import Any

from devagent.errors import CannotRun, ModelError
from devagent.journal.tokens import estimate_tokens
from devagent.models import trouble
from devagent.models.budget import price
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.models.retry import (
    PASSING_STATUS,
    PATIENT,
    UNCERTAIN_STATUS,
    Passing,
    Patience,
    patiently,
    retry_after,
)
from devagent.models.tokens import estimate_prompt, most_characters
from devagent.models.transport import TIMEOUTS, Timeouts

_WRAPPING = re.compile(r"^(?:(?:litellm\.)?\w+Error: )*(?:\w+Exception - )?")


class LiteLLMModel:
    """A model by its LiteLLM name ("anthropic/claude-…", "bedrock/…").

    Keys are read by LiteLLM from the provider's environment variables. `key_variable` is the one to name in errors.
    Prices missing on the card are looked up in LiteLLM's table, once that is imported.
    """

    def __init__(
        self,
        name: str,
        card: ModelCard,
        *,
        key_variable: str = "",
        base_url: str = "",
        patience: Patience = PATIENT,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        self._name, self._card = name, card
        self._key_variable, self._base_url = key_variable, base_url
        self._patience, self._timeouts = patience, timeouts
        self._importing: asyncio.Task[Any] | None = None

    @property
    def card(self) -> ModelCard:
        """The facts about this model."""
        return self._card

    @property
    def provider(self) -> str:
        """The part of the name before the slash."""
        return self._name.partition("/")[0]

    def warm_up(self) -> None:
        """Start importing LiteLLM on a thread, unless that was done."""
        if self._importing is None:
            self._importing = asyncio.create_task(asyncio.to_thread(import_litellm))
            self._importing.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion, tried again on rate limits, server errors, and where no connection was made."""
        self.warm_up()
        assert self._importing is not None
        litellm = await asyncio.shield(self._importing)
        return await patiently(lambda: self._attempt(litellm, request), self._patience)

    async def close(self) -> None:
        """Close the connections that LiteLLM keeps. Safe to call twice."""
        if self._importing is None or not self._importing.done():
            return  # a thread cannot be cancelled, and holds nothing
        if self._importing.exception() is None:
            await self._importing.result().close_litellm_async_clients()

    async def _attempt(self, litellm: Any, request: ModelRequest) -> ModelReply:
        import openai  # litellm's errors are its errors

        started, texts, last = time.monotonic(), [], {"finish": "", "usage": None}
        try:
            async with asyncio.timeout(self._timeouts.silence) as limit:
                async for chunk in await litellm.acompletion(**self._arguments(request)):
                    limit.reschedule(asyncio.get_running_loop().time() + self._timeouts.silence)
                    texts += [c.delta.content for c in chunk.choices if c.delta.content]
                    if sum(map(len, texts)) > most_characters(request.max_tokens):
                        raise trouble.too_long(self.provider)
                    last["finish"] = next((c.finish_reason for c in chunk.choices if c.finish_reason), last["finish"])
                    last["usage"] = getattr(chunk, "usage", None) or last["usage"]
        except openai.OpenAIError as error:
            raise self._explain(error, begun=bool(texts)) from None
        except TimeoutError:
            if not limit.expired():
                raise
            raise trouble.stalled(self.provider, self._timeouts.silence) from None
        if not last["finish"]:
            raise trouble.garbage(self.provider, "it ended before the answer did")
        return self._reply(request, "".join(texts), last["finish"], last["usage"], time.monotonic() - started)

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self._name,
            "messages": [{"role": m.speaker, "content": m.text} for m in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "drop_params": True,
            "num_retries": 0,
            "max_retries": 0,
            "timeout": self._timeouts.silence,
        }
        optional = {"seed": request.seed, "stop": list(request.stop) or None, "base_url": self._base_url or None}
        arguments |= {key: value for key, value in optional.items() if value is not None}
        if request.schema is not None and self._card.schema:
            wanted = {"name": "answer", "strict": True, "schema": request.schema}
            arguments["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return arguments

    def _reply(self, request: ModelRequest, text: str, finish: str, usage: Any, seconds: float) -> ModelReply:
        prompt = usage.prompt_tokens if usage else estimate_prompt(request)
        completion = usage.completion_tokens if usage else estimate_tokens(text)
        return ModelReply(
            text=text,
            prompt_tokens=prompt,
            completion_tokens=completion,
            finish=finish,
            seconds=round(seconds, 3),
            estimated=usage is None,
            cost=price(self._card, prompt, completion),
        )

    def _explain(self, error: Exception, *, begun: bool) -> ModelError | Passing:
        import litellm
        import openai

        said = trouble.one_line(_WRAPPING.sub("", str(getattr(error, "message", "") or error)))
        status = getattr(error, "status_code", None)
        match error:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return self._key_trouble(said)
            case openai.NotFoundError():
                return trouble.unknown_model(self._name, self.provider, [])
            case litellm.exceptions.ContextWindowExceededError():
                return trouble.failed(self.provider, 400, f"the prompt is too long for {self._name}: {said}")
            case openai.APITimeoutError():
                return trouble.stalled(self.provider, self._timeouts.silence)
        if begun:
            return trouble.garbage(self.provider, f"the connection broke: {said}")
        if _lost_connection(error, after_sending=True) or status in UNCERTAIN_STATUS:
            return trouble.broken_off(self.provider, said)
        if _lost_connection(error):
            return Passing(trouble.unreachable(self._base_url or self.provider, said))
        failure = trouble.failed(self.provider, status or 0, said)
        return Passing(failure, _asked_wait(error)) if status in PASSING_STATUS else failure

    def _key_trouble(self, said: str) -> ModelError:
        if self._key_variable and not os.environ.get(self._key_variable):
            return trouble.key_missing(self.provider, self._key_variable)
        return trouble.key_rejected(self.provider, self._key_variable, said)


def import_litellm() -> Any:
    """Import LiteLLM so that it fetches, prints and reports nothing."""
    # Read at import: without it, LiteLLM downloads its price table there.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ.setdefault("LITELLM_LOG", "CRITICAL")
    # A quarter of this import would be the collector, going again and again through objects that all stay.
    gc.disable()
    try:
        import litellm
    except ImportError as error:
        raise CannotRun(
            "LiteLLM cannot be imported", why=str(error), hint="pip install --force-reinstall devagent"
        ) from None
    finally:
        gc.enable()
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    for hooks in ("callbacks", "input_callback", "success_callback", "failure_callback"):
        setattr(litellm, hooks, [])
    return litellm


def _lost_connection(error: BaseException | None, *, after_sending: bool = False) -> bool:
    """Whether nobody answered. LiteLLM reports some of these as a server's error 500; the cause tells."""
    import httpx
    import openai

    while error is not None:
        sent = isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
        if sent or (not after_sending and isinstance(error, httpx.TransportError | openai.APIConnectionError)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _asked_wait(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    return None if response is None else retry_after(response.headers.get("retry-after"))
