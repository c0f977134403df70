"""What the search for semantic conflicts knows about languages: `languages.toml`."""

import builtins
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from devagent.code.language import Language, language_for

_DATA = Path(__file__).with_name("languages.toml")


@dataclass(frozen=True)
class Rules:
    """The rules of one language (`languages.toml` explains them)."""

    signatures: str = ""
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    rest: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    keyword: str = ""
    spread: frozenset[str] = frozenset()
    constructor: tuple[str, ...] = ()
    arity: str = ""
    overloads: bool = False
    overrides: frozenset[str] = frozenset()
    abstract: str = ""
    open: frozenset[str] = frozenset()
    optional_marks: frozenset[str] = frozenset()
    ignorable: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    maker: frozenset[str] = frozenset()
    magic: tuple[str, ...] = ()
    static: frozenset[str] = frozenset()
    implied: int = 0
    duplicates: frozenset[str] = frozenset()
    doubled: bool = False
    extensions: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()


def rules_for(path: str) -> Rules | None:
    """The rules for a file; `None` for one in a language that is not looked at."""
    language = language_for(path)
    return _rules(language.name) if language else None


def rules_of(language: Language) -> Rules | None:
    """The rules of a language, where there are any."""
    return _rules(language.name)


@cache
def _rules(name: str) -> Rules | None:
    found = _data(name)
    if found is None:
        return None
    if name == "python":
        found = {**found, "globals": [*found["globals"], *dir(builtins)]}
    types = {field.name: field.type for field in fields(Rules)}
    return Rules(**{key: _as(types[key], value) for key, value in found.items()})


@cache
def _data(name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = tomllib.loads(_DATA.read_text("utf-8")).get(name)
    if found is None or "like" not in found:
        return found
    return {**(_data(found["like"]) or {}), **{key: value for key, value in found.items() if key != "like"}}


def _as(kind: object, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return frozenset(value) if "frozenset" in str(kind) else tuple(value)
