"""Values with more to them: entries of two objects, the shorter of two lists, a first element, defaults, counters."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.javascript import (
    built,
    code_in,
    forms,
    in_order,
    inserted,
    javascript,
    method_call,
)
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVEN_ON = ("value", "argument", "result")
_TIME = re.compile(r"(?:seconds|minutes|hours|days|millis|timeout|delay|ttl|interval|age)$|ms$", re.IGNORECASE)
_ADDRESS = re.compile(r"url|uri|query|param|route|href", re.IGNORECASE)
_MOST_NAMES, _MOST_COUNTERS = 2, 2


@javascript("both_objects", "call")
def entries_of_both(scene: Scene, node: "Node") -> Iterator[Change]:
    """`Object.keys(after)` as `Object.keys({ ...before, ...after })`."""
    call = method_call(scene, node)
    if call is None or scene.text(call.receiver) != "Object" or call.name not in ("keys", "entries", "values"):
        return
    given = call.arguments[0] if len(call.arguments) == 1 else None
    if given is None or not scene.grammar.plays(given, "name"):
        return
    for rank, other in enumerate(_others(scene, given)):
        yield scene.replace(given, f"{{ ...{other}, ...{scene.text(given)} }}", 1.0 / (1 + 0.5 * rank))


@javascript("both_objects", "member")
def shorter_or_longer(scene: Scene, node: "Node") -> Iterator[Change]:
    """`i < xs.length` as `i < Math.min(xs.length, ys.length)`, and with `Math.max`."""
    member, receiver = scene.grammar.field(node, "member"), scene.grammar.field(node, "object")
    if member is None or receiver is None or scene.text(member) != "length" or not scene.is_comparison(node.parent):
        return
    if scene.grammar.plays(receiver, "name"):
        for rank, other in enumerate(n for n in _others(scene, receiver) if scene.vocabulary.is_sized(n)):
            text = f"({scene.text(node)}, {other}.length)"
            yield from in_order(scene, node, [f"Math.min{text}", f"Math.max{text}"], 1.0 / (1 + rank))


@javascript("begun", EXPRESSION)
def begun_with_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`new Set()` as `new Set([start])`, `[]` as `[start]`, with the parameters of the function."""
    made, given = built(scene, node)
    empty = (made == "Set" and not given) or scene.text(node) == "[]"
    if empty and scene.grammar.position(node) == "value":
        for rank, name in enumerate(_others(scene, node)):
            yield scene.replace(node, f"new Set([{name}])" if made else f"[{name}]", 0.5 / (1 + 0.5 * rank))


@javascript("fallback", "subscript", "call", "name")
def other_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """`table[key]` as `table[key] ?? key` and with what else the function is given; `value` as `value ?? true`."""
    call = method_call(scene, node)
    looked_up = scene.grammar.plays(node, "subscript") or (call is not None and call.name == "get")
    position = scene.grammar.position(node)
    if position not in _GIVEN_ON or not reads(scene, node) or not (looked_up or scene.grammar.plays(node, "name")):
        return
    form, text = scene.grammar.words["default"], scene.text(node)
    if looked_up:
        index = node.child_by_field_name("index") or (
            call.arguments[0] if call is not None and call.arguments else None
        )
        key = [scene.text(index)] if index is not None and scene.grammar.plays(index, "name") else []
        yield from in_order(scene, node, [form.format(text, other) for other in [*_others(scene, node), *key]], 0.8)
    elif position == "value" and node.parent is not None and scene.grammar.plays(node.parent, "assignment"):
        yield scene.replace(node, form.format(text, "true"), 0.5)


@javascript("default", STATEMENT)
def default_of_a_part(scene: Scene, node: "Node") -> Iterator[Change]:
    """`const [key, value] = …` as `const [key, value = ''] = …`."""
    made = code_in(node) if node.type == "lexical_declaration" else ()
    names = made[0].child_by_field_name("name") if len(made) == 1 else None
    if names is None or names.type not in ("array_pattern", "object_pattern"):
        return
    for rank, name in enumerate(reversed(code_in(names)[-_MOST_NAMES:])):
        if name.type in ("identifier", "shorthand_property_identifier_pattern"):
            for second, text in enumerate(forms(scene, "part_defaults")):
                yield Change((inserted(name.end_byte, f" = {text}"),), 0.5 / (1 + 0.5 * rank + 0.3 * second))


