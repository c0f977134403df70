"""The heads of prompt files: which keys they may hold, and what kind of value each takes."""

from collections.abc import Mapping
from typing import Any, Literal

from devagent.config.brought import NAME
from devagent.errors import UsageError

Kind = Literal["name", "text", "number", "texts", "table"]

_WORDS: Mapping[Kind, str] = {
    "name": "a name (letters, digits, - and _)",
    "text": "a text",
    "number": "a whole number up to 100,000",
    "texts": "a list of texts",
    "table": "a table",
}


def check_head(where: str, head: Mapping[str, Any], kinds: Mapping[str, Kind], required: tuple[str, ...] = ()) -> None:
    """Raises `UsageError` naming file and key for a key that is missing, unknown, or of another kind."""
    if missing := [key for key in required if key not in head]:
        raise UsageError(f"{where}: the front matter lacks {', '.join(missing)}")
    for key, value in head.items():
        if key not in kinds:
            raise UsageError(f"{where}: the front matter has no key {key}", hint=f"It may have {', '.join(kinds)}")
        if not _fits(value, kinds[key]):
            raise UsageError(f"{where}: {key} in the front matter is not {_WORDS[kinds[key]]}")


def _fits(value: object, kind: Kind) -> bool:
    match kind:
        case "name":
            return isinstance(value, str) and NAME.fullmatch(value) is not None
        case "text":
            return isinstance(value, str)
        case "number":
            return type(value) is int and 0 <= value <= 100_000
        case "texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "table":
            return isinstance(value, dict)
