"""Functions: what `this` is in them, what they return and are given, parameters with defaults, names declared anew."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene, below, encode
from devagent.repair.templates.javascript import (
    built,
    code_in,
    expression_of,
    forms,
    has_word,
    in_order,
    inserted,
    javascript,
    method_call,
    owner_of,
)
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_OWN = re.compile(r"\bthis\b|\barguments\b")
_REST = "...args"
_HANDED = ("argument", "value")
_MOST_PARAMETERS = 3


@javascript("this", "function")
def arrow_or_not(scene: Scene, node: "Node") -> Iterator[Change]:
    """`function () {}` as `() => {}` and the other way round, where the body says `this`."""
    body, listed = node.child_by_field_name("body"), node.child_by_field_name("parameters")
    if body is None or not scene.grammar.plays(body, "block") or not _OWN.search(scene.text(body)):
        return
    lead, given = "async " if has_word(node, "async") else "", scene.text(listed) if listed is not None else ""
    if node.type == "function_expression" and node.child_by_field_name("name") is None:
        yield scene.replace(node, f"{lead}{given} => {scene.text(body)}", 1.2)
    elif node.type == "arrow_function" and given:
        key = node.parent.child_by_field_name("key") if node.parent is not None and node.parent.type == "pair" else None
        if key is not None and node.parent is not None:
            yield scene.replace(node.parent, f"{lead}{scene.text(key)}{given} {scene.text(body)}", 1.0)
        yield scene.replace(node, f"{lead}function {given} {scene.text(body)}", 0.5)


@javascript("this", "member")
def method_with_its_object(scene: Scene, node: "Node") -> Iterator[Change]:
    """`on(this.f)` as `on(this.f.bind(this))` and `on((x) => this.f(x))`."""
    receiver, member = scene.grammar.field(node, "object"), scene.grammar.field(node, "member")
    if receiver is None or member is None or scene.grammar.position(node) not in _HANDED:
        return
    if scene.text(member) not in scene.vocabulary.callees:
        return
    given = ", ".join(scene.vocabulary.parameters(scene.text(member)))
    text, owner = scene.text(node), scene.text(receiver)
    yield scene.replace(node, f"{text}.bind({owner})", 1.0)
    yield scene.replace(node, f"({given}) => {text}({given})", 1.0)


@javascript("sibling_call", "name")
def other_function_handed_on(scene: Scene, node: "Node") -> Iterator[Change]:
    """`map(parseInt)` as `map(Number)` and `map((item) => parseInt(item))`."""
    name = scene.text(node)
    others = scene.grammar.brothers("calls", name) if scene.grammar.position(node) == "argument" else []
    if others or (scene.grammar.position(node) == "argument" and name in scene.vocabulary.callees):
        yield from in_order(scene, node, [*others, *(form.format(name) for form in forms(scene, "handed"))])


@javascript("this", "call")
def called_later(scene: Scene, node: "Node") -> Iterator[Change]:
    """`setTimeout(f(x), 10)` as `setTimeout(() => f(x), 10)`."""
    outer = node.parent.parent if node.parent is not None and scene.grammar.position(node) == "argument" else None
    callee = scene.grammar.field(outer, "callee") if outer is not None and scene.grammar.plays(outer, "call") else None
    if callee is not None and scene.text(callee).rpartition(".")[2] in forms(scene, "later"):
        yield scene.replace(node, f"() => {scene.text(node)}", 1.2)


@javascript("this", "name")
def called_later_with_what_is_given(scene: Scene, node: "Node") -> Iterator[Change]:
    """`setTimeout(f, 10)` as `setTimeout(() => f(...args), 10)`, with the parameters of the function around."""
    outer = node.parent.parent if node.parent is not None and scene.grammar.position(node) == "argument" else None
    callee = scene.grammar.field(outer, "callee") if outer is not None and scene.grammar.plays(outer, "call") else None
    function = scene.within_definition(node)
    listed = function.child_by_field_name("parameters") if function is not None else None
    if callee is None or listed is None or scene.text(callee).rpartition(".")[2] not in forms(scene, "later")[:5]:
        return
    given = scene.text(listed).strip("()")
    if given and scene.text(node) not in scene.vocabulary.names_in(listed):
        yield scene.replace(node, f"() => {scene.text(node)}({given})", 1.2)


@javascript("all_arguments", "function")
def all_arguments(scene: Scene, node: "Node") -> Iterator[Change]:
    """`() => f()` as `(...args) => f(...args)`, for a function without a name around a call of what is outside."""
    listed = node.child_by_field_name("parameters")
    if listed is None or listed.named_child_count or node.child_by_field_name("name") is not None:
        return
    outside = scene.vocabulary.visible(node)
    for call in below(node, scene.grammar, "call"):
        name, given = built(scene, call)
        holder = scene.grammar.field(call, "arguments")
        if name in outside and not given and holder is not None:
            yield Change((*scene.replace(listed, f"({_REST})").spans, *scene.replace(holder, f"({_REST})").spans))


@javascript("all_arguments", "call")
def with_its_this(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(...args)` as `f.apply(this, args)`."""
    name, given = built(scene, node)
    if name and len(given) == 1 and scene.grammar.plays(given[0], "spread"):
        yield scene.replace(node, f"{name}.apply(this, {scene.text(given[0]).lstrip('.')})", 0.7)


