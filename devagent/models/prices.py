"""Prices and windows from the table inside LiteLLM, read without importing it: that would take seconds."""

import importlib.util
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from devagent.models.model import ModelCard

_TABLE = "model_prices_and_context_window_backup.json"


def with_known_prices(card: ModelCard) -> ModelCard:
    """The card, with prices and window that it lacks filled in where the table has the model."""
    if card.price_in is not None and card.price_out is not None:
        return card
    known = _table().get(card.name) or _table().get(card.name.rpartition("/")[2]) or {}
    per_in, per_out = known.get("input_cost_per_token"), known.get("output_cost_per_token")
    if not isinstance(per_in, int | float) or not isinstance(per_out, int | float):
        return card
    window = known.get("max_input_tokens")
    return replace(
        card,
        price_in=round(per_in * 1e6, 6),
        price_out=round(per_out * 1e6, 6),
        window=window if isinstance(window, int) else card.window,
        schema=card.schema or bool(known.get("supports_response_schema")),
    )


def names_of(provider: str) -> list[str]:
    """The chat models of a provider that the table has, as `PROVIDER/NAME`."""
    prefix = f"{provider}/"
    facts = ((name, about) for name, about in _table().items() if isinstance(about, dict))
    found = (name for name, about in facts if about.get("litellm_provider") == provider and about.get("mode") == "chat")
    return sorted({prefix + name.removeprefix(prefix) for name in found})


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    try:
        table = json.loads((Path(spec.origin).parent / _TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}
