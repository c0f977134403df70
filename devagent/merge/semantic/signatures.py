"""What definitions ask of those who call them, what calls give, and whether that fits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import Language, captures, language_for, parse, text_of
from devagent.merge.semantic.rules import Rules, rules_for

if TYPE_CHECKING:
    from tree_sitter import Node, Query

_HOPS = 3
"""So far above the name of what is called stands the call."""


@dataclass(frozen=True)
class Parameter:
    """One parameter. `way` is how it can be given: "any", "place", "name", "rest" or "names"; `type` as written."""

    name: str
    way: str = "any"
    required: bool = True
    type: str = ""


@dataclass(frozen=True)
class Signature:
    """What a definition asks for. `marks` are its decorators, annotations and modifiers."""

    name: str
    line: int
    parameters: tuple[Parameter, ...]
    marks: frozenset[str] = frozenset()

    @property
    def shape(self) -> tuple[Parameter, ...]:
        """What tells two signatures apart for those who call: all but types."""
        return tuple(Parameter(each.name, each.way, each.required) for each in self.parameters)

    def without_first(self, count: int) -> "Signature":
        """The signature as it is seen where the object is given already."""
        return Signature(self.name, self.line, self.parameters[count:], self.marks)

    def __str__(self) -> str:
        found: list[str] = []
        for before, each in zip((None, *self.parameters), self.parameters, strict=False):
            if each.way != "place" and before is not None and before.way == "place":
                found.append("/")
            if each.way == "name" and (before is None or before.way not in ("name", "rest")):
                found.append("*")
            found.append(_shown(each))
        return f"({', '.join(found)})"


@dataclass(frozen=True)
class Call:
    """What a call gives. `known` is false where arguments stand for any number of them."""

    name: str
    line: int
    places: int
    names: tuple[str, ...]
    text: str
    known: bool = True
    arguments: tuple[str, ...] = ()


def signatures(path: str, content: bytes) -> dict[tuple[str, int], Signature]:
    """The signatures of a file by the name and line of their definitions. Empty where it cannot be parsed."""
    language, rules = language_for(path), rules_for(path)
    if language is None or rules is None or not rules.signatures:
        return {}
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return {}
    found = {}
    for captured in _matches(root, language, rules.signatures):
        node, name = captured["function"][0], text_of(captured["name"][0])
        parameters = tuple(_parameters(captured["parameters"][0], rules))
        line = node.start_point.row + 1
        found[name, line] = Signature(name, line, parameters, _marks(node))
    return found


def calls(path: str, content: bytes, names: frozenset[str]) -> Iterator[Call]:
    """The calls in a file of what has one of these names, in source order."""
    language, rules = language_for(path), rules_for(path)
    if language is None or rules is None:
        return
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return
    for callee in captures(root, language, "calls", "callee"):
        name = text_of(callee)
        node = _call_of(callee) if name in names else None
        if node is not None:
            yield _call(name, callee.start_point.row + 1, node, rules)


def fits(signature: Signature, call: Call) -> bool:
    """Whether a call gives what a signature asks for; true as well where that cannot be told."""
    if not call.known:
        return True
    ways = {way: [each for each in signature.parameters if each.way == way] for way in ("rest", "names")}
    in_order = [each for each in signature.parameters if each.way in ("any", "place")]
    if call.places > len(in_order) and not ways["rest"]:
        return False
    by_place, later = in_order[: call.places], in_order[call.places :]
    nameable = {each.name for each in signature.parameters if each.way in ("any", "name")}
    taken = {each.name for each in by_place if each.way == "any"}
    if any(name in taken or (name not in nameable and not ways["names"]) for name in call.names):
        return False
    missing = [*later, *(each for each in signature.parameters if each.way == "name")]
    return all(not each.required or each.name in call.names for each in missing)


def reordered(before: Signature, after: Signature, call: Call) -> bool:
    """Whether the same parameters stand in another order, so that what a call gives by its place is another one's."""
    old, new = before.parameters, after.parameters
    names = [each.name for each in old]
    if sorted(names) != sorted(each.name for each in new) or len(set(names)) < len(names) or not call.known:
        return False
    return any(mine.name != theirs.name for mine, theirs in zip(old[: call.places], new, strict=False))


