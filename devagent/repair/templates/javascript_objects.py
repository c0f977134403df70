"""Objects, arrays, maps: what is shared and what is copied, looked up, begun, kept, taken out."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.javascript import (
    built,
    code_in,
    expression_of,
    forms,
    has_word,
    in_order,
    javascript,
    method_call,
    table,
)
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_MAPS = re.compile(rb"\bMap\b|\bSet\b")
_KEYED = ("get", "has", "set", "add", "delete")
_TAKES_IN = ("push", "unshift", "set", "add", "emit")


@javascript("fresh", "call")
def assigned_to_a_new_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`Object.assign(a, b)` as `Object.assign({}, a, b)`."""
    call = method_call(scene, node)
    if call is not None and call.name == "assign" and len(call.arguments) > 1 and not _is_new(call.arguments[0]):
        yield scene.replace(call.arguments[0], f"{{}}, {scene.text(call.arguments[0])}", 1.2)


@javascript("fresh", "call")
def filled_with_its_own(scene: Scene, node: "Node") -> Iterator[Change]:
    """`new Array(n).fill([])` as `Array.from({ length: n }, () => [])`."""
    call = method_call(scene, node)
    if call is None or call.name != "fill" or len(call.arguments) != 1:
        return
    made, size = built(scene, call.receiver)
    value = scene.text(call.arguments[0])
    given = f"({value})" if value.startswith("{") else value
    shared = call.arguments[0].type in ("array", "object", "new_expression", "call_expression")
    weight = 1.5 if shared else 0.2
    if made == "Array" and len(size) == 1:
        length = scene.text(size[0])
        pair = "{ length }" if length == "length" else f"{{ length: {length} }}"
        yield scene.replace(node, f"Array.from({pair}, () => {given})", weight)
    yield scene.replace(node, f"{scene.text(call.receiver)}.fill().map(() => {given})", 0.5 * weight)


@javascript("fresh", "call")
def changed_in_a_copy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.add(x)` as `new Set(xs).add(x)`, `xs.push(x)` as a value as `[...xs, x]`."""
    call = method_call(scene, node)
    if call is None or scene.grammar.position(node) not in ("value", "result", "argument"):
        return
    given = ", ".join(scene.text(argument) for argument in call.arguments)
    receiver = scene.text(call.receiver)
    texts = [form.format(receiver, given=given) for form in table(scene, "changing").get(call.name, ())]
    yield from in_order(scene, node, texts)


@javascript("fresh", "call")
def ordered_in_a_copy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.sort(f)` as `[...xs].sort(f)`; `all.push(xs)` as `all.push(...xs)`; `xs.splice(i, x)` with a 0 between."""
    call = method_call(scene, node)
    if call is None:
        return
    plain = ("name", "member", "subscript")
    if call.name in ("sort", "reverse", "splice", "fill") and any(scene.grammar.plays(call.receiver, r) for r in plain):
        yield scene.replace(call.receiver, f"[...{scene.text(call.receiver)}]", 1.0)
    if call.name in ("push", "unshift", "max", "min") and len(call.arguments) == 1:
        given = call.arguments[0]
        if any(scene.grammar.plays(given, role) for role in (*plain, "call")):
            yield scene.replace(given, f"...{scene.text(given)}", 0.8)
    if call.name == "splice" and len(call.arguments) == 2 and not scene.grammar.plays(call.arguments[1], "number"):
        yield scene.replace(call.arguments[1], f"0, {scene.text(call.arguments[1])}", 1.2)


@javascript("merged", "literal object")
def with_what_was_there(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{ open: true }` as `{ ...state, open: true }`; within `{ ...state, size: { … } }` as `{ ...state.size, … }`."""
    parts = code_in(node)
    if not parts or any(scene.grammar.plays(part, "spread") for part in parts):
        return
    inside = scene.content[node.start_byte + 1 : node.end_byte].decode("utf-8", "surrogateescape")
    space = "" if inside[:1].isspace() else " "
    own = [(f"{{ ...{source},{space}{inside}", weight) for source, weight in _sources(scene, node)]
    yield from (scene.replace(node, text, weight) for text, weight in own)


