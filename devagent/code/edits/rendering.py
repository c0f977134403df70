"""Writing a new definition in the form of the old one: declaration, method, or function bound to a name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.symbol import Definition

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class _Parts:
    """A function taken apart. `expression` says that the body is one, as an arrow function's may be."""

    asynchronous: bool
    generator: bool
    types: str
    parameters: str
    returns: str
    body: str
    expression: bool

    @property
    def block(self) -> str:
        return f"{{ return {self.body}; }}" if self.expression else self.body

    @property
    def tail(self) -> str:
        return f"{self.types}{self.parameters}{self.returns} {self.block}"


def rendered(source: bytes, old: Definition, answer: bytes, new: Definition) -> tuple["Node", str, int]:
    """The node to replace, the text for it, and where in the answer that text begins (for its indentation)."""
    target = old.function if _bound(old) else old.node
    if old.function.type == new.function.type and _bound(old) == _bound(new):
        return target, _same_form(source, old, answer, new), new.function.start_byte
    if old.symbol.kind == "class" or new.symbol.kind == "class":
        return old.node, _text(answer, new.node), new.node.start_byte
    return target, _converted(source, old, answer, new), new.function.start_byte


def _bound(definition: Definition) -> bool:
    """Whether the definition gives a name to a function expression: `const f = () => …`, `f: function () …`."""
    return definition.node.id != definition.function.id


def _same_form(source: bytes, old: Definition, answer: bytes, new: Definition) -> str:
    text = _text(answer, new.function)
    if _bound(old):
        dropped = _has(old.function, "async") and not _has(new.function, "async")
        return f"async {text}" if dropped else text
    had, has = _head(old), _head(new)
    if set(has) < set(had):
        kept = source[old.node.start_byte : old.name.start_byte].decode()
        return kept + answer[new.name.start_byte : new.node.end_byte].decode()
    return text


def _head(definition: Definition) -> list[str]:
    """The words before the name: `static`, `async`, `def`, `function` …"""
    before = [c for c in definition.node.children if c.end_byte <= definition.name.start_byte]
    return [(c.text or b"").decode() for c in before if c.type != "decorator"]


def _converted(source: bytes, old: Definition, answer: bytes, new: Definition) -> str:
    parts = _parts(answer, new)
    waits = "async " if parts.asynchronous or _has(old.function, "async") else ""
    star = "*" if parts.generator else ""
    if old.function.type == "arrow_function" and not parts.generator:
        body = _wrapped(parts.body) if parts.expression else parts.body
        return f"{waits}{parts.types}{parts.parameters}{parts.returns} => {body}"
    if _bound(old):
        return f"{waits}function{star} {parts.tail}"
    head = source[old.node.start_byte : old.name.end_byte].decode()
    if waits and not _has(old.function, "async"):
        head = f"async {head}"
    return head + parts.tail


def _parts(answer: bytes, new: Definition) -> _Parts:
    function = new.function
    single = function.child_by_field_name("parameter")
    parameters = f"({_text(answer, single)})" if single else _field(answer, function, "parameters") or "()"
    body = _text(answer, new.body)
    return _Parts(
        asynchronous=_has(function, "async"),
        generator="generator" in function.type or _has(function, "*"),
        types=_field(answer, function, "type_parameters"),
        parameters=parameters,
        returns=_field(answer, function, "return_type"),
        body=body,
        expression=not body.startswith("{") or new.body.type == "object",
    )


def _wrapped(expression: str) -> str:
    return f"({expression})" if expression.startswith("{") else expression


def _has(node: "Node", token: str) -> bool:
    return any(child.type == token for child in node.children)


def _field(source: bytes, node: "Node", name: str) -> str:
    found = node.child_by_field_name(name)
    return "" if found is None else _text(source, found)


def _text(source: bytes, node: "Node") -> str:
    return source[node.start_byte : node.end_byte].decode()