@javascript("missing_word", STATEMENT)
def returned(scene: Scene, node: "Node") -> Iterator[Change]:
    """The last expression of a function with `return` before it; `new RangeError(…)` with `throw` before it."""
    inner, block = expression_of(node), node.parent
    if inner is None or block is None or scene.grammar.plays(inner, "assignment"):
        return
    if inner.type == "new_expression":
        yield scene.replace(node, f"throw {scene.text(node)}", 1.5 if built(scene, inner)[0].endswith("Error") else 0.5)
    last = scene.block_of(node)[-1].id == node.id
    if last and scene.grammar.plays(block.parent, "function") and inner.type != "string":
        single = len(scene.block_of(node)) == 1 and scene.grammar.plays(block.parent, "lambda")
        weight = 0.5 if scene.grammar.plays(inner, "call") else 1.2
        yield scene.replace(node, f"return {scene.text(node)}", weight + 0.3 * single)


@javascript("missing_word", "lambda")
def object_in_brackets(scene: Scene, node: "Node") -> Iterator[Change]:
    """`() => { a, b }` as `() => ({ a, b })`."""
    body = scene.grammar.field(node, "body")
    if body is not None and scene.grammar.plays(body, "block") and ";" not in scene.text(body):
        yield scene.replace(body, f"({scene.text(body)})", 1.2 if scene.height(body) == 1 else 0.6)


