"""Sums: grouped otherwise, kept within a cycle or above zero, rounded the other way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})
_GIVEN_ON = ("value", "argument", "result", "index", "operand")
_MOST_CYCLES, _MOST_FACTORS = 4, 3


@template("regroup", "call")
def out_of_call(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(a * b)` as `f(a) * b` and `a * f(b)`; `g(f(a * b))` as `g(f(a)) * b`."""
    holder, callee = scene.grammar.field(node, "arguments"), scene.grammar.field(node, "callee")
    if holder is None or callee is None or not holder.named_child_count:
        return
    for argument in holder.named_children[:3]:
        sides = _sides(scene, argument)
        if sides is not None:
            left, operator, right = sides
            one = _with(scene, node, argument, left)
            other = _with(scene, node, argument, right)
            yield scene.replace(node, f"{one} {operator} {right}", 1.0)
            yield scene.replace(node, f"{left} {operator} {other}", 0.7)
            around = node.parent.parent if scene.grammar.plays(node.parent, "arguments") and node.parent else None
            if around is not None and scene.grammar.plays(around, "call"):
                yield scene.replace(around, f"{_with(scene, around, argument, left)} {operator} {right}", 0.7)


@template("regroup", "operation")
def into_call(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(a) * b` as `f(a * b)`, `a * f(b)` as `f(a * b)`."""
    sides = _sides(scene, node)
    if sides is None:
        return
    left, operator, right = sides
    first, second = node.named_children
    for call, head, tail in ((first, "", f" {operator} {right}"), (second, f"{left} {operator} ", "")):
        inner = scene.grammar.field(call, "arguments") if scene.grammar.plays(call, "call") else None
        if inner is not None and inner.named_child_count == 1:
            argument = inner.named_children[0]
            yield scene.replace(node, _with(scene, call, argument, f"{head}{scene.atom(argument)}{tail}"), 0.8)


@template("regroup", "operation")
def grouped_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a + b * c` as `(a + b) * c`, `a * (b + c)` as `a * b + c`."""
    sides = _sides(scene, node)
    if sides is None:
        return
    left, operator, right = sides
    first, second = node.named_children
    inner = _sides(scene, second)
    if inner is not None:
        yield scene.replace(node, f"({left} {operator} {inner[0]}) {inner[1]} {inner[2]}", 0.7)
    inner = _sides(scene, first)
    if inner is not None:
        yield scene.replace(node, f"{inner[0]} {inner[1]} ({inner[2]} {operator} {right})", 0.7)
    if inner is not None and inner[1] == "*" and operator in ("+", "-"):
        yield scene.replace(node, f"({inner[0]} {operator} {right}) * {inner[2]}", 0.6)
    for group in (first, second):
        if scene.grammar.plays(group, "group") and group.named_child_count == 1:
            yield scene.replace(group, scene.text(group.named_children[0]), 0.6)


@template("modulo", "operation")
def in_a_cycle(scene: Scene, node: "Node") -> Iterator[Change]:
    """`i + 1` as `(i + 1) % len(xs)`, with the lengths and the cycles that the file knows."""
    sides = _sides(scene, node)
    if sides is None or sides[1] not in ("+", "-") or scene.grammar.position(node) not in _GIVEN_ON:
        return
    for rank, cycle in enumerate(_cycles(scene, node)):
        yield scene.replace(node, f"({scene.text(node)}) % {cycle}", 1.0 / (1 + 0.4 * rank))
        yield scene.replace(node, f"{sides[0]} % {cycle} {sides[1]} {sides[2]}", 0.5 / (1 + 0.4 * rank))


@template("outcome", "operation")
def not_by_zero(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a / b` as `a / b if b else 0`."""
    sides = _sides(scene, node)
    if sides is not None and sides[1] in ("/", "//", "%") and scene.grammar.position(node) in _GIVEN_ON:
        text = scene.grammar.words["choice"].format(condition=sides[2], yes=scene.text(node), no="0")
        yield scene.replace(node, text, 1.2)


@template("factor", "member")
def times_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`item.price` as `item.price * item.count`, with other members of the same object, and their sum."""
    receiver, member = scene.grammar.field(node, "object"), scene.grammar.field(node, "member")
    if receiver is None or member is None or scene.grammar.position(node) not in (*_GIVEN_ON, ""):
        return
    if not reads(scene, node):
        return
    known = [m for m in scene.vocabulary.members_of(scene.text(receiver)) if m not in scene.vocabulary.methods]
    for rank, other in enumerate([m for m in known if m != scene.text(member)][:_MOST_FACTORS]):
        for sign, share in (("*", 1.0), ("+", 0.7), ("-", 0.7)):
            text = f"{scene.text(node)} {sign} {scene.text(receiver)}.{other}"
            yield scene.replace(node, text, share / (1 + 0.4 * rank))


@template("hoist", "call")
def done_last(scene: Scene, node: "Node") -> Iterator[Change]:
    """`sum(round(x, 2) for x in xs)` as `round(sum(x for x in xs), 2)`."""
    arguments = _given(scene, node)
    outer = scene.within(node, "call")
    if not arguments or outer is None or scene.grammar.bracketed:
        return
    callee = scene.grammar.field(node, "callee")
    if callee is None or not scene.grammar.plays(callee, "name"):
        return
    inner = _with(scene, outer, node, scene.text(arguments[0]))
    rest = "".join(f", {scene.text(argument)}" for argument in arguments[1:])
    yield scene.replace(outer, f"{scene.text(callee)}({inner}{rest})", 1.0)


@template("clamp", "operation")
def not_below_zero(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a - b` as `max(0, a - b)` and `abs(a - b)`."""
    sides = _sides(scene, node)
    if sides is not None and sides[1] == "-" and scene.grammar.position(node) in _GIVEN_ON:
        for rank, form in enumerate(scene.grammar.wraps["difference"]):
            yield scene.replace(node, form.format(scene.text(node)), 1.2 / (1 + 0.5 * rank))


@template("rounding", "operation")
def rounded_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a // b` rounded up, `a / b` rounded, and rounded to cents."""
    sides = _sides(scene, node)
    if sides is None or sides[1] not in ("/", "//", "*"):
        return
    for rank, form in enumerate(scene.grammar.wraps["quotient"]):
        if ("//" in form) == (sides[1] == "//"):
            yield scene.replace(
                node, form.format(scene.text(node), left=sides[0], right=sides[2]), 1 / (1 + 0.4 * rank)
            )


def _sides(scene: Scene, node: "Node") -> tuple[str, str, str] | None:
    """Left side, operator and right side of a sum, product and the like."""
    operator = scene.operator(node) if scene.grammar.plays(node, "operation") else ""
    if operator not in _ARITHMETIC or node.named_child_count != 2:
        return None
    left, right = node.named_children
    return scene.text(left), operator, scene.text(right)


def _given(scene: Scene, call: "Node") -> list["Node"]:
    holder = scene.grammar.field(call, "arguments")
    return [child for child in holder.named_children if child.type != "comment"] if holder is not None else []


def _with(scene: Scene, call: "Node", argument: "Node", text: str) -> str:
    """The source of a call with one argument replaced."""
    start, whole = call.start_byte, scene.content[call.start_byte : call.end_byte]
    new = whole[: argument.start_byte - start] + text.encode("utf-8", "surrogateescape")
    return (new + whole[argument.end_byte - start :]).decode("utf-8", "surrogateescape")


def _cycles(scene: Scene, node: "Node") -> list[str]:
    """What a number may go round in: the length of what it indexes, then what the file divides by."""
    subscript = node.parent if scene.grammar.position(node) == "index" else None
    indexed = scene.grammar.field(subscript, "indexed") if subscript is not None else None
    lengths = [scene.grammar.words["length"].format(scene.text(indexed))] if indexed is not None else []
    return list(dict.fromkeys([*lengths, *scene.vocabulary.cycles]))[:_MOST_CYCLES]
