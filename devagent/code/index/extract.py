"""The facts of one file: one parse, one pass of one query over the tree, one pass of one expression over the text.

The query finds what defines and binds names, and the text in which no name is used (strings, comments). What is left
of the text is then read for dotted names, which is several times faster than asking the tree for each of them. Names
that are bound in the function around them mean nothing outside and are dropped; where it is plain what such a name
stands for (`x = Shape()`, `x: Shape`), what is asked of it is kept as asked of that: `x.area` as `Shape().area`.
"""

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from devagent.code.index.broken import broken_lines
from devagent.code.index.facts import FUNCTIONS, TYPES, Definition, Import
from devagent.code.index.uses import UNKNOWN, Bindings, Uses, read_uses
from devagent.code.language import Language, grammar

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_SIGNATURE = 300
SCOPES = FUNCTIONS | TYPES

_QUERIES = ("definitions", "outline", "hidden", "bindings", "requires")
_KINDS = ("interface", "enum", "namespace", "function", "method", "class", "extension", "type", "constant", "variable")
_OPENING = (*_KINDS, "assigned", "attribute")
_IMPORTING = ("require", "module", "imported", "primary", "all", "alias")
_VALUES = frozenset({"variable", "constant", "attribute"})
_MAX_VALUE = 2000
_BLANK = bytes(c if c in b"\r\n" else 32 for c in range(256))
_OPTIONAL = rb"(?:(?:typing\.)?Optional\[)?"
_REFERENCE = rb"(?:&\s*(?:'\w+\s+)?)?(?:(?:mut|dyn|impl)\s+)*"
_WORTH = re.compile(
    rb"[^=:(]*?(?::\s*[\"']?" + _OPTIONAL + _REFERENCE + rb"(?P<type>[A-Za-z_](?:[\w.]|::\w)*)"
    rb"|=\s*(?:await\s+|new\s+)?(?P<value>[A-Za-z_](?:[\w.]|::\w)*)\s*(?P<call>\()?)"
)
_MODIFIERS = rb"(?:(?:public|private|protected|internal|static|final|readonly|const|volatile|struct|mutable|\?)\s+)*"
_TYPE_FIRST = re.compile(_MODIFIERS + rb"(?P<type>[A-Za-z_][\w.]*)(?:<[^=;(]*>)?[\s*&?\[\]]+[$A-Za-z_]\w*")
_NO_TYPE = frozenset(b"var auto int char bool void long short float double unsigned".split())
_NAME_FIRST = re.compile(rb"[A-Za-z_]\w*\s+\*?(?P<type>[A-Za-z_][\w.]*)")

Captured = dict[str, list["Node"]]


class Extract(NamedTuple):
    """What a file holds, as the worker finds it. Attributes stand behind all other definitions.

    `package` is the one that it says it belongs to; `broken` are the lines that do not parse, first and last.
    """

    lines: int
    definitions: list[Definition]
    imports: list[Import]
    uses: Uses
    package: str = ""
    broken: tuple[tuple[int, int], ...] = ()


class _Open(NamedTuple):
    """A definition while what belongs to it is collected: its kind and node, the names it gives, where its body is."""

    kind: str
    node: "Node"
    names: "list[Node]"
    bodies: list[int]


class Scopes:
    """Which definition is the innermost one around a place."""

    def __init__(self) -> None:
        self.cuts, self.places = [0], [-1]

    def open(self, at: int, place: int) -> None:
        """From this byte on it is the definition at this place of the list, or none (-1)."""
        self.cuts.append(at)
        self.places.append(place)

    def at(self, byte: int) -> int:
        """The place of the definition around a byte; -1 at the top."""
        return self.places[bisect_right(self.cuts, byte) - 1]


