"""What models there are here, and whether one works: `devagent model list` and `check`."""

import os
import time
from dataclasses import dataclass

from devagent.config.settings import Settings
from devagent.errors import DevagentError
from devagent.models.cards import known_cards
from devagent.models.embedded import local_facts
from devagent.models.model import Message, ModelCard, ModelRequest
from devagent.models.select import open_model, resolve
from devagent.workflows.checks import Check, Examination
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


async def check_model(settings: Settings, surface: Surface) -> Examination:
    """Ask the configured model one short question. Raises `CannotRun` where the user's word is missing."""
    choice = resolve(settings.model.name, settings.model.base_url, settings.model.key_variable)
    await allow(choice, settings.model, surface)
    card = choice.card
    checks = [Check("model", "works", f"{choice.name} ({choice.kind})"), Check("card", "works", _facts(card))]
    model = await open_model(choice, os.environ)
    started = time.monotonic()
    try:
        reply = await model.complete(ModelRequest([Message("user", QUESTION)], max_tokens=16))
    except DevagentError as error:
        return Examination((*checks, Check("answer", "broken", str(error))))
    finally:
        await model.close()
    seconds = time.monotonic() - started
    tokens = f"{reply.prompt_tokens} tokens in, {reply.completion_tokens} out"
    found = f"{reply.text.strip()[:60]!r} after {seconds:.1f} s, {tokens}"
    return Examination((*checks, Check("answer", "works" if reply.text.strip() else "broken", found)))


def _line(card: ModelCard, state: str) -> ModelLine:
    free = card.price_in == 0 and card.price_out == 0
    price = (
        "free" if free else "unknown" if card.price_in is None else f"${card.price_in:g} / ${card.price_out:g} per M"
    )
    return ModelLine(card.name, card.size, card.window, price, state)


def _facts(card: ModelCard) -> str:
    return f"{card.size}, {card.window:,} tokens, {card.parallel} at once, JSON schema {'yes' if card.schema else 'no'}"