@javascript("fresh", "literal object")
def without_a_prototype(scene: Scene, node: "Node") -> Iterator[Change]:
    """`const counts = {}` as `const counts = Object.create(null)`."""
    if not code_in(node) and scene.grammar.position(node) == "value":
        yield scene.replace(node, "Object.create(null)", 0.5)


@javascript("fresh", EXPRESSION)
def taken_in_as_a_copy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.push(x)` as `xs.push(structuredClone(x))`; `this.xs = xs` as `this.xs = xs.map((item) => [...item])`."""
    holder, position = node.parent, scene.grammar.position(node)
    if holder is None or (not scene.grammar.plays(node, "name") and not scene.grammar.plays(node, "member")):
        return
    call = method_call(scene, holder.parent) if position == "argument" else None
    if call is not None and call.name in _TAKES_IN and call.arguments[-1].id == node.id:
        yield scene.replace(node, scene.grammar.copies["deep"][0].format(scene.text(node)), 0.4)
    kept = holder.child_by_field_name("left") if scene.grammar.plays(holder, "assignment") else None
    if kept is not None and kept.id != node.id and scene.grammar.plays(kept, "member"):
        texts = [form.format(scene.text(node)) for form in scene.grammar.copies["deep"][:3]]
        yield from in_order(scene, node, texts, 0.5)


@javascript("exchange", "literal object")
def spread_first_or_last(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{ ...own, size: 1 }` as `{ size: 1, ...own }`, and the other way round."""
    parts = [scene.text(part) for part in code_in(node)]
    for index, part in enumerate(parts):
        rest = [*parts[:index], *parts[index + 1 :]]
        if part.startswith("...") and rest and scene.height(node) < 20:
            for order, here in (([part, *rest], 0), ([*rest, part], len(parts) - 1)):
                if index != here:
                    yield scene.replace(node, f"{{ {', '.join(order)} }}", 1.2)


@javascript("keyed", "subscript")
def looked_up_in_a_map(scene: Scene, node: "Node") -> Iterator[Change]:
    """`m[k]` as `m.get(k)`, `m[k] = v` as `m.set(k, v)`, in files with maps."""
    box, key = node.child_by_field_name("object"), node.child_by_field_name("index")
    if box is None or key is None or not _MAPS.search(scene.content) or key.type == "number":
        return
    parent = node.parent
    if parent is not None and parent.type == "assignment_expression" and not reads(scene, node):
        value = parent.child_by_field_name("right")
        if value is not None:
            yield scene.replace(parent, f"{scene.text(box)}.set({scene.text(key)}, {scene.text(value)})", 0.8)
    elif has_word(parent, "delete"):
        yield scene.replace(parent, f"{scene.text(box)}.delete({scene.text(key)})", 0.8)  # type: ignore[arg-type]
    else:
        yield scene.replace(node, f"{scene.text(box)}.get({scene.text(key)})", 0.8)


@javascript("keyed", "collection")
def key_of_a_map(scene: Scene, node: "Node") -> Iterator[Change]:
    """`m.get([a, b])` as a key of text: arrays and objects are found by identity."""
    call = method_call(scene, node.parent.parent) if node.parent is not None else None
    parts = [scene.text(part) for part in code_in(node)]
    if call is None or call.name not in _KEYED or call.arguments[:1] != (node,) or node.type != "array" or not parts:
        return
    texts = ["`" + sign.join(f"${{{part}}}" for part in parts) + "`" for sign in (",", ":", "|")]
    yield from in_order(scene, node, [*texts, f"JSON.stringify({scene.text(node)})"])


@javascript("begun", "call", "subscript")
def begun_where_missing(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d[k] + 1` as `(d[k] ?? 0) + 1`, `d[k].push(x)` as `(d[k] ??= []).push(x)`, `s.match(r).length` likewise."""
    position, text = scene.grammar.position(node), scene.text(node)
    call = method_call(scene, node)
    if not (scene.grammar.plays(node, "subscript") or (call and call.name in ("get", "match", "find", "pop", "shift"))):
        return
    if position == "operand" and not scene.is_comparison(node.parent):
        yield from in_order(scene, node, [f"({text} ?? {empty})" for empty in ("0", "''", "1")])
    elif position == "receiver":
        kept = scene.grammar.plays(node, "subscript") and scene.grammar.position(node.parent) == "callee"  # type: ignore[arg-type]
        own = [f"({text} ??= {empty})" for empty in ("[]", "new Set()", "{}", "new Map()")] if kept else []
        yield from in_order(scene, node, [*own, *(f"({text} ?? {empty})" for empty in ("[]", "''", "{}")[: 3 - kept])])


