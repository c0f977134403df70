"""Languages as data, and parsing with limits.

A language is a file in `languages/`: its extensions, the wheel that carries its grammar, and queries that say what a
definition, a call, an import is. Adding one needs the wheel and that file. A file in no known language is still text.
"""

import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from devagent.code.errors import CannotParse
from devagent.code.remembering import remembered

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Query, Tree

MAX_BYTES = 2_000_000
MAX_SECONDS = 10.0
_BLOCK = 1024
_LINE_END = re.compile(rb"[\r\n]+")
_OPENS_LEVEL = re.compile(rb"[-?:](?![^ \t])")
_EXTENSIONS = re.compile(r"^extensions = \[(.*?)\]", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r'"([^"]+)"')
DATA = Path(__file__).parent / "languages"


@dataclass(frozen=True, eq=False)
class Language:
    """One language, as its data file describes it (the fields are explained in `languages/python.toml`).

    `templated`: files in it are often templates of something else, so what the grammar does not allow says nothing.
    `enclosing`: what is in the packages around a package is seen in it; `partial`: a class may have several parts.
    `introducing`: what stands before a definition of a kind and is no part of its node.
    `max_levels`: so many levels of indentation crash its scanner (the process, that is); 0 where none do.
    """

    name: str
    extensions: tuple[str, ...]
    module: str
    function: str
    queries: Mapping[str, str]
    fences: tuple[str, ...] = ()
    test_files: tuple[str, ...] = ()
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
    max_levels: int = 0
    common: tuple[str, ...] = ()
    modules: str = ""
    enclosing: bool = False
    partial: bool = False
    introducing: Mapping[str, str] = field(default_factory=dict)
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
    name = _by_extension().get(PurePosixPath(path).suffix.lower())
    return None if name is None else language_named(name)


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """All languages there is a data file for, by name."""
    return tuple(language_named(path.stem) for path in sorted(DATA.glob("*.toml")))


@cache
def language_named(name: str) -> Language:
    """One language by its name. Raises `KeyError`, and reads no other data file than those it needs."""
    return _language(_inherited(name))


@cache
def _by_extension() -> Mapping[str, str]:
    """By extension, the name of the language. The merge driver cannot wait until all data files are parsed for it."""
    lines = {path.stem: _EXTENSIONS.search(path.read_text("utf-8")) for path in sorted(DATA.glob("*.toml"))}
    return {extension: name for name, line in lines.items() if line for extension in _QUOTED.findall(line[1])}


def parse(content: bytes, language: Language) -> "Tree":
    """The syntax tree of a file. Offsets and lines are those of `content`, whatever its encoding.

    Raises `CannotParse` above MAX_BYTES or MAX_SECONDS of processor time, for code that its grammar is not safe with,
    or when the grammar is not installed.
    """
    if len(content) > MAX_BYTES:
        raise CannotParse("a file was not parsed", why=f"{len(content):,} bytes is over the limit of {MAX_BYTES:,}")
    if language.max_levels and _most_levels(content) >= language.max_levels:
        raise CannotParse("a file was not parsed", why=f"it may be nested {language.max_levels} levels deep")
    tree = _parsed(content, language)
    if isinstance(tree, str):
        raise CannotParse("a file was not parsed", why=tree)
    return tree


@remembered(3_000_000)  # a tree may take 200 times as much as its source
def _parsed(content: bytes, language: Language) -> "Tree | str":
    """A tree, or why there is none: that it took too long is not found out twice."""
    from tree_sitter import Parser

    deadline = time.thread_time() + MAX_SECONDS
    try:
        return Parser(grammar(language)).parse(
            _Source(same_length_utf8(content)),
            progress_callback=lambda _offset, _error: time.thread_time() > deadline,
        )
    except ValueError:
        return f"it took over {MAX_SECONDS:g} seconds"


class _Source:
    """The bytes of a file, as the parser asks for them, and later whoever reads the text of a node.

    The binding never frees what it gave to a parser (seen in py-tree-sitter 0.26.1), and a parser that has lost its way
    reads to the end of the file again and again. So blocks are the same objects each time.
    """

    def __init__(self, content: bytes) -> None:
        self._blocks = [content[start : start + _BLOCK] for start in range(0, len(content), _BLOCK)]

    def __call__(self, offset: int, _: object) -> bytes:
        """The bytes from an offset to the end of its block; none at the end of the file."""
        block, within = divmod(offset, _BLOCK)
        return self._blocks[block][within:] if block < len(self._blocks) else b""


def _most_levels(content: bytes) -> int:
    """How many levels of indentation there are at most: two in a column, two for each mark that opens one in a line."""
    lines = _LINE_END.split(content)
    return 2 + 2 * max(len(line) - len(line.lstrip(b" \t")) + len(_OPENS_LEVEL.findall(line)) for line in lines)


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


def nodes_of(node: "Node", language: Language, types: tuple[str, ...]) -> list["Node"]:
    """The nodes of some types below a node and itself, in source order."""
    from tree_sitter import QueryCursor

    found = QueryCursor(_query_of_types(language, types)).captures(node)
    return sorted(found.get("node", ()), key=lambda each: (each.start_byte, -each.end_byte))


def walk(node: "Node", into: Callable[["Node"], bool] | None = None) -> Iterator["Node"]:
    """A node and everything below it, in source order; safe for trees of any depth.

    Arguments:
        into: whether to look below a node.
    """
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if into is None or into(current):
            pending.extend(reversed(current.children))


def text_of(node: "Node") -> str:
    """The source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def _language(data: dict[str, Any]) -> Language:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Language(**fields)


@cache
def _inherited(name: str) -> dict[str, Any]:
    path = DATA / f"{name}.toml"
    if not path.is_file():
        raise KeyError(name)
    own = tomllib.loads(path.read_text("utf-8"))
    if "like" not in own:
        return own
    base = _inherited(own["like"])
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


@cache
def _query_of_types(language: Language, types: tuple[str, ...]) -> "Query":
    from tree_sitter import Query

    return Query(grammar(language), "".join(f"({name}) @node " for name in types))


def same_length_utf8(content: bytes) -> bytes:
    """Content the parser can read: bytes of a legacy encoding become letters, so that no offset moves."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(byte if byte < 0x80 else ord("x") for byte in content)
    return content
