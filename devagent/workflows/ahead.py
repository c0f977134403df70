"""Imports that take a while, done on a thread while the tests run, so that the first model call need not wait."""

import importlib
import threading
from collections.abc import Collection
from contextlib import suppress

from devagent.errors import CannotRun
from devagent.models.select import Kind

_ALWAYS = ("devagent.team.chain_strategy", "jinja2.sandbox", "jinja2.meta")
_FOR: dict[Kind, tuple[str, ...]] = {
    "none": (),
    "embedded": ("devagent.models.embedded", "httpx", "httpcore", "anyio"),
    "openai": ("devagent.models.openai", "devagent.models.ollama", "httpx", "httpcore", "anyio"),
    "ollama": ("devagent.models.ollama", "httpx", "httpcore", "anyio"),
    "litellm": (),
}


def import_ahead(kinds: Collection[Kind]) -> None:
    """Start importing what a run with these kinds of models will need. Nothing waits for it: a second import does."""
    # A daemon, because a run that ends early (all tests pass) must not wait for LiteLLM.
    threading.Thread(target=_import, args=(frozenset(kinds),), name="imports", daemon=True).start()


def _import(kinds: Collection[Kind]) -> None:
    names = (*_ALWAYS, *(name for kind in kinds for name in _FOR[kind]))
    # What cannot be imported is told where it is needed.
    with suppress(ImportError, CannotRun):
        for name in dict.fromkeys(names):
            importlib.import_module(name)
        if "litellm" in kinds:
            from devagent.models.litellm_model import import_litellm

            import_litellm()