@javascript("getter", "call")
def read_not_called(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.size()` as `x.size`, where that is a getter or a field."""
    call, callee = method_call(scene, node), scene.grammar.field(node, "callee")
    if call is None or callee is None or call.arguments:
        return
    gets = re.search(encode(rf"\bget\s+{re.escape(call.name)}\s*\("), scene.content) is not None
    if gets or call.name in ("size", "length") or any(scene.text(m) == call.name for _, m in scene.members_read):
        yield scene.replace(node, scene.text(callee), 1.0)


@javascript("getter", "member")
def called_not_read(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (x.isEmpty)` as `if (x.isEmpty())`, where that is a method of a class of the file."""
    member, around = scene.grammar.field(node, "member"), scene.grammar.position(node)
    name = scene.text(member) if member is not None else ""
    if around in ("callee", "argument", "") or name not in scene.vocabulary.callees or not reads(scene, node):
        return
    gets = re.search(encode(rf"\bget\s+{re.escape(name)}\s*\("), scene.content) is not None
    if not gets and not scene.vocabulary.parameters(name):
        yield scene.replace(node, f"{scene.text(node)}()", 1.0)


@javascript("inherited", "call")
def of_the_base(scene: Scene, node: "Node") -> Iterator[Change]:
    """`this.m(x)` as `super.m(x)`, above all in `m` itself."""
    call = method_call(scene, node)
    if call is None or not scene.grammar.plays(call.receiver, "receiver") or owner_of(scene, node) is None:
        return
    function = scene.within_definition(node)
    same = function is not None and scene.name_of(function) == call.name
    yield scene.replace(call.receiver, "super", 2.0 if same else 0.6)


@javascript("default", "function")
def default_of_a_parameter(scene: Scene, node: "Node") -> Iterator[Change]:
    """`(a, b)` as `(a, b = 0)`, `({ a })` as `({ a = 0 })` and `({ a } = {})`."""
    listed = node.child_by_field_name("parameters")
    parameters = code_in(listed) if listed is not None and node.parent is not None else ()
    for place, parameter in enumerate(reversed(parameters[-_MOST_PARAMETERS:])):
        inner = parameter.child_by_field_name("pattern") or parameter
        share = 0.5 / (1 + 0.5 * place)
        if inner.type == "object_pattern":
            if parameter.child_by_field_name("value") is None:
                yield Change((inserted(parameter.end_byte, " = {}"),), 2 * share)
            for name in [c for c in inner.named_children if c.type.startswith("shorthand")][:_MOST_PARAMETERS]:
                yield from _with_default(scene, name, 0.5 * share)
        elif inner.type == "identifier" and parameter.child_by_field_name("value") is None:
            yield from _with_default(scene, parameter, share)


@javascript("fallback", "name")
def parameter_as_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """`title` as `title ?? name`, where `name` is a parameter that is read nowhere."""
    if scene.grammar.position(node) not in ("value", "argument", "result") or not reads(scene, node):
        return
    function = scene.within_definition(node)
    listed = function.child_by_field_name("parameters") if function is not None else None
    names = scene.vocabulary.names_in(listed) if listed is not None else []
    text = scene.text(function) if function is not None else ""
    for other in [name for name in names if len(re.findall(rf"\b{re.escape(name)}\b", text)) == 1][:1]:
        yield scene.replace(node, scene.grammar.words["default"].format(scene.text(node), other), 1.0)


@javascript("shadow", STATEMENT, "loop")
def declared_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`var` as `let`; `let x = 1` as `x = 1` and `x += 1`, where there is such an `x` outside."""
    declared = node.child_by_field_name("initializer") if scene.grammar.plays(node, "loop") else node
    if (
        declared is None
        or not declared.type.endswith("_declaration")
        or declared.type.startswith(("function", "class"))
    ):
        return
    word, made = declared.children[0], code_in(declared)
    if word.type == "var":
        yield scene.replace(word, "let", 1.0)
    name = made[0].child_by_field_name("name") if len(made) == 1 else None
    value = made[0].child_by_field_name("value") if name is not None else None
    if name is None or value is None or not scene.grammar.plays(name, "name"):
        return
    at, text = name.start_byte, scene.text(name)
    if any(b.name == text and b.start != at and b.start <= at < b.end for b in scene.vocabulary.bindings):
        yield from in_order(scene, declared, [f"{text} {sign} {scene.text(value)};" for sign in ("=", "+=")], 1.2)


@javascript("shadow", "field")
def not_shared(scene: Scene, node: "Node") -> Iterator[Change]:
    """`static items = []` as `items = []`."""
    if has_word(node, "static"):
        yield scene.replace(node, re.sub(r"^static\s+", "", scene.text(node)), 1.0)


def _with_default(scene: Scene, parameter: "Node", share: float) -> Iterator[Change]:
    for rank, text in enumerate(forms(scene, "defaults")):
        yield Change((inserted(parameter.end_byte, f" = {text}"),), share / (1 + 0.3 * rank))
