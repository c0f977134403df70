"""What devagent asks of a model, and what it gets back.

`Model` is the seam: `OpenAIModel`, `LiteLLMModel` talk to real servers, `ScriptedModel` to nobody.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

Speaker = Literal["system", "user", "assistant"]
SizeClass = Literal["small", "large"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class Gap:
    """A gap to be filled in a text, for models that were trained to: what stands right before and right after it.

    `path` is the file it is in, `files` are other texts to have read first, as (path, text).
    """

    path: str
    before: str
    after: str
    files: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ModelRequest:
    """One completion to ask for: the next turn of a conversation, or, with `gap` instead of messages, what fills it.

    `max_tokens` bounds the answer and is what the budget reserves beside the prompt. `schema` is a
    JSON schema the answer must satisfy; a model whose card has no schema support is asked for it in words
    by the caller. `seed` makes samples at the same temperature differ in a repeatable way.
    """

    messages: Sequence[Message] = ()
    max_tokens: int = 1024
    temperature: float = 0.0
    seed: int | None = None
    stop: Sequence[str] = ()
    schema: dict[str, Any] | None = None
    gap: Gap | None = None

    def to_json(self) -> dict[str, Any]:
        """The request as plain data: what the journal keys the call by."""
        gap = {"gap": asdict(self.gap)} if self.gap is not None else {}
        return gap | {
            "messages": [[m.speaker, m.text] for m in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "stop": list(self.stop),
            "schema": self.schema,
        }


@dataclass(frozen=True)
class ModelReply:
    """What came back. `seconds` is wall time; `estimated` says the token counts are ours, not the provider's."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: str = "stop"
    seconds: float = 0.0
    estimated: bool = False
    cost: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The reply as plain data, for the journal."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ModelReply":
        """The reply a journal recorded."""
        return cls(**data)


@dataclass(frozen=True)
class ModelCard:
    """What is known about a model: the facts that decide how it is prompted, budgeted and reached.

    Prices are US dollars per million tokens; `None` means unknown. `parallel` is how many requests the server
    decodes at once to advantage. `window` is in tokens.
    """

    name: str
    size: SizeClass = "large"
    window: int = 32768
    parallel: int = 1
    schema: bool = False
    price_in: float | None = None
    price_out: float | None = None
    licence: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Model(Protocol):
    """Something that completes conversations."""

    @property
    def card(self) -> ModelCard:
        """The facts about this model."""
        ...

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion.

        Raises `ModelError` when the model cannot be reached after retries or refuses the request. Cancelling the
        task closes the connection, so that the server stops decoding.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and child processes. Safe to call twice."""
        ...