@javascript("whole", "call")
def equal_not_part(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.startsWith(b)` as `a === b`."""
    call = method_call(scene, node)
    if call is not None and call.name in ("startsWith", "endsWith", "includes") and len(call.arguments) == 1:
        yield scene.replace(node, f"{scene.text(call.receiver)} === {scene.text(call.arguments[0])}", 0.8)


@javascript("whole", "operation")
def part_not_equal(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a === b` as `a.startsWith(b)` and `a.includes(b)`."""
    if scene.operator(node) == "===" and node.named_child_count == 2:
        left, right = node.named_children
        named = scene.grammar.plays(right, "string") or scene.grammar.plays(right, "name")
        if named and any(scene.grammar.plays(left, role) for role in ("name", "member", "call")):
            texts = [
                f"{scene.text(left)}.{name}({scene.text(right)})" for name in ("includes", "startsWith", "endsWith")
            ]
            yield from in_order(scene, node, texts, 0.5)


@javascript("wrap", EXPRESSION)
def told_by_its_text(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (!name)` as `if (!name.trim())`, and by its length, size, and number of keys."""
    bare = node.named_children[0] if scene.grammar.plays(node, "group") and node.named_children else node
    asked = scene.grammar.position(node) in ("condition", "operand of logic") or scene.is_logical(node.parent)
    if asked and any(scene.grammar.plays(bare, role) for role in ("name", "member")):
        text = scene.text(bare)
        if not text.endswith((".length", ".size")):
            yield from in_order(scene, bare, [form.format(text) for form in forms(scene, "asked")], 0.6)


@javascript("wrap", EXPRESSION)
def in_an_address(scene: Scene, node: "Node") -> Iterator[Change]:
    """A value as `decodeURIComponent(value)` and `encodeURIComponent(value)`, in functions about addresses."""
    function = scene.within_definition(node)
    while function is not None and (outer := scene.within_definition(function)) is not None:
        function = outer
    kinds = ("name", "subscript", "member")
    given = scene.grammar.position(node) in _GIVEN_ON and any(scene.grammar.plays(node, kind) for kind in kinds)
    if given and function is not None and reads(scene, node) and _ADDRESS.search(scene.text(function)):
        texts = [f"decodeURIComponent({scene.text(node)})", f"encodeURIComponent({scene.text(node)})"]
        yield from in_order(scene, node, texts, 1.2)


@javascript("scale", "name", "member")
def time_in_another_unit(scene: Scene, node: "Node") -> Iterator[Change]:
    """`now + seconds` as `now + seconds * 1000`."""
    if scene.grammar.position(node) != "operand" or not _TIME.search(scene.text(node)):
        return
    if scene.operator(node.parent) in ("+", "-", "<", ">", "<=", ">="):  # type: ignore[arg-type]
        yield from in_order(
            scene, node, [f"{scene.text(node)} {factor}" for factor in ("* 1000", "/ 1000", "* 60")], 3.0
        )


@javascript("counted", STATEMENT)
def counted(scene: Scene, node: "Node") -> Iterator[Change]:
    """`this.active -= 1` or `+= 1` where a block begins or ends, for what the class begins with a number."""
    function, block = scene.within_definition(node), scene.block_of(node)
    if function is None or scene.name_of(function) in scene.grammar.words["constructor"]:
        return
    first, last = block[0].id == node.id, block[-1].id == node.id and not scene.grammar.plays(node, "jump")
    if not (first or last):
        return
    numbers = [n for n, value in scene.attributes(node).items() if value is not None and value.type == "number"]
    unmentioned = [n for n in numbers if f"this.{n}" not in scene.text(function)]
    for rank, name in enumerate([*unmentioned, *numbers][:_MOST_COUNTERS]):
        for sign in ("-=", "+="):
            text = f"this.{name} {sign} 1;"
            weight = (1.0 if name in unmentioned else 0.4) / (1 + 0.5 * rank)
            if first:
                yield scene.insert_before(node, text, weight)
            if last:
                yield scene.insert_after(node, text, weight)


def _others(scene: Scene, node: "Node") -> list[str]:
    """The other parameters and names of the function around, as far as they can be used here."""
    own = {scene.text(node), *scene.vocabulary.names_in(node), scene.assigned_by(node)}
    function = scene.within_definition(node)
    listed = function.child_by_field_name("parameters") if function is not None else None
    first = scene.vocabulary.names_in(listed) if listed is not None else []
    names = [n for n in [*first, *scene.vocabulary.visible(node)] if n not in scene.grammar.words["self"]]
    declared = node.parent.child_by_field_name("name") if node.parent is not None else None
    if declared is not None:
        own.add(scene.text(declared))
    visible = set(scene.vocabulary.visible(node))
    return [name for name in dict.fromkeys(names) if name not in own and name in visible][:_MOST_NAMES]
