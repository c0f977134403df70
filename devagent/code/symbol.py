"""Symbols: the functions, methods and classes of a file, and where they stand."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from devagent.code.errors import CannotParse
from devagent.code.language import Language, captures, language_for, matches, parse, text_of
from devagent.code.remembering import remembered

if TYPE_CHECKING:
    from tree_sitter import Node

Kind = Literal["function", "method", "class", "constant"]


@dataclass(frozen=True)
class Symbol:
    """One definition. Lines are 1-based and inclusive, bytes half-open; decorators and `export` belong to it.

    `name` is qualified: `Class.method`, `outer.inner`. `signature` is its head on one line.
    """

    path: str
    name: str
    kind: Kind
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    signature: str

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The qualified name of what it is defined in; empty at the top level."""
        return self.name.rpartition(".")[0]

    @property
    def lines(self) -> range:
        """Its line numbers."""
        return range(self.start_line, self.end_line + 1)

    def text(self, content: bytes) -> str:
        """Its source, from the file it was found in."""
        return content[self.start_byte : self.end_byte].decode("utf-8", "replace")


@dataclass(frozen=True)
class Definition:
    """A symbol with its syntax nodes: `node` is the definition, `function` what has the parameters and the body."""

    symbol: Symbol
    node: "Node"
    name: "Node"
    body: "Node"

    @property
    def function(self) -> "Node":
        """The node whose body it is: the definition itself, or the function that it gives a name to."""
        return self.body.parent or self.node


@remembered(16_000_000)
def symbols(path: str, content: bytes) -> tuple[Symbol, ...]:
    """All symbols of a file in source order; none for a file that cannot be parsed or is in no known language."""
    language = language_for(path)
    if language is None:
        return ()
    try:
        return tuple(definition.symbol for definition in definitions(path, content, language))
    except CannotParse:
        return ()


def definitions(path: str, content: bytes, language: Language) -> list[Definition]:
    """The symbols of a file with their nodes, in source order. Raises `CannotParse`."""
    root = parse(content, language).root_node
    found = _distinct(matches(root, language, "definitions"))
    scopes = _scopes(root, language)
    result: list[Definition] = []
    open_definitions: list[Definition] = []
    for kind, captured in found:
        node, name, body = captured[kind][0], captured["name"][0], captured["body"][0]
        while open_definitions and open_definitions[-1].node.end_byte <= node.start_byte:
            open_definitions.pop()
        parent = open_definitions[-1] if open_definitions else None
        qualified = _qualified(node, name, parent, scopes)
        definition = Definition(
            _symbol(path, content, _kind(kind, parent), qualified, node, body, language), node, name, body
        )
        result.append(definition)
        open_definitions.append(definition)
    return result


def enclosing(found: Sequence[Symbol], line: int) -> Symbol | None:
    """The innermost function or method around a line, else the innermost class, else `None`."""
    around = [s for s in found if s.start_line <= line <= s.end_line]
    functions = [s for s in around if s.kind != "class"]
    return min(functions or around, key=lambda s: s.end_line - s.start_line, default=None)


def calls_in(symbol: Symbol, content: bytes) -> tuple[str, ...]:
    """The plain names a symbol calls (`c` of `a.b.c()`), each once, in order of first appearance."""
    return _names_in(symbol, content, "calls", "callee")


def identifiers_in(symbol: Symbol, content: bytes) -> tuple[str, ...]:
    """The identifiers a symbol uses, each once, in order of first appearance; not those in comments or strings."""
    return _names_in(symbol, content, "identifiers", "identifier")


def test_functions(path: str, content: bytes) -> tuple[Symbol, ...]:
    """The tests a file defines: functions named so in Python; calls of `test` or `it`, by title, in JavaScript."""
    language = language_for(path)
    if language is None:
        return ()
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return ()
    found = matches(root, language, "tests")
    nodes = [(text_of(m["name"][0]).strip("`"), m["test"][0]) for m in found]
    return tuple(_plain_symbol(path, content, name, node) for name, node in nodes)


test_functions.__test__ = False  # type: ignore[attr-defined]  # it is not a test, whatever pytest thinks


