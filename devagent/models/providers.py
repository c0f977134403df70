"""The providers that LiteLLM knows, read from its files without importing it: that would take seconds."""

import difflib
import importlib.util
import json
import re
from functools import lru_cache
from pathlib import Path

from devagent.errors import UsageError

_LISTED = re.compile(r"class LlmProviders\(.*?\n(?=\S)", re.DOTALL)
_VALUE = re.compile(r'^ +\w+ = "([^"]+)"', re.MULTILINE)


def check_provider(name: str) -> None:
    """Raises `UsageError` for a provider that is not known; where the known ones cannot be told, nothing is."""
    known = known_providers()
    if known and name not in known:
        close = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f"Did you mean {close[0]}?" if close else "For a server of your own: --model NAME --base-url URL"
        raise UsageError(f"there is no provider {name}", hint=hint)


@lru_cache(maxsize=1)
def known_providers() -> frozenset[str]:
    """The names before the slash; empty where LiteLLM is not installed or has changed its shape."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return frozenset()
    package = Path(spec.origin).parent
    try:
        listed = _LISTED.search((package / "types" / "utils.py").read_text(encoding="utf-8"))
        more = json.loads((package / "llms" / "openai_like" / "providers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset((*_VALUE.findall(listed[0]), *more)) if listed else frozenset()
