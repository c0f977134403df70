"""Checks: predicates turned, truths told by a size, errors caught, keys asked for first, names exchanged."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.javascript import code_in, forms, in_order, javascript, method_call
from devagent.repair.templates.template import EXPRESSION, STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_PREDICATES = ("filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex")
_LIMIT = re.compile(r"max|min|limit|last|first|capacity|bound|size$", re.IGNORECASE)
_RISKY = re.compile(r"JSON\.parse|new URL|\bawait\b|decodeURI|BigInt\(|new RegExp|parse\w*\(")
_ARITHMETIC = ("+", "-", "*")
_MOST_PAIRS, _MOST_LIMITS, _MOST_SIZED = 3, 2, 2


@javascript("negate", "lambda")
def other_predicate(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.filter((x) => x.done)` as `xs.filter((x) => !x.done)`."""
    body = scene.grammar.field(node, "body")
    call = method_call(scene, node.parent.parent) if node.parent is not None else None
    if call is None or body is None or call.name not in _PREDICATES or scene.grammar.plays(body, "block"):
        return
    if not scene.is_comparison(body) and not scene.grammar.plays(body, "negation"):
        yield scene.replace(body, scene.negated(body), 0.8)


@javascript("literal", "truth")
def truth_by_a_value(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x = true` as `x = !x`; `return true` as `return xs.length === 0`."""
    if scene.text(node) not in ("true", "false"):
        return
    assigned = scene.assigned_by(node)
    if assigned and scene.grammar.plays(node.parent, "assignment"):
        yield scene.replace(node, f"!{assigned}", 0.9)
    if scene.grammar.position(node) == "result":
        sized = [name for name in scene.vocabulary.visible(node) if scene.vocabulary.is_sized(name)][:_MOST_SIZED]
        for rank, name in enumerate(sized):
            texts = [f"{name}.length === 0", f"{name}.length > 0"]
            yield from in_order(scene, node, texts if scene.text(node) == "true" else texts[::-1], 0.8 / (1 + rank))


@javascript("passed_on", STATEMENT)
def caught(scene: Scene, node: "Node") -> Iterator[Change]:
    """What may fail, and all behind it in its block, in `try`, with another result or the next round in `catch`."""
    block = scene.block_of(node)
    risky = not scene.grammar.plays(node, "compound") and _RISKY.search(scene.text(node)) is not None
    if not risky or not scene.grammar.plays(node.parent, "block") or scene.within(node, "handler") is not None:
        return
    rest = block[next(index for index, other in enumerate(block) if other.id == node.id) :]
    indent, line, step = scene.indent(node), scene.newline, scene.step
    tried = b"".join(scene.shifted(other, indent + step) for other in rest)
    start, end = scene.lines_at(rest[0])[0], scene.lines_at(rest[-1])[1]
    for rank, jump in enumerate(_ways_on(scene, node)):
        tail = f"{indent}}} catch {{{line}{indent}{step}{jump}{line}{indent}}}{line}"
        text = encode(f"{indent}try {{{line}") + tried + encode(tail)
        yield Change((Span(start, end, text),), 0.8 / (1 + 0.3 * rank))


@javascript("membership", STATEMENT)
def only_where_it_is(scene: Scene, node: "Node") -> Iterator[Change]:
    """`r[k] = o[k];` as `if (k in o) { r[k] = o[k]; }`."""
    if scene.grammar.plays(node, "compound") or "declaration" in node.type or scene.height(node) > 1:
        return
    found = dict.fromkeys(re.findall(r"(?<![\w.])((?:this\.)?\w+)\[(\w+)\](?!\s*=[^=])", scene.text(node)))
    for rank, (box, key) in enumerate(list(found)[:2]):
        if not key.isdecimal():
            start, end = scene.lines_at(node)
            indent, line = scene.indent(node), scene.newline
            inner = scene.shifted(node, indent + scene.step)
            text = encode(f"{indent}if ({key} in {box}) {{{line}") + inner + encode(f"{indent}}}{line}")
            yield Change((Span(start, end, text),), 0.8 / (1 + rank))


@javascript("fresh", "spread")
def spread_of_a_copy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{ ...DEFAULTS }` as `{ ...structuredClone(DEFAULTS) }`, for a name of the module."""
    inner = code_in(node)[0] if code_in(node) else None
    if inner is not None and scene.text(inner) in scene.vocabulary.top_names:
        yield scene.replace(inner, scene.grammar.copies["deep"][0].format(scene.text(inner)), 1.0)


@javascript("splitting", "call")
def padded_or_split_at_space(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.split(' ')` as `s.split(/\\s+/)`, `n.toString(16)` as `n.toString(16).padStart(2, '0')`."""
    call = method_call(scene, node)
    if call is not None and call.name == "split" and len(call.arguments) == 1:
        others = {"' '": "/\\s+/", "','": "/\\s*,\\s*/", "'\\n'": "/\\r?\\n/"}
        text = scene.text(call.arguments[0]).replace('"', "'")
        if text in others:
            yield scene.replace(call.arguments[0], others[text], 1.2)
    callee = scene.grammar.field(node, "callee")
    if (call is not None and call.name == "toString") or (callee is not None and scene.text(callee) == "String"):
        yield scene.replace(node, f"{scene.text(node)}.padStart(2, '0')", 1.0)


@javascript("rounding", "operation")
def sum_rounded_to_cents(scene: Scene, node: "Node") -> Iterator[Change]:
    """`return a + b * c` as `return Math.round((a + b * c) * 100) / 100`."""
    if scene.operator(node) in _ARITHMETIC and scene.grammar.position(node) == "result":
        yield scene.replace(node, f"Math.round(({scene.text(node)}) * 100) / 100", 0.7)


@javascript("clamp", "operation")
def within_a_limit_of_the_object(scene: Scene, node: "Node") -> Iterator[Change]:
    """`this.page + 1` as `Math.min(this.page + 1, this.last)`, with what the object has as a limit."""
    owner = scene.within(node, "class")
    if owner is None or scene.operator(node) not in _ARITHMETIC:
        return
    if scene.grammar.position(node) not in ("value", "result", "argument"):
        return
    getters = re.findall(r"\bget (\w+)\(", scene.text(owner))
    names = [n for n in dict.fromkeys([*scene.attributes(node), *getters]) if _LIMIT.search(n)]
    for rank, name in enumerate([n for n in names if f"this.{n}" not in scene.text(node)][:_MOST_LIMITS]):
        texts = [f"Math.{side}({scene.text(node)}, this.{name})" for side in ("min", "max")]
        yield from in_order(scene, node, texts if "min" not in name.lower() else texts[::-1], 1.2 / (1 + 0.4 * rank))


@javascript("exchange", STATEMENT)
def names_of_a_statement(scene: Scene, node: "Node") -> Iterator[Change]:
    """`Math.max(high, Math.min(low, x))` with `low` and `high` exchanged."""
    if scene.grammar.plays(node, "compound") or scene.height(node) > 1 or "(" not in scene.text(node):
        return
    names = [n for n in scene.vocabulary.names_in(node) if n in scene.vocabulary.visible(node)]
    alike = sorted(combinations(names, 2), key=lambda pair: -scene.vocabulary.likeness(*pair))[:_MOST_PAIRS]
    for rank, (one, other) in enumerate(alike):
        text = re.sub(
            rf"(?<![\w.])({re.escape(one)}|{re.escape(other)})\b",
            lambda found, one=one, other=other: other if found[1] == one else one,  # type: ignore[misc]
            scene.text(node),
        )
        yield scene.replace(node, text, 0.6 / (1 + 0.5 * rank))


@javascript("key", EXPRESSION)
def key_of_all(scene: Scene, node: "Node") -> Iterator[Change]:
    """`const key = args[0]` as `const key = JSON.stringify(args)`."""
    declared = node.parent.child_by_field_name("name") if node.parent is not None else None
    if declared is None or declared.id == node.id or not re.search(r"[kK]ey$|[iI]d$", scene.text(declared)):
        return
    texts = [form.format(name) for name in scene.vocabulary.names_in(node)[:1] for form in forms(scene, "whole_keys")]
    yield from in_order(scene, node, texts, 1.2)


def _ways_on(scene: Scene, node: "Node") -> list[str]:
    """What a function does where something fails: it goes on, or gives what nobody has read yet, or nothing."""
    around = scene.within(node, "loop")
    function = scene.within_definition(node)
    listed = function.child_by_field_name("parameters") if function is not None else None
    names = scene.vocabulary.names_in(listed) if listed is not None else []
    text = scene.text(function) if function is not None else ""
    unread = [f"return {name};" for name in names if len(re.findall(rf"\b{re.escape(name)}\b", text)) == 1]
    return [*(["continue;"] if around is not None else []), *unread, "return null;", "return [];", "return false;"][:4]
