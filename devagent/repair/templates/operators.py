"""Operators, operands, off-by-one, literals."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import COMPARISONS, Scene, encode
from devagent.repair.templates.template import EXPRESSION, template

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMUTATIVE = frozenset({"+", "*", "&", "|", "^", "==", "!=", "===", "!==", "and", "or", "&&", "||", "is", "is not"})
_ORDINAL = ("index", "bound")


@template("operator", "operation", "assignment")
def other_operator(scene: Scene, node: "Node") -> Iterator[Change]:
    """Each operator by each of its alternatives, the likeliest first."""
    for child in node.children:
        for rank, other in enumerate(scene.grammar.operators.get(child.type, ())):
            weight = 1.0 / (1 + 0.6 * rank)
            plain_assignment = child.type == "="
            if not plain_assignment or _assigned_before(scene, node):
                yield scene.replace(child, other, weight * (0.35 if plain_assignment else 1.0))


@template("operands", "operation")
def exchanged_operands(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a - b` as `b - a`, where order matters and the operator template has no equal."""
    operator = scene.operator(node)
    if node.named_child_count == 2 and operator not in _COMMUTATIVE and operator not in COMPARISONS:
        left, right = node.named_children
        swapped = (_span(left, scene.atom(right)), _span(right, scene.atom(left)))
        yield Change(swapped)