@javascript("begun", STATEMENT)
def entry_made_first(scene: Scene, node: "Node") -> Iterator[Change]:
    """`m.get(k).push(x)` with `if (!m.has(k)) m.set(k, []);` before it; `m.set(k, [x])` with what was there."""
    outer = method_call(scene, expression_of(node))
    inner = method_call(scene, outer.receiver) if outer is not None else None
    if outer is None:
        return
    if inner is not None and inner.name == "get" and len(inner.arguments) == 1:
        box, key = scene.text(inner.receiver), scene.text(inner.arguments[0])
        empties = ["new Set()", "[]", "new Map()"] if outer.name == "add" else ["[]", "new Map()", "{}"]
        for rank, empty in enumerate(empties[:2]):
            text = f"if (!{box}.has({key})) {box}.set({key}, {empty});"
            yield scene.insert_before(node, text, 1.2 / (1 + rank))
    elif outer.name == "set" and len(outer.arguments) == 2:
        box, (key, value) = scene.text(outer.receiver), (scene.text(argument) for argument in outer.arguments)
        found = f"{box}.get({key})"
        if outer.arguments[1].type == "array":
            yield scene.replace(outer.arguments[1], f"[...({found} ?? []), {value[1:-1]}]", 1.2)
        elif found not in value:
            yield scene.replace(outer.arguments[1], f"({found} ?? 0) + {value}", 0.7)


@javascript("gone", STATEMENT)
def taken_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """`o[k] = undefined` as `delete o[k]`, `delete xs[i]` as `xs.splice(i, 1)`."""
    inner = expression_of(node)
    if inner is None:
        return
    left, right = (inner.child_by_field_name(field) for field in scene.grammar.assigned)
    emptied = right is not None and scene.text(right) in ("undefined", "null")
    if emptied and inner.type == "assignment_expression" and left is not None and not scene.grammar.plays(left, "name"):
        yield scene.replace(inner, f"delete {scene.text(left)}", 1.0)
    target = inner.child_by_field_name("argument") if has_word(inner, "delete") else None
    key = target.child_by_field_name("index") if target is not None else None
    if target is not None:
        yield scene.replace(inner, f"{scene.text(target)} = undefined", 0.4)
    if target is not None and key is not None:
        yield scene.replace(inner, f"{scene.text(target.named_children[0])}.splice({scene.text(key)}, 1)", 1.0)


@javascript("kept", STATEMENT)
def result_kept(scene: Scene, node: "Node") -> Iterator[Change]:
    """`text.trim();` as `text = text.trim();`, `xs.concat(ys);` as `xs.push(...ys);`."""
    inner = expression_of(node)
    call = method_call(scene, inner)
    if inner is None or call is None or call.name not in forms(scene, "pure"):
        return
    yield scene.replace(inner, f"{scene.text(call.receiver)} = {scene.text(inner)}", 1.5)
    if call.name == "concat" and len(call.arguments) == 1:
        yield scene.replace(inner, f"{scene.text(call.receiver)}.push(...{scene.text(call.arguments[0])})", 1.0)


