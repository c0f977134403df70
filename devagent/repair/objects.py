"""What classes say of their objects: the values that attributes begin with, and which of them are flags."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.language import text_of, walk
from devagent.repair.grammar import Grammar

if TYPE_CHECKING:
    from tree_sitter import Node

_BOOLEAN = ("bool", "boolean")


def attributes_of(owner: "Node", grammar: Grammar) -> dict[str, "Node | None"]:
    """Attribute → the value it begins with, by the constructor or the body of a class; `None` where neither says."""
    prefixes = tuple(f"{word}." for word in grammar.words["self"])
    found: dict[str, Node | None] = {}
    for node in walk(owner):
        left, value = _field(node, grammar) if grammar.plays(node, "field") else (None, None)
        if left is None:
            continue
        name, function = text_of(left), _function_around(node, grammar)
        if name.startswith(prefixes):
            first = value if function in grammar.words["constructor"] else None
            found.setdefault(name.partition(".")[2], first)
        elif function is None and name.lstrip("#").isidentifier():
            found.setdefault(name, value)
    return found


@dataclass(frozen=True)
class Shape:
    """What some objects have: `fields` can be read, `members` are all, methods included."""

    fields: tuple[str, ...]
    members: frozenset[str]


def shapes_in(roots: Iterable["Node"], grammar: Grammar) -> list[Shape]:
    """The shapes of the classes and object literals in files."""
    nodes = (node for root in roots for node in walk(root))
    found = (
        _shape(node, grammar) for node in nodes if grammar.plays(node, "class") or grammar.plays(node, "literal object")
    )
    return list(dict.fromkeys(shape for shape in found if shape.members))


def _shape(node: "Node", grammar: Grammar) -> Shape:
    if not grammar.plays(node, "class"):
        keys = [child.child_by_field_name("key") or child for child in node.named_children]
        names = [text_of(key) for key in keys if text_of(key).isidentifier()]
        return Shape(tuple(names), frozenset(names))
    body = node.child_by_field_name("body")
    fields, methods = list(attributes_of(node, grammar)), list[str]()
    for child in body.named_children if body is not None else []:
        inner = child.child_by_field_name("definition") or child
        name = inner.child_by_field_name("name") if grammar.plays(inner, "function") else None
        if name is not None:
            reads = any(
                word in text_of(child).split(text_of(name))[0].split()
                for word in ("@property", "@cached_property", "get")
            )
            (fields if reads else methods).append(text_of(name))
    return Shape(tuple(fields), frozenset([*fields, *methods]))


def flags_in(roots: Iterable["Node"], grammar: Grammar) -> frozenset[str]:
    """Members of files that are assigned, or declared to hold, a truth value somewhere."""
    nodes = (node for root in roots for node in walk(root) if grammar.plays(node, "field"))
    return frozenset(name for node in nodes if (name := _flag(node, grammar)))


def _flag(node: "Node", grammar: Grammar) -> str:
    left, value = _field(node, grammar)
    declared = node.child_by_field_name("type")
    truth = value is not None and text_of(value) in grammar.words["truths"]
    if left is None or not (truth or (declared is not None and text_of(declared).strip(": ") in _BOOLEAN)):
        return ""
    return text_of(left).rpartition(".")[2]


def _field(node: "Node", grammar: Grammar) -> tuple["Node | None", "Node | None"]:
    """What an assignment or the declaration of a field names, and its value."""
    named = (grammar.fields["left"], "property", "name")
    left = next((child for field in named if (child := node.child_by_field_name(field)) is not None), None)
    right = node.child_by_field_name(grammar.fields["right"])
    return left, right if right is not None else node.child_by_field_name("value")


def _function_around(node: "Node", grammar: Grammar) -> str | None:
    """The name of the function a node of a class is in; `None` right in the body of the class."""
    parent = node.parent
    while parent is not None and not grammar.plays(parent, "class"):
        if grammar.plays(parent, "function"):
            name = parent.child_by_field_name("name")
            return text_of(name) if name is not None else ""
        parent = parent.parent
    return None


def treatments_in(nodes: Iterable["Node"], grammar: Grammar) -> dict[str, list[str]]:
    """Name or member → the forms of what is called on it, or with it alone: `start` → `{}.date()`, `normal({})`."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        callee, holder = grammar.field(node, "callee"), grammar.field(node, "arguments")
        if not grammar.plays(node, "call") or callee is None or holder is None:
            continue
        given = holder.named_children
        if not given and grammar.plays(callee, "member"):
            treated, form = grammar.field(callee, "object"), f"{{}}.{_last(callee)}()"
        elif len(given) == 1 and grammar.plays(callee, "name"):
            treated, form = given[0], f"{text_of(callee)}({{}})"
        else:
            continue
        if treated is not None and (grammar.plays(treated, "name") or grammar.plays(treated, "member")):
            found.setdefault(_last(treated), []).append(form)
    return {name: list(dict.fromkeys(forms)) for name, forms in found.items()}


def _last(node: "Node") -> str:
    return text_of(node).rpartition(".")[2]
