"""What models there are here, and whether one works: `devagent model list` and `check`."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from devagent.config.settings import Settings
from devagent.errors import CannotRun, DevagentError
from devagent.models.cards import known_cards
from devagent.models.embedded import default_plan, local_facts
from devagent.models.model import Message, ModelCard, ModelRequest
from devagent.models.select import open_model, resolve
from devagent.models.server import acquire
from devagent.workflows.checks import Check, Examination
from devagent.workflows.results import VERSION
from devagent.workflows.staff import allow
from devagent.workflows.surface import Surface

QUESTION = "Reply with the word ready and nothing else."


@dataclass(frozen=True)
class ModelLine:
    """One model in the list."""

    name: str
    size: str
    window: int
    price: str
    state: str


async def known_models() -> list[ModelLine]:
    """The embedded model with its state, then the models whose cards are known."""
    facts = await local_facts()
    here = "pulled" if facts.weights else "not pulled; devagent model pull"
    state = f"{here}{', its server runs' if facts.servers else ''}"
    embedded = resolve().card
    return [_line(embedded, state), *(_line(card, "") for card in known_cards() if card.name != embedded.name)]


async def check_model(settings: Settings, surface: Surface, *, patience: float = 180.0) -> Examination:
    """Ask the configured model one short question, and wait so many seconds for the answer.

    Raises `CannotRun` where the user's word is missing.
    """
    choice = resolve(settings.model.name, settings.model.base_url, settings.model.key_variable)
    await allow(choice, settings.model, surface)
    card = choice.card
    checks = [Check("model", "works", f"{choice.name} ({choice.kind})"), Check("card", "works", _facts(card))]
    model = await open_model(choice, os.environ)
    started = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            reply = await model.complete(ModelRequest([Message("user", QUESTION)], max_tokens=16))
    except DevagentError as error:
        return Examination((*checks, Check("answer", "broken", str(error))))
    except TimeoutError:
        trouble = f"none after {patience:g} s; --max-seconds waits longer"
        return Examination((*checks, Check("answer", "broken", trouble)))
    finally:
        await model.close()
    seconds = time.monotonic() - started
    tokens = f"{reply.prompt_tokens} tokens in, {reply.completion_tokens} out"
    found = f"{reply.text.strip()[:60]!r} after {seconds:.1f} s, {tokens}"
    return Examination((*checks, Check("answer", "works" if reply.text.strip() else "broken", found)))


@dataclass(frozen=True)
class Served:
    """Where the embedded model is served: its base URL, the file with the key, and the name to ask for."""

    base_url: str
    key_file: str
    model: str

    def to_json(self) -> dict[str, Any]:
        """The place as plain data."""
        return {"devagent": VERSION, "kind": "served", **asdict(self)}


async def serve_model(settings: Settings, surface: Surface, tell: Callable[[Served], None]) -> None:
    """Keep the embedded model's server running until it is stopped, or this is cancelled.

    Raises `CannotRun` where it cannot start, or ends by itself.
    """
    choice = resolve()
    await allow(choice, settings.model, surface)
    lease = await acquire(default_plan())
    try:
        tell(Served(lease.endpoint.base_url, str(lease.plan.file("key")), choice.name))
        if not await lease.ended():
            raise CannotRun("the embedded model's server has ended", hint=f"See {lease.plan.file('log')}")
    finally:
        await lease.stop_if_last()


def _line(card: ModelCard, state: str) -> ModelLine:
    free = card.price_in == 0 and card.price_out == 0
    price = (
        "free" if free else "unknown" if card.price_in is None else f"${card.price_in:g} / ${card.price_out:g} per M"
    )
    return ModelLine(card.name, card.size, card.window, price, state)


def _facts(card: ModelCard) -> str:
    return f"{card.size}, {card.window:,} tokens, {card.parallel} at once, JSON schema {'yes' if card.schema else 'no'}"