@javascript("optional", "call")
def optional_call(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.f(x)` as `a.f?.(x)`, where the file does not say what `f` does."""
    call, callee = method_call(scene, node), scene.grammar.field(node, "callee")
    if callee is not None and scene.grammar.plays(callee, "name"):
        called = scene.text(callee) in scene.vocabulary.visible(node)
    else:
        called = call is not None and not scene.grammar.brothers("members", call.name) and call.receiver.type != "super"
        called = called and call is not None and not scene.text(call.receiver)[:1].isupper()
    holder = scene.grammar.field(node, "arguments")
    if called and callee is not None and holder is not None and "?." not in scene.text(node):
        yield scene.replace(holder, f"?.{scene.text(holder)}", 0.8)


@javascript("optional", "member")
def optional_links(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.b.c` as `a?.b?.c`, with all that hangs on it."""
    links, inner = list["Node"](), node
    while scene.grammar.plays(inner, "member") and inner.children[1].type == ".":
        links.append(inner.children[1])
        inner = inner.named_children[0]
    whole = not scene.grammar.plays(node.parent, "member")
    if whole and len(links) > 1 and reads(scene, node) and scene.grammar.position(node) != "callee":
        inside = links[:-1] if len(links) > 2 or scene.grammar.plays(inner, "receiver") else links
        yield Change(tuple(scene.replace(link, "?.").spans[0] for link in inside), 0.7)


def _sources(scene: Scene, node: "Node") -> list[tuple[str, float]]:
    """Objects whose entries an object literal may be meant to keep."""
    key = node.parent.child_by_field_name("key") if node.parent is not None and node.parent.type == "pair" else None
    if key is not None and node.parent is not None:
        beside = (
            [c for c in code_in(node.parent.parent) if scene.grammar.plays(c, "spread")] if node.parent.parent else []
        )
        name = scene.text(key)
        link = name if name.startswith("[") else f".{name}"
        return [(f"{scene.text(spread).lstrip('.')}{link}", 1.2) for spread in beside[:1]]
    if scene.grammar.position(node) not in ("value", "result", "argument"):
        return []
    kept = scene.assigned_by(node)
    visible = [n for n in scene.vocabulary.visible(node) if n not in scene.grammar.words["self"] and n != kept]
    return [
        *([(kept, 0.8)] if "." in kept else []),
        *((name, 0.5 / (1 + rank)) for rank, name in enumerate(visible[:2])),
    ]


@javascript("key", STATEMENT)
def key_declared_of_more(scene: Scene, node: "Node") -> Iterator[Change]:
    """`const key = a` as a text of `a` and of a parameter, those that are read nowhere else first."""
    made = code_in(node) if node.type.endswith("_declaration") else ()
    name, value = (made[0].child_by_field_name(f) for f in ("name", "value")) if len(made) == 1 else (None, None)
    if name is None or value is None or not re.search(r"[kK]ey$|[iI]d$|[sS]ignature$", scene.text(name)):
        return
    function, own = scene.within_definition(node), scene.text(value)
    listed = function.child_by_field_name("parameters") if function is not None else None
    names = [n for n in scene.vocabulary.names_in(listed) if n not in own] if listed is not None else []
    body = own[1:-1] if own.startswith("`") else f"${{{own}}}"
    for rank, other in enumerate(names[:3]):
        yield from in_order(scene, value, [f"`{body}{sign}${{{other}}}`" for sign in (":", "|")], 1.5 / (1 + rank))


@javascript("extreme", STATEMENT)
def declared_at_the_other_end(scene: Scene, node: "Node") -> Iterator[Change]:
    """`let best = 0` as `let best = -Infinity` and `Infinity`, where it is compared later on."""
    made = code_in(node) if node.type == "lexical_declaration" else ()
    name, value = (made[0].child_by_field_name(f) for f in ("name", "value")) if len(made) == 1 else (None, None)
    if name is None or value is None or scene.text(value) not in ("0", "1", "-1", "null", "Infinity", "-Infinity"):
        return
    text, function = re.escape(scene.text(name)), scene.within_definition(node)
    compared = rf"[<>]=? {text}\b|\b{text} [<>]|\(.*\b{text}\b.*\)"
    if function is not None and re.search(compared, scene.text(function)):
        others = [end for end in scene.grammar.words["extremes"] if end != scene.text(value)]
        yield from in_order(scene, value, others, 1.0)


def _is_new(node: "Node") -> bool:
    return node.type == "object"