def extent(node: "Node", language: Language) -> tuple["Node", "Node"]:
    """The first and last node of a definition with what belongs to it: decorators, `export`, `const … ;`."""
    outer = node
    while outer.parent is not None and outer.parent.type in language.wrappers and _alone(outer.parent, language):
        outer = outer.parent
    first = outer
    while (before := first.prev_sibling) is not None and before.type in language.prefixes:
        first = before
    return first, outer


def _alone(wrapper: "Node", language: Language) -> bool:
    others = (*language.prefixes, *language.comments)
    return sum(child.type not in others for child in wrapper.named_children) == 1


def _distinct(found: list[dict[str, list["Node"]]]) -> list[tuple[Kind, dict[str, list["Node"]]]]:
    """One match per definition node, outer before inner."""
    unique: dict[tuple[int, int], tuple[Kind, dict[str, list[Node]]]] = {}
    kinds: tuple[Kind, ...] = ("function", "method", "class")
    for captured in found:
        kind = next(k for k in kinds if k in captured)
        node = captured[kind][0]
        unique.setdefault((node.start_byte, -node.end_byte), (kind, captured))
    return [unique[key] for key in sorted(unique)]


def _kind(kind: Kind, parent: Definition | None) -> Kind:
    inside_class = parent is not None and parent.symbol.kind == "class"
    return "method" if kind == "function" and inside_class else kind


def _scopes(root: "Node", language: Language) -> list[tuple[int, int, str]]:
    found = matches(root, language, "scopes")
    return [(m["scope"][0].start_byte, m["scope"][0].end_byte, text_of(m["name"][0])) for m in found]


def _qualified(node: "Node", name: "Node", parent: Definition | None, scopes: list[tuple[int, int, str]]) -> str:
    inside = parent.node.start_byte if parent else -1
    owners = [
        (start, -end, scope)
        for start, end, scope in scopes
        if inside < start <= node.start_byte and node.end_byte <= end and scope != text_of(name)
    ]
    names = ([parent.symbol.name] if parent else []) + [scope for *_, scope in sorted(set(owners))]
    return ".".join([*names, text_of(name).strip("'\"")])


def _symbol(path: str, content: bytes, kind: Kind, name: str, node: "Node", body: "Node", language: Language) -> Symbol:
    first, last = extent(node, language)
    head = first if first.type not in language.prefixes and first.type != language.decorated else node
    return Symbol(
        path=path,
        name=name,
        kind=kind,
        start_line=first.start_point.row + 1,
        end_line=last.end_point.row + 1,
        start_byte=first.start_byte,
        end_byte=last.end_byte,
        signature=_one_line(content[head.start_byte : body.start_byte]),
    )


def _plain_symbol(path: str, content: bytes, name: str, node: "Node") -> Symbol:
    first_line = content[node.start_byte : node.end_byte].split(b"\n", 1)[0]
    return Symbol(
        path=path,
        name=name,
        kind="function",
        start_line=node.start_point.row + 1,
        end_line=node.end_point.row + 1,
        start_byte=node.start_byte,
        end_byte=node.end_byte,
        signature=_one_line(first_line),
    )


def _one_line(source: bytes) -> str:
    text = " ".join(source.decode("utf-8", "replace").split())
    return text.removesuffix("=>").rstrip().removesuffix(":").rstrip()


def _names_in(symbol: Symbol, content: bytes, query: str, capture: str) -> tuple[str, ...]:
    places = _named_places(symbol.path, content, query, capture)
    first = bisect_left(places, symbol.start_byte, key=itemgetter(0))
    last = bisect_left(places, symbol.end_byte, key=itemgetter(0))
    return tuple(dict.fromkeys(name for _, name in places[first:last]))


@remembered(16_000_000)
def _named_places(path: str, content: bytes, query: str, capture: str) -> tuple[tuple[int, str], ...]:
    language = language_for(path)
    if language is None:
        return ()
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return ()
    found = captures(root, language, query, capture)
    return tuple(sorted((node.start_byte, text_of(node)) for node in found))