@template("shorten", "operation")
def one_operand(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a and b` as `a` or `b`, `n + 1` as `n`; a comparison stays whole."""
    if node.named_child_count == 2 and not scene.is_comparison(node):
        left, right = node.named_children
        logical = scene.is_logical(node)
        yield scene.replace(node, scene.text(left), 1.0 if logical else 0.7)
        yield scene.replace(node, scene.text(right), 1.0 if logical else 0.35)


@template("off_by_one", EXPRESSION)
def one_more_or_less(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x` as `x + 1` and `x - 1`, in the places where a number is likely."""
    grammar = scene.grammar
    if grammar.plays(node, "number") or grammar.plays(node, "string") or grammar.plays(node, "truth"):
        return
    weight = _numeric(scene, node)
    if weight and scene.grammar.plays(node.parent, "operation") and not scene.is_comparison(node.parent):
        yield scene.replace(node, f"({scene.text(node)} + 1)", weight)
        yield scene.replace(node, f"({scene.text(node)} - 1)", weight)
    elif weight and not (_is_condition(scene, node) or any(grammar.plays(node, r) for r in ("slice", "collection"))):
        yield scene.replace(node, f"{scene.text(node)} + 1", weight)
        yield scene.replace(node, f"{scene.text(node)} - 1", weight)


@template("off_by_one", "call")
def range_bounds(scene: Scene, node: "Node") -> Iterator[Change]:
    """`range(n)` as `range(1, n)` and `range(1, n + 1)`; a first bound of one more or less comes from the integers."""
    arguments = scene.grammar.field(node, "arguments")
    callee = scene.grammar.field(node, "callee")
    if (
        callee is not None
        and scene.text(callee) == "range"
        and arguments is not None
        and arguments.named_child_count == 1
    ):
        (bound,) = arguments.named_children
        yield scene.replace(bound, f"1, {scene.text(bound)}", 0.8)
        yield scene.replace(bound, f"1, {scene.text(bound)} + 1", 0.6)


@template("off_by_one", "slice")
def slice_bounds(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a[i:j]` without a bound, and with the missing one set to 1 or -1."""
    text = scene.text(node)
    start, colon, end = text.partition(":")
    if not colon or ":" in end:
        return
    if start.strip() and end.strip():
        yield scene.replace(node, f"{start}:", 0.5)
        yield scene.replace(node, f":{end}", 0.5)
    elif start.strip():
        yield scene.replace(node, f"{start}:-1", 0.4)
        yield scene.replace(node, f":{start}", 0.5)
    elif end.strip():
        yield scene.replace(node, f"1:{end}", 0.4)
        yield scene.replace(node, f"{end}:", 0.5)


@template("literal", "integer")
def other_integer(scene: Scene, node: "Node") -> Iterator[Change]:
    """An integer as one more, one less, 0, 1, its negation, and as the other integers of the file."""
    text = scene.text(node)
    if not text.isdecimal():
        return
    value = int(text)
    ordinal = scene.grammar.position(node) in _ORDINAL or value <= 2
    near = {value + 1: 1.0, value - 1: 1.0, 0: 0.6, 1: 0.6, -value: 0.4}
    for other, weight in near.items():
        if other != value:
            yield scene.replace(node, str(other), weight * (1.0 if ordinal else 0.7))
    yield from _others(scene, node, "number", 0.5)


@template("literal", "string")
def other_string(scene: Scene, node: "Node") -> Iterator[Change]:
    """A string as another one of the file, those spelled alike or near first."""
    if node.parent is not None and node.parent.type != "expression_statement":
        yield from _others(scene, node, "string", 0.9)


@template("literal", "truth", "collection", "string")
def other_constant(scene: Scene, node: "Node") -> Iterator[Change]:
    """`True` as `False`, `None` as `0`, `[]` as `[[]]`, and so on."""
    for rank, other in enumerate(scene.grammar.brothers("literals", scene.text(node))):
        yield scene.replace(node, other, 1.0 / (1 + rank))


@template("literal", "number", "string", "truth")
def name_instead(scene: Scene, node: "Node") -> Iterator[Change]:
    """A constant as a name that is visible here, those that are read nowhere first."""
    if scene.grammar.position(node) not in ("value", "argument", "result", "bound", "operand"):
        return
    names = [name for name in scene.vocabulary.visible(node) if name not in scene.grammar.words["self"]]
    for rank, name in enumerate(sorted(names, key=lambda n: n not in scene.unused)[:3]):
        yield scene.replace(node, name, (1.0 if name in scene.unused else 0.3) / (1 + 0.5 * rank))


@template("literal", "name", "member", "sign")
def literal_instead(scene: Scene, node: "Node") -> Iterator[Change]:
    """A value in an index, bound or argument as 0 or 1; a signed number without its sign."""
    if scene.grammar.plays(node, "sign") and node.children[0].type == "-":
        yield scene.replace(node, scene.text(node).lstrip("- "), 0.7)
    elif scene.grammar.position(node) in _ORDINAL:
        yield scene.replace(node, "0", 0.4)


def _others(scene: Scene, node: "Node", kind: str, base: float) -> Iterator[Change]:
    seen = {scene.text(node)}
    for rank, other in enumerate(scene.near_first(scene.vocabulary.literals[kind])):
        text = scene.text(other)
        if text not in seen and "\n" not in text:
            seen.add(text)
            yield scene.replace(node, text, base / (1 + 0.25 * min(rank, 20)))


def _is_condition(scene: Scene, node: "Node") -> bool:
    negated = scene.grammar.plays(node, "negation") and node.children[0].type in ("not", "!")
    return negated or scene.is_logical(node) or scene.is_comparison(node)


def _numeric(scene: Scene, node: "Node") -> float:
    """How likely it is that a number stands here and may be off by one; 0 when it is no place for that."""
    position, parent = scene.grammar.position(node), node.parent
    sign = scene.operator(parent) if parent is not None else ""
    if position in _ORDINAL:
        return 1.0
    if position == "operand" and scene.is_comparison(parent):
        return 0.8 if sign not in ("in", "not in", "is", "is not", "instanceof") else 0.0
    if position == "operand" and sign in ("*", "/", "//", "%", "**"):
        return 0.4 if scene.grammar.plays(node, "call") or scene.grammar.plays(node, "name") else 0.0
    arithmetic = scene.grammar.plays(node, "operation") and scene.operator(node) in ("+", "-", "*", "/", "//", "%")
    counted = scene.text(node).endswith((".length", ".size")) or scene.text(node).startswith("len(")
    if position in ("argument", "value", "result"):
        return 0.7 if arithmetic or counted or _in_range(scene, node) else 0.2
    return 0.0


def _in_range(scene: Scene, node: "Node") -> bool:
    call = node.parent.parent if node.parent is not None else None
    callee = scene.grammar.field(call, "callee") if call is not None and scene.grammar.plays(call, "call") else None
    return callee is not None and scene.text(callee) in ("range", "max", "min", "Math.max", "Math.min")


def _assigned_before(scene: Scene, node: "Node") -> bool:
    left = scene.grammar.field(node, "left")
    if left is None:
        return False
    text = scene.text(left)
    return "," not in text and (not text.isidentifier() or scene.content[: node.start_byte].count(encode(text)) > 0)


def _span(node: "Node", text: str) -> Span:
    return Span(node.start_byte, node.end_byte, encode(text))
