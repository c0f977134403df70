"""Promises: awaited, awaited together, in a loop instead of a callback; generators that delegate."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.javascript import expression_of, has_word, javascript, method_call
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_HINTS = re.compile(rb"\basync\b|\bawait\b|\bPromise\b|\.then\(")
_NEVER = re.compile(r"(?:Math|JSON|Object|Array|Number|String|Date|console|Promise|Symbol)\b|super$")
_KNOWN, _UNKNOWN, _ORDINARY = 1.2, 0.7, 0.4
# Where `await x` needs parentheses.
_TIGHT = ("receiver", "callee", "operand of logic")


@javascript("await", "call")
def awaited(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(x)` as `await f(x)` in an asynchronous function."""
    callee, parent = scene.grammar.field(node, "callee"), node.parent
    if callee is None or parent is None or parent.type in ("await_expression", "yield_expression"):
        return
    if not has_word(scene.within_definition(node), "async") or _NEVER.match(scene.text(callee)):
        return
    tight = scene.grammar.position(node) in _TIGHT
    text = f"await {scene.text(node)}"
    yield scene.replace(node, f"({text})" if tight else text, _likely_promise(scene, scene.text(callee)))


@javascript("await", "name", "member")
def promise_awaited(scene: Scene, node: "Node") -> Iterator[Change]:
    """`return pending` as `return await pending` in an asynchronous function."""
    given = scene.grammar.position(node) in ("value", "result") and reads(scene, node)
    if given and has_word(scene.within_definition(node), "async"):
        yield scene.replace(node, f"await {scene.text(node)}", 0.3)


@javascript("await", "call")
def awaited_together(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.map(f)` as `Promise.all(xs.map(f))`, and as `await` of that."""
    call = method_call(scene, node)
    if call is None or call.name != "map" or not _HINTS.search(scene.content):
        return
    text, function = f"Promise.all({scene.text(node)})", scene.within_definition(node)
    callback = call.arguments[0] if call.arguments else None
    weight = 1.5 if has_word(callback, "async") or has_word(node.parent, "await") else 0.5
    position = scene.grammar.position(node)
    if has_word(node.parent, "await"):
        yield scene.replace(node, text, weight)
    elif position in ("value", "result", "argument", "iterable"):
        if position == "result":
            yield scene.replace(node, text, weight)
        if has_word(function, "async"):
            yield scene.replace(node, f"await {text}", weight)


@javascript("await", EXPRESSION)
def not_awaited(scene: Scene, node: "Node") -> Iterator[Change]:
    """`await f(x)` as `f(x)`: the promise is what is kept."""
    if node.type == "await_expression" and scene.grammar.position(node) in ("value", "argument", "result"):
        yield scene.replace(node, scene.text(node.named_children[0]), 0.4)


@javascript("as_loop", STATEMENT)
def loop_instead_of_callback(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.forEach(async (x) => { … })` as `for (const x of xs) { … }`, and where the callback returns something."""
    inner = expression_of(node)
    if has_word(inner, "await") and inner is not None:
        inner = inner.named_children[0]
    call = method_call(scene, inner)
    if call is None or call.name != "forEach" or len(call.arguments) != 1:
        return
    callback = call.arguments[0]
    body = callback.child_by_field_name("body")
    if body is None or not scene.grammar.plays(body, "block"):
        return
    text = re.sub(r"\breturn;", "continue;", scene.text(body))
    gives = re.search(r"\breturn\b", text) is not None
    if has_word(callback, "async") or gives:
        names = [scene.text(name) for name in _parameters(callback)]
        head = f"const {names[0]} of {scene.text(call.receiver)}" if len(names) == 1 else ""
        if len(names) == 2:
            head = f"const [{names[1]}, {names[0]}] of {scene.text(call.receiver)}.entries()"
        if head:
            yield scene.replace(node, f"for ({head}) {text}", 1.0)


@javascript("await", "loop")
def loop_that_waits(scene: Scene, node: "Node") -> Iterator[Change]:
    """`for (const x of xs)` as `for await (const x of xs)` in an asynchronous function."""
    bracket = next((child for child in node.children if child.type == "("), None)
    if has_word(node, "of") and bracket is not None and not has_word(node, "await"):
        function = scene.within_definition(node)
        if has_word(function, "async"):
            yield scene.replace(bracket, "await (", 1.0 if has_word(function, "*") else 0.5)


@javascript("delegate", STATEMENT)
def delegated(scene: Scene, node: "Node") -> Iterator[Change]:
    """`yield walk(x)` as `yield* walk(x)`, and the other way round."""
    inner = expression_of(node)
    if inner is None or inner.type != "yield_expression" or not inner.named_child_count:
        return
    if has_word(inner, "*"):
        yield scene.replace(inner, f"yield {scene.text(inner.named_children[0])}", 0.5)
    else:
        yield scene.replace(inner.children[0], "yield*", 1.0)


def _likely_promise(scene: Scene, callee: str) -> float:
    """How likely a function gives a promise: the file says so, it has a name of its own, or an ordinary one."""
    name = re.escape(callee.rpartition(".")[2])
    if re.search(encode(rf"\basync\s+(?:function\*?\s+)?\*?{name}\b|\bawait\s+[\w.#]*\b{name}\("), scene.content):
        return _KNOWN
    return _ORDINARY if scene.grammar.brothers("members", callee.rpartition(".")[2]) else _UNKNOWN


def _parameters(function: "Node") -> list["Node"]:
    single, listed = (function.child_by_field_name(field) for field in ("parameter", "parameters"))
    return [single] if single is not None else listed.named_children if listed is not None else []