def _matches(root: "Node", language: Language, query: str) -> list[dict[str, list["Node"]]]:
    from tree_sitter import QueryCursor

    return [captured for _, captured in QueryCursor(compiled(language, query)).matches(root)]


def compiled(language: Language, query: str) -> "Query":
    """A query of a rules file."""
    known = _compiled.get((language.name, query))
    if known is None:
        from tree_sitter import Query

        from devagent.code.language import grammar

        known = _compiled[language.name, query] = Query(grammar(language), query)
    return known


_compiled: dict[tuple[str, str], "Query"] = {}


def _parameters(node: "Node", rules: Rules) -> Iterator[Parameter]:
    """The parameters in order; `*` and `/` alone change the way of those behind, or before."""
    found: list[Parameter] = []
    way = "any"
    for child in node.named_children:
        if child.type == "positional_separator":
            found = [Parameter(each.name, "place", each.required, each.type) for each in found]
        elif child.type == "keyword_separator":
            way = "name"
        elif child.type in (*rules.required, *rules.optional, *rules.rest, *rules.keywords):
            parameter = _parameter(child, rules, way)
            if parameter.name == "this":
                continue
            found.append(parameter)
            way = "name" if parameter.way == "rest" else way
    yield from found


def _parameter(node: "Node", rules: Rules, way: str) -> Parameter:
    inner = node if node.type in ("identifier", *rules.rest, *rules.keywords) else _first(node, rules)
    type_node = node.child_by_field_name("type")
    kind = text_of(type_node) if type_node is not None else ""
    if inner.type in rules.rest:
        return Parameter(_name(inner), "rest", required=False, type=kind)
    if inner.type in rules.keywords:
        return Parameter(_name(inner), "names", required=False, type=kind)
    optional = node.type in rules.optional or node.child_by_field_name("value") is not None
    return Parameter(_name(inner), way, not optional, kind)


def _first(node: "Node", rules: Rules) -> "Node":
    """What names a parameter: its name, or its pattern."""
    named = node.child_by_field_name("name") or node.child_by_field_name("pattern")
    if named is not None:
        return named
    return next((child for child in node.named_children if child.type not in rules.ignored), node)


def _name(node: "Node") -> str:
    return text_of(node).strip("*. ").partition(" ")[0]


def _marks(node: "Node") -> frozenset[str]:
    """Decorators, annotations, modifiers and such words before the name of a definition, as they are written."""
    name = node.child_by_field_name("name")
    above = [child for child in node.children if name is None or child.end_byte <= name.start_byte]
    parent = node.parent
    if parent is not None and parent.type == "decorated_definition":
        above += [child for child in parent.children if child.type == "decorator"]
    before = node.prev_sibling
    while before is not None and before.type == "decorator":
        above.append(before)
        before = before.prev_sibling
    parts = [part for child in above for part in (child.children if child.type == "modifiers" else [child])]
    return frozenset(text_of(part).partition("(")[0] for part in parts)


def _call_of(callee: "Node") -> "Node | None":
    node: Node | None = callee
    for _ in range(_HOPS):
        node = node.parent if node is not None else None
        if node is None or node.child_by_field_name("arguments") is not None:
            break
    return node if node is not None and node.child_by_field_name("arguments") is not None else None


def _call(name: str, line: int, node: "Node", rules: Rules) -> Call:
    arguments = node.child_by_field_name("arguments")
    assert arguments is not None
    if arguments.type not in ("argument_list", "arguments"):
        return Call(name, line, 1, (), text_of(node), arguments.type == "generator_expression")
    given = [child for child in arguments.named_children if "comment" not in child.type]
    named = [child for child in given if child.type == rules.keyword]
    names = tuple(text_of(child.child_by_field_name("name") or child) for child in named)
    known = not any(child.type in rules.spread for child in given) and not node.has_error
    places = [text_of(child) for child in given if child.type != rules.keyword]
    return Call(name, line, len(places), names, " ".join(text_of(node).split()), known, tuple(places))


def _shown(parameter: Parameter) -> str:
    mark = {"rest": "*", "names": "**"}.get(parameter.way, "")
    return f"{mark}{parameter.name}{'' if parameter.required or mark else '?'}"
