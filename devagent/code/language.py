"""Languages as data, and parsing with limits.

A language is a file in `languages/`: its extensions, the wheel that carries its grammar, and queries that say what a
definition, a call, an import is. Adding one needs the wheel and that file. A file in no known language is still text.
"""

import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from devagent.code.errors import CannotParse

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Query, Tree

MAX_BYTES = 2_000_000
MAX_SECONDS = 10.0
_CHUNK = 2048  # small, because the text of a node is read through the same callback
DATA = Path(__file__).parent / "languages"


@dataclass(frozen=True, eq=False)
class Language:
    """One language, as its data file describes it (the fields are explained in `languages/python.toml`).

    `templated`: files in it are often templates of something else, so what the grammar does not allow says nothing.
    """

    name: str
    extensions: tuple[str, ...]
    module: str
    function: str
    queries: Mapping[str, str]
    fences: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    decorated: str = ""
    blocks: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    letters: str = ""
    separators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    above: str = ""
    implicit: bool = False
    type_first: bool = False
    templated: bool = False
    common: tuple[str, ...] = ()
    modules: str = ""
    like: str = field(default="", repr=False)

    @property
    def indented(self) -> bool:
        """Whether indentation is structure, as in Python."""
        return bool(self.blocks)


@lru_cache(maxsize=1024)
def language_for(path: str) -> Language | None:
    """The programming language of a file by its extension; `None` when it is only text to us."""
    known = format_for(path)
    return known if known is not None and "definitions" in known.queries else None


@lru_cache(maxsize=1024)
def format_for(path: str) -> Language | None:
    """The same, with the formats of data and documents (JSON, TOML, Markdown …)."""
    suffix = PurePosixPath(path).suffix.lower()
    return next((known for known in languages() if suffix in known.extensions), None)


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """All languages there is a data file for, by name."""
    raw = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(DATA.glob("*.toml"))}
    return tuple(_language(_inherited(raw, name)) for name in raw)


@cache
def language_named(name: str) -> Language:
    """One language by its name. Raises `KeyError`, and reads no other data file than those it needs."""
    raw: dict[str, dict[str, Any]] = {}
    wanted = name
    while wanted and wanted not in raw:
        path = DATA / f"{wanted}.toml"
        if not path.is_file():
            raise KeyError(wanted)
        raw[wanted] = tomllib.loads(path.read_text("utf-8"))
        wanted = raw[wanted].get("like", "")
    return _language(_inherited(raw, name))


@lru_cache(maxsize=64)
def parse(content: bytes, language: Language) -> "Tree":
    """The syntax tree of a file. Offsets and lines are those of `content`, whatever its encoding.

    Raises `CannotParse` above MAX_BYTES or MAX_SECONDS, or when the grammar is not installed.
    """
    from tree_sitter import Parser

    if len(content) > MAX_BYTES:
        raise CannotParse("a file was not parsed", why=f"{len(content):,} bytes is over the limit of {MAX_BYTES:,}")
    view = memoryview(same_length_utf8(content))
    deadline = time.monotonic() + MAX_SECONDS
    try:
        return Parser(grammar(language)).parse(
            lambda offset, _: bytes(view[offset : offset + _CHUNK]),
            progress_callback=lambda _offset, _error: time.monotonic() > deadline,
        )
    except ValueError as error:
        raise CannotParse("a file was not parsed", why=f"it took over {MAX_SECONDS:g} seconds") from error


def matches(node: "Node", language: Language, query: str) -> list[dict[str, list["Node"]]]:
    """What a named query of the language finds below a node, in source order."""
    from tree_sitter import QueryCursor

    compiled = _query(language, query)
    if compiled is None:
        return []
    found = [captured for _, captured in QueryCursor(compiled).matches(node)]
    return sorted(found, key=lambda captured: min(n.start_byte for nodes in captured.values() for n in nodes))


def captures(node: "Node", language: Language, query: str, name: str) -> list["Node"]:
    """The nodes a query captures under one name, in source order."""
    return [found for match in matches(node, language, query) for found in match.get(name, ())]


def walk(node: "Node") -> Iterator["Node"]:
    """A node and everything below it, in source order; safe for trees of any depth."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))


def text_of(node: "Node") -> str:
    """The source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def _language(data: dict[str, Any]) -> Language:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Language(**fields)


def _inherited(raw: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    own = raw[name]
    if "like" not in own:
        return own
    base = _inherited(raw, own["like"])
    return {**base, **own, "queries": {**base["queries"], **own.get("queries", {})}}


@cache
def grammar(language: Language) -> "Grammar":
    """The compiled grammar of a language. Raises `CannotParse` where its wheel is not installed."""
    import importlib

    from tree_sitter import Language as Grammar

    try:
        module = importlib.import_module(language.module)
    except ImportError as error:
        package = language.module.replace("_", "-")
        raise CannotParse(
            f"{language.name} cannot be parsed", why=f"{package} is not installed", hint=f"pip install {package}"
        ) from error
    return Grammar(getattr(module, language.function)())


@cache
def _query(language: Language, name: str) -> "Query | None":
    from tree_sitter import Query

    source = language.queries.get(name, "")
    return Query(grammar(language), source) if source.strip() else None


def same_length_utf8(content: bytes) -> bytes:
    """Content the parser can read: bytes of a legacy encoding become letters, so that no offset moves."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(byte if byte < 0x80 else ord("x") for byte in content)
    return content