def extract(content: bytes, language: Language) -> Extract:
    """The facts of a file. Raises `CannotParse` where the grammar is not installed."""
    from tree_sitter import QueryCursor

    parser, query = _tools(language)
    root = parser.parse(content).root_node
    captured = QueryCursor(query).captures(root)
    scopes = Scopes()
    bound = _bound(captured, content)
    definitions, attributes, hidden = _definitions(captured, content, language, scopes, bound)
    _add_bases(definitions, captured, content, scopes)
    bindings = Bindings(language, [definition.parent for definition in definitions])
    free = {(scopes.at(node.start_byte), _text(content, node)) for node in captured.get("free", ())}
    for at, name, worth in sorted(bound):
        place = scopes.at(at)
        if place >= 0 and definitions[place].kind in FUNCTIONS and (place, name) not in free:
            bindings.bind(place, name, worth)
    text = _visible(content, captured, hidden)
    uses = read_uses(text, language, scopes.cuts, scopes.places, bindings)
    imports = _imports(captured, content, scopes)
    definitions += [_meaning(attribute, bindings, method) for attribute, method in attributes]
    lines = content.count(b"\n") + 1
    return Extract(lines, definitions, imports, uses, _package(captured, content), broken_lines(root, lines))


@cache
def _tools(language: Language) -> "tuple[Parser, Query]":
    from tree_sitter import Parser, Query

    compiled = grammar(language)
    return Parser(compiled), Query(compiled, "\n".join(language.queries.get(name, "") for name in _QUERIES))


def _bound(captured: Captured, content: bytes) -> list[tuple[int, str, str]]:
    """The names that parameters and loops bind: where, which, and what it is worth."""
    typed = {node.start_byte: node.end_byte for node in captured.get("typed", ())}
    named = {node.start_byte: node.end_byte for node in captured.get("named_first", ())}
    declared = sorted(captured.get("declared", ()), key=lambda node: node.start_byte)
    starts = [node.start_byte for node in declared]
    found = []
    for node in captured.get("bound", ()):
        start, worth = node.start_byte, UNKNOWN
        if end := typed.get(start):
            worth = _worth(content[start:end])
        elif end := named.get(start):
            worth = _of_type(_NAME_FIRST.match(content[start:end]))
        elif declared and (at := bisect_right(starts, start) - 1) >= 0 and start < declared[at].end_byte:
            worth = _declared_worth(content[starts[at] : declared[at].end_byte])
        found.append((start, content[start : node.end_byte].decode("utf-8", "replace"), worth))
    return found


def _opened(captured: Captured) -> list[_Open]:
    """What the file defines, outer before inner: a name or body belongs to the innermost definition around it."""
    events: list[tuple[int, int, int, int, str, Node]] = []
    # A class with one method has a body of the same extent: that is the body of the class, so it comes first.
    for order, kind in enumerate(("body", *_OPENING, "name")):
        for number, node in enumerate(captured.get(kind, ())):
            events.append((node.start_byte, -node.end_byte, order, number, kind, node))
    events.sort()
    found: list[_Open] = []
    around: list[tuple[int, _Open]] = []
    for start, end, _, _, kind, node in events:
        while around and around[-1][0] < -end:
            around.pop()
        if kind == "name":
            if around:
                around[-1][1].names.append(node)
        elif kind == "body":
            if around:
                around[-1][1].bodies.append(start)
        elif not around or around[-1][0] != -end or around[-1][1].node.start_byte != start:
            opened = _Open(kind, node, [], [])
            found.append(opened)
            around.append((-end, opened))
    return found


