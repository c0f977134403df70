"""Model cards: what is known about a model, from `prompts/models/*.toml` and the user's own files.

A file holds one `[[card]]` table per model or family. `match` is a shell pattern over the name without its provider
("gpt-5*"), or with it when it contains a slash. The user's folder is looked at first, then ours; in each the longest
pattern that matches wins. A model that no card knows is judged by the number of parameters in its name.
"""

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from devagent.config.resources import config_folder, data_folder
from devagent.errors import UsageError
from devagent.models.model import ModelCard

SMALL_LIMIT = 8.0
"""Models of up to this many billion parameters are prompted as small ones."""

_PARAMETERS = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])")
_FIELDS = {f.name for f in fields(ModelCard)} - {"name"}


def card_for(name: str, folders: tuple[Path, ...] | None = None) -> ModelCard:
    """The card of a model, by its full name ("anthropic/claude-…", "ollama/qwen2.5-coder:7b", "gpt-5-mini").

    Arguments:
        folders: where card files are, strongest first; the user's and ours when left out.

    Raises `UsageError` naming file and key when a card file is wrong.
    """
    for folder in folders if folders is not None else card_folders():
        matching = [(pattern, body) for pattern, body in _cards(folder) if _matches(pattern, name)]
        if matching:
            _, body = max(matching, key=lambda item: len(item[0]))
            return _card(name, body)
    return _card(name, {})


def known_cards() -> list[ModelCard]:
    """Every card there is, under the pattern of its name; a user's card hides ours of the same pattern."""
    found: dict[str, ModelCard] = {}
    for folder in card_folders():
        for pattern, body in _cards(folder):
            found.setdefault(pattern, _card(pattern, body))
    return list(found.values())


def card_folders() -> tuple[Path, ...]:
    """Where card files are looked for, strongest first."""
    return (config_folder() / "prompts" / "models", data_folder("prompts") / "models")


def size_class(name: str) -> str:
    """`small` or `large`, by the number of billions in the name; `large` when it tells none."""
    numbers = [float(n) for n in _PARAMETERS.findall(name.lower())]
    return "small" if numbers and max(numbers) <= SMALL_LIMIT else "large"


def _card(name: str, body: Mapping[str, Any]) -> ModelCard:
    return ModelCard(name=name, **{"size": size_class(name), **body})


def _matches(pattern: str, name: str) -> bool:
    subject = name if "/" in pattern else name.rpartition("/")[2]
    return fnmatch.fnmatchcase(subject.lower(), pattern.lower())


@lru_cache(maxsize=8)
def _cards(folder: Path) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(card for path in sorted(folder.glob("*.toml")) for card in _read(path))


def _read(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["card"]
        return [(str(table.pop("match")), _checked(path, table)) for table in tables]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML", why=str(error)) from None
    except (KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} holds no [[card]] tables with a `match`") from None


def _checked(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    for key in table:
        if key not in _FIELDS:
            raise UsageError(f"{path}: a card has no key {key}", hint=f"It may have {', '.join(sorted(_FIELDS))}")
    if table.get("size", "large") not in ("small", "large"):
        raise UsageError(f"{path}: size = {table['size']!r}", hint="It is small or large")
    return table
