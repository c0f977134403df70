"""JavaScript expressions, written so that evaluating them is not noticed: `sandboxes/node/careful.mjs` takes the steps.

Reading a member may run a getter, joining two strings may run a `toString`, and what a call does, nobody knows. Each
such step becomes a call of a function that looks first, and gives up where it would not be only a look.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import language_for, parse

if TYPE_CHECKING:
    from tree_sitter import Node

LOOK = "__devagent_look__"
_AS_THEY_ARE = ("this", "number", "string", "true", "false", "null", "undefined")
_CHAINED = ("member_expression", "subscript_expression", "call_expression")
_JOINING = ("&&", "||", "??", "===", "!==")
_RESERVED = ("arguments", "await", "yield", "let", "static", "eval", LOOK, "__given")


@lru_cache(maxsize=20_000)
def careful(expression: bytes) -> bytes | None:
    """The expression, taken in careful steps; `None` where that is not known how."""
    language = language_for("expression.js")
    assert language is not None
    try:
        root = parse(b"(\n" + expression + b"\n)", language).root_node
    except CannotParse:
        return None
    statement = root.named_children[0] if len(root.named_children) == 1 else None
    if root.has_error or statement is None or len(statement.named_children) != 1:
        return None
    try:
        return _written(statement.named_children[0]).encode()
    except (_Unknown, UnicodeDecodeError):
        return None


class _Unknown(Exception):
    """What a step does is not known."""


def _written(node: "Node") -> str:
    if node.type in _AS_THEY_ARE:
        return _text(node)
    if node.type in _CHAINED:
        return _chain(node, lambda value: value)
    writer = _WRITERS.get(node.type)
    if writer is None:
        raise _Unknown
    return writer(node)


def _step(name: str, *values: str) -> str:
    return f"{LOOK}.{name}({', '.join(values)})"


def _chain(node: "Node", rest: Callable[[str], str]) -> str:
    """A chain of members and calls; what stands behind a `?.` is not evaluated where there is nothing before it."""
    if node.type not in _CHAINED:
        return rest(_written(node))
    optional = any(child.type == "optional_chain" for child in node.children)
    if node.type == "call_expression":
        if optional:
            raise _Unknown
        return _call(node, rest)
    owner = _field(node, "object")

    def link(value: str) -> str:
        return rest(_member(node, value))

    if not optional:
        return _chain(owner, link)
    return _chain(owner, lambda value: _step("when", value, f"(__given) => {link('__given')}"))


def _call(node: "Node", rest: Callable[[str], str]) -> str:
    callee, arguments = _field(node, "function"), _field(node, "arguments")
    if arguments.type != "arguments":
        raise _Unknown
    values = _listed(arguments)
    if callee.type == "identifier":
        return rest(_step("invoke", _written(callee), values))
    if callee.type != "member_expression":
        raise _Unknown
    name = _name(_field(callee, "property"))
    optional = any(child.type == "optional_chain" for child in callee.children)
    if not optional:
        return _chain(_field(callee, "object"), lambda owner: rest(_step("call", owner, name, values)))
    inner = rest(_step("call", "__given", name, values))
    return _chain(_field(callee, "object"), lambda owner: _step("when", owner, f"(__given) => {inner}"))


def _member(node: "Node", owner: str) -> str:
    if node.type == "subscript_expression":
        return _step("get", owner, _written(_field(node, "index")))
    return _step("get", owner, _name(_field(node, "property")))


def _name(node: "Node") -> str:
    if node.type != "property_identifier":
        raise _Unknown  # a private name cannot be looked at from outside
    return f"'{_text(node)}'"


def _listed(node: "Node") -> str:
    return f"[{', '.join(_element(part) for part in node.named_children if part.type != 'comment')}]"


def _element(node: "Node") -> str:
    if node.type == "spread_element":
        return f"...{_step('parts', _written(node.named_children[0]))}"
    return f"{_step('lambda', _lambda(node))}" if node.type == "arrow_function" else _written(node)


def _lambda(node: "Node") -> str:
    single, listed = node.child_by_field_name("parameter"), node.child_by_field_name("parameters")
    parameters = [single] if single is not None else listed.named_children if listed is not None else []
    body = _field(node, "body")
    if node.children[0].type == "async" or any(parameter.type != "identifier" for parameter in parameters):
        raise _Unknown
    return f"({', '.join(_identifier(parameter) for parameter in parameters)}) => ({_written(body)})"


def _identifier(node: "Node") -> str:
    name = _text(node)
    if name in _RESERVED or "\\" in name:
        raise _Unknown
    return name


def _array(node: "Node") -> str:
    if any(one.type == other.type == "," for one, other in zip(node.children, node.children[1:], strict=False)):
        raise _Unknown
    if len(node.children) > 1 and node.children[1].type == ",":
        raise _Unknown
    return _step("fresh", _listed(node))


def _object(node: "Node") -> str:
    return _step("fresh", f"{{ {', '.join(_property(part) for part in node.named_children)} }}")


def _property(node: "Node") -> str:
    if node.type == "shorthand_property_identifier":
        return _identifier(node)
    if node.type == "spread_element":
        return f"...{_step('properties', _written(node.named_children[0]))}"
    if node.type != "pair":
        raise _Unknown
    key, value = _field(node, "key"), _field(node, "value")
    if key.type == "computed_property_name":
        return f"[{_step('plain', _written(key.named_children[0]))}]: {_written(value)}"
    if key.type not in ("property_identifier", "string", "number") or "__proto__" in _text(key):
        raise _Unknown
    return f"{_text(key)}: {_written(value)}"


def _template(node: "Node") -> str:
    return "".join(_template_part(child) for child in node.children)


def _template_part(node: "Node") -> str:
    if node.type == "template_substitution":
        return f"${{{_step('plain', _written(node.named_children[0]))}}}"
    return _text(node)


def _unary(node: "Node") -> str:
    operator, operand = node.children[0].type, _field(node, "argument")
    if operator in ("!", "typeof"):
        return f"({operator} {_written(operand)})"
    if operator not in ("-", "+", "~"):
        raise _Unknown
    return f"({operator} {_step('plain', _written(operand))})"


def _binary(node: "Node") -> str:
    left, operator, right = _field(node, "left"), _field(node, "operator").type, _field(node, "right")
    if left.type == "private_property_identifier":
        raise _Unknown
    one, other = _written(left), _written(right)
    if operator in _JOINING or (operator in ("==", "!=") and "null" in (left.type, right.type)):
        return f"({one} {operator} {other})"
    if operator in ("in", "instanceof"):
        return _step("has" if operator == "in" else "instance", one, other)
    if operator == "**":
        raise _Unknown
    return f"({_step('plain', one)} {operator} {_step('plain', other)})"


def _ternary(node: "Node") -> str:
    condition, yes, no = (_written(_field(node, name)) for name in ("condition", "consequence", "alternative"))
    return f"({condition} ? {yes} : {no})"


def _new(node: "Node") -> str:
    kind, arguments = _field(node, "constructor"), node.child_by_field_name("arguments")
    if kind.type != "identifier":
        raise _Unknown
    return _step("make", _identifier(kind), _listed(arguments) if arguments is not None else "[]")


def _group(node: "Node") -> str:
    inside = [child for child in node.named_children if child.type != "comment"]
    if len(inside) != 1:
        raise _Unknown
    return f"({_written(inside[0])})"


def _field(node: "Node", name: str) -> "Node":
    found = node.child_by_field_name(name)
    if found is None:
        raise _Unknown
    return found


def _text(node: "Node") -> str:
    return (node.text or b"").decode()


_WRITERS: dict[str, Callable[["Node"], str]] = {
    "identifier": _identifier,
    "parenthesized_expression": _group,
    "array": _array,
    "object": _object,
    "template_string": _template,
    "regex": lambda node: _step("fresh", _text(node)),
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "new_expression": _new,
}