def _definitions(
    captured: Captured, content: bytes, language: Language, scopes: Scopes, bound: list[tuple[int, str, str]]
) -> tuple[list[Definition], list[tuple[Definition, int]], list[tuple[int, int]]]:
    """The definitions; the attributes of classes, each with the method it is in; where the names of definitions stand.

    An assignment in a function defines nothing: it goes to the bound names.
    """
    result: list[Definition] = []
    attributes: dict[tuple[int, str], tuple[Definition, int]] = {}
    named: list[tuple[int, int]] = []
    around: list[tuple[int, int]] = [(1 << 62, -1)]
    own = tuple(f"{name}.".encode() for name in language.own)
    for kind, node, names, bodies in _opened(captured):
        start, end = node.start_byte, node.end_byte
        while around[-1][0] <= start:
            scopes.open(around.pop()[0], around[-1][1])
        parent = around[-1][1]
        if kind == "attribute":
            owner = _owner(result, parent)
            if owner >= 0 and content.startswith(own, start):
                for name_node in names:
                    definition = _definition("attribute", name_node, node, 0, content, result, owner, language)
                    attributes.setdefault((owner, definition.name), (definition, parent))
            continue
        if kind == "assigned":
            if parent >= 0 and result[parent].kind in FUNCTIONS:
                value = _value(content[start:end], language.type_first) if len(names) == 1 else ()
                worth = value[0] if value else UNKNOWN
                bound.extend((name.start_byte, _text(content, name), worth) for name in names)
                continue
            kind = "variable"
        elif kind == "variable" and (parent < 0 or result[parent].kind not in TYPES):
            continue  # a member of something that has no name
        elif kind == "function" and parent >= 0 and result[parent].kind in TYPES - {"namespace"}:
            kind = "method"
        body = bodies[0] if bodies else 0
        for name_node in names if kind in ("variable", "constant") else names[:1]:
            result.append(_definition(kind, name_node, node, body, content, result, parent, language))
            named.append((name_node.start_byte, name_node.end_byte))
        if kind in SCOPES and names:
            around.append((end, len(result) - 1))
            scopes.open(start, len(result) - 1)
    while len(around) > 1:
        scopes.open(around.pop()[0], around[-1][1])
    return result, list(attributes.values()), named


def _definition(
    kind: str, name_node: "Node", node: "Node", body: int, content: bytes, result: list[Definition], parent: int,
    language: Language,
) -> Definition:  # fmt: skip
    name = _text(content, name_node).strip("'\":")
    if kind == "variable" and name.isupper() and len(name) > 1:
        kind = "constant"
    start, (last_row, last_column) = node.start_byte, node.end_point
    head = content[start : body or min(node.end_byte, start + MAX_SIGNATURE)]
    return Definition(
        name,
        kind,
        f"{result[parent].qualified}.{name}" if parent >= 0 else name,
        node.start_point[0] + 1,
        last_row + 1 if last_column or last_row == node.start_point[0] else last_row,
        language.introducing.get(kind, "") + _one_line(head, whole=body > 0),
        parent,
        _value(content[start : node.end_byte], language.type_first) if kind in _VALUES else (),
    )


def _value(declaration: bytes, type_first: bool) -> tuple[str, ...]:
    if len(declaration) > _MAX_VALUE:
        return ()
    worth = _declared_worth(declaration) if type_first else _worth(declaration)
    return (worth,) if worth != UNKNOWN else ()


def _meaning(attribute: Definition, bindings: Bindings, method: int) -> Definition:
    """An attribute whose value is told without the names that are bound in the method which sets it."""
    worth = bindings.chain(attribute.bases[0], bindings.around(method)) if attribute.bases else UNKNOWN
    return attribute._replace(bases=(worth,) if worth[:1] != UNKNOWN else ())


def _owner(result: list[Definition], place: int) -> int:
    """The innermost class around; -1 without one."""
    while place >= 0 and result[place].kind not in TYPES:
        place = result[place].parent
    return place


def _add_bases(result: list[Definition], captured: Captured, content: bytes, scopes: Scopes) -> None:
    for node in captured.get("receiver", ()):
        place = scopes.at(node.start_byte)
        if place >= 0 and result[place].kind in FUNCTIONS:
            name = f"{_text(content, node)}.{result[place].name}"
            result[place] = result[place]._replace(qualified=name, kind="method")
    for node in (*captured.get("base", ()), *captured.get("returns", ())):
        place = scopes.at(node.start_byte)
        if place >= 0:
            base = _text(content, node).strip("\"'").removeprefix("Optional[").partition("[")[0].partition("<")[0]
            result[place] = result[place]._replace(bases=(*result[place].bases, base))


def _imports(captured: Captured, content: bytes, scopes: Scopes) -> list[Import]:
    """What the statements bring in. Captures belong to the statement that they stand in, whatever their order."""
    kinds = [(rank, captured.get(kind, ())) for rank, kind in enumerate(_IMPORTING)]
    events = [
        (node.start_byte, -node.end_byte, rank, number, node)
        for rank, nodes in kinds
        for number, node in enumerate(nodes)
    ]
    events.sort()
    found: list[Import] = []
    end, statement = -1, _Statement(0, -1)
    for start, last, rank, _, node in events:
        if start >= end:
            found += statement.done()
            statement = _Statement(node.start_point[0] + 1, scopes.at(start))
            end = -last
        if rank:
            found += statement.take(_IMPORTING[rank], _text(content, node))
    found += statement.done()
    for node in captured.get("exported", ()):
        found.append(Import("", _text(content, node), "default", node.start_point[0] + 1))
    return found


def _package(captured: Captured, content: bytes) -> str:
    """What the file says it belongs to: the first of what it says."""
    said = min(captured.get("package", ()), key=lambda node: node.start_byte, default=None)
    return ".".join(part.strip() for part in _text(content, said).replace("\\", ".").split(".")) if said else ""


class _Statement:
    """One statement that brings names in, while it is read."""

    def __init__(self, line: int, scope: int) -> None:
        self._line, self._scope = line, scope
        self._module = ""
        self._names: list[tuple[str, str]] = []

    def take(self, kind: str, text: str) -> list[Import]:
        """Take the next part of the statement. Gives what is complete, where another module begins."""
        complete: list[Import] = []
        if kind == "module":
            if self._module:
                complete = self.done()
            self._module = text.strip("\"'<>`")
        elif kind == "alias":
            last = self._names[-1] if self._names else ("", "")
            if last[0] and last[0] == last[1]:
                self._names[-1] = (last[0], text)
            else:
                self._names.append(("", text))
        else:
            self._names.append({"all": ("*", "*"), "primary": ("default", text)}.get(kind, (text, text)))
        return complete

    def done(self) -> list[Import]:
        """What the statement brings in."""
        module, names = self._module, self._names or [("", "")]
        self._module, self._names = "", []
        return [Import(module, name, alias, self._line, self._scope) for name, alias in names] if module else []


def _visible(content: bytes, captured: Captured, named: list[tuple[int, int]]) -> bytearray:
    """The text with everything in which no name is used made blank."""
    text = bytearray(content)
    for kind in ("hidden", "require"):
        for node in captured.get(kind, ()):
            start, end = node.start_byte, node.end_byte
            text[start:end] = content[start:end].translate(_BLANK)
    for start, end in named:
        text[start:end] = b" " * (end - start)
    return text


def _declared_worth(declaration: bytes) -> str:
    """What a declaration says that begins with the type; `var` and `auto` leave it to the value."""
    match = None if declaration.startswith(b"let ") else _TYPE_FIRST.match(declaration)
    if match is None or match["type"] in _NO_TYPE:
        return _worth(declaration)
    return _of_type(match)


def _of_type(match: "re.Match[bytes] | None") -> str:
    return match["type"].decode() + "()" if match is not None and match["type"] not in _NO_TYPE else UNKNOWN


def _worth(declaration: bytes) -> str:
    """What a declaration says of what it binds: `Shape()` for `x: Shape` and `x = Shape(1)`, `?` for nothing."""
    match = _WORTH.match(declaration)
    if match is None:
        return UNKNOWN
    if match["type"]:
        return match["type"].decode().replace("::", ".") + "()"
    rest = declaration[match.end() :].strip().rstrip(b";")
    value = match["value"].decode().replace("::", ".")
    if match["call"]:
        return value + "()" if rest.endswith(b")") else UNKNOWN
    return UNKNOWN if rest else value


def _one_line(source: bytes, *, whole: bool) -> str:
    """A declaration on one line; of one that has no body, its first line."""
    text = source.decode("utf-8", "replace")
    text = " ".join(text.split()) if whole else " ".join(text.split("\n", 1)[0].split())
    return text.rstrip("{ ").removesuffix("=>").rstrip().removesuffix(":").rstrip()[:MAX_SIGNATURE]


def _text(content: bytes, node: "Node") -> str:
    return content[node.start_byte : node.end_byte].decode("utf-8", "replace")
