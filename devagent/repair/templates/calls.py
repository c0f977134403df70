"""Calls: another function, other arguments, wrapped round a value or taken off it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.names import spelled_alike
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_ADDED = 6
_WRAPPED = ("iterable", "operand", "index", "bound", "argument", "value", "result", "receiver")


@template("sibling_call", "call")
def other_function(scene: Scene, node: "Node") -> Iterator[Change]:
    """`max` as `min`; a function of the file as another one that is called with, or has, as many parameters."""
    callee = scene.grammar.field(node, "callee")
    if callee is None:
        return
    name, count = scene.text(callee), len(_arguments(scene, node))
    for rank, other in enumerate(scene.grammar.brothers("calls", name)):
        yield scene.replace(callee, other, 1.0 / (1 + 0.3 * rank))
    if scene.grammar.plays(callee, "name"):
        others = [other for other in _functions(scene, count) if other != name]
        for rank, other in enumerate(sorted(others, key=lambda o: -spelled_alike(name, o))):
            yield scene.replace(callee, other, (0.6 + 0.4 * spelled_alike(name, other)) / (1 + 0.3 * rank))


@template("arguments", "call")
def exchanged_arguments(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(a, b)` as `f(b, a)`, any two."""
    arguments = [a for a in _arguments(scene, node) if not scene.grammar.plays(a, "named_argument")]
    for index, first in enumerate(arguments):
        for second in arguments[index + 1 :]:
            if scene.text(first) != scene.text(second):
                yield scene.exchange(first, second, 1.0 if second is arguments[index + 1 : index + 2][0] else 0.6)


@template("arguments", "call")
def fewer_or_more_arguments(scene: Scene, node: "Node") -> Iterator[Change]:
    """A call without one of its arguments, or with one more: what a parameter is named after, else what is in scope."""
    arguments, holder = _arguments(scene, node), scene.grammar.field(node, "arguments")
    if holder is None or not scene.text(holder).startswith("("):
        return
    texts = [scene.text(argument) for argument in arguments]
    for index in range(len(texts)):
        yield scene.replace(
            holder, f"({', '.join(texts[:index] + texts[index + 1 :])})", 0.5 if len(texts) > 1 else 0.3
        )
    for text in ("1", "0", scene.grammar.words["true"]):
        yield scene.replace(holder, f"({', '.join([*texts, text])})", 0.35)
    for rank, text in enumerate(_missing(scene, node, texts)):
        yield scene.replace(holder, f"({', '.join([*texts, text])})", 0.7 / (1 + 0.4 * rank))


@template("arguments", "call")
def argument_named_so(scene: Scene, node: "Node") -> Iterator[Change]:
    """An argument by what bears the name of its parameter: `f(code)` as `f(item.title)` for `def f(title)`."""
    callee = scene.grammar.field(node, "callee")
    parameters = scene.vocabulary.parameters(scene.text(callee)) if callee is not None else ()
    for argument, parameter in zip(_arguments(scene, node), parameters, strict=False):
        if not scene.text(argument).endswith(parameter) and not scene.grammar.plays(argument, "named_argument"):
            for rank, text in enumerate([*_same_owner(scene, argument, parameter), *_bearers(scene, node, parameter)]):
                yield scene.replace(argument, text, 1.0 / (1 + 0.4 * rank))


@template("wrap", EXPRESSION)
def wrapped(scene: Scene, node: "Node") -> Iterator[Change]:
    """A value inside a call: conversions that suit its position, and the file's own functions of one argument."""
    position, grammar = scene.grammar.position(node), scene.grammar
    if position not in _WRAPPED or (position != "iterable" and not _convertible(scene, node)):
        return
    likely = 1.4 if position == "iterable" else 0.8
    for rank, form in enumerate(grammar.wraps.get(position, ())):
        yield scene.replace(node, form.format(scene.atom(node)), likely / (1 + 0.25 * rank))
    if position != "receiver":
        for rank, function in enumerate(_functions(scene, 1)[:5]):
            yield scene.replace(node, f"{function}({scene.text(node)})", 0.8 / (1 + 0.35 * rank))


@template("clamp", EXPRESSION)
def wrapped_with_a_name(scene: Scene, node: "Node") -> Iterator[Change]:
    """A value kept within a bound that is in scope, or put into another call together with a name in scope."""
    if scene.grammar.position(node) not in ("value", "argument", "result", "bound") or not _convertible(scene, node):
        return
    text, seen = scene.text(node), scene.vocabulary.names_in(node)
    names = [n for n in scene.vocabulary.visible(node) if n not in seen and n not in scene.grammar.words["self"]]
    assigned = scene.assigned_by(node)
    ranked = sorted(names, key=lambda name: (name not in assigned, name not in scene.unused))
    function = scene.within_definition(node)
    said, me = scene.text(function) if function is not None else "", scene.grammar.words["self"][0]
    unsaid = [f"{me}.{name}" for name in scene.attributes(node) if f"{me}.{name}" not in said]
    for rank, name in enumerate([*ranked[:4], *unsaid[:2]]):
        for form in scene.grammar.wraps["named"]:
            yield scene.replace(node, form.format(text, atom=scene.atom(node), name=name), 1.0 / (1 + 0.4 * rank))


@template("unwrap", "call", "subscript")
def unwrapped(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(x)` as `x`, `x.m(…)` as `x`, `x[i]` as `x`."""
    if scene.grammar.plays(node, "subscript"):
        indexed = scene.grammar.field(node, "indexed")
        if indexed is not None and reads(scene, node):
            yield scene.replace(node, scene.text(indexed), 0.4)
        return
    receiver = _receiver(scene, node)
    arguments = _arguments(scene, node)
    if receiver is not None and not scene.text(receiver)[:1].isupper():
        yield scene.replace(node, scene.text(receiver), 0.8)
    for argument in arguments[:2]:
        yield scene.replace(node, scene.text(argument), 1.0 if len(arguments) == 1 else 0.6)


@template("rewrap", "call")
def function_instead_of_method(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.m()` as `f(x)` or `f(x.m())` with a function of the file, those that this one calls first."""
    receiver = _receiver(scene, node)
    if receiver is not None and not _arguments(scene, node):
        for rank, function in enumerate(_functions(scene, 1)):
            akin = function in scene.called_here and scene.called_with(function) & set(
                scene.vocabulary.names_in(receiver)
            )
            weight = 2.0 if akin else 1.5 if function in scene.called_here else 1.0
            yield scene.replace(node, f"{function}({scene.text(node)})", weight / (1 + 0.4 * rank))
            yield scene.replace(node, f"{function}({scene.text(receiver)})", weight / (1 + 0.25 * rank))


@template("rewrap", "subscript")
def function_instead_of_lookup(scene: Scene, node: "Node") -> Iterator[Change]:
    """`table[key]` as `f(key)` with a function of the file."""
    parts = node.named_children
    if len(parts) == 2 and reads(scene, node) and not scene.grammar.plays(parts[1], "slice"):
        for rank, function in enumerate(_functions(scene, 1)[:8]):
            weight = 0.6 if scene.grammar.plays(parts[1], "name") else 0.4
            yield scene.replace(node, f"{function}({scene.text(parts[1])})", weight / (1 + 0.3 * rank))


@template("wrap", "collection")
def elements_instead(scene: Scene, node: "Node") -> Iterator[Change]:
    """`[x]` as `list(x)`, `[...x]` and `x`."""
    element = node.named_children[0] if node.named_child_count == 1 else None
    if element is None or not scene.text(node).startswith("[") or scene.grammar.plays(element, "spread"):
        return
    if reads(scene, element):
        yield scene.replace(node, scene.grammar.wraps["all"][0].format(scene.text(element)), 1.2)
        yield scene.replace(node, scene.text(element), 0.8)


@template("lookup", "subscript", "call")
def other_lookup(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d[k]` as `d.get(k)` and `d.get(k, 0)`; `d.get(k)` as `d[k]`."""
    if scene.grammar.bracketed or not reads(scene, node):
        return
    if scene.grammar.plays(node, "subscript"):
        if len(node.named_children) == 2 and not scene.grammar.plays(node.named_children[1], "slice"):
            box, key = (scene.text(child) for child in node.named_children)
            for rank, default in enumerate(("", ", 0", ", []", f", {key}", ", ''")):
                yield scene.replace(node, f"{box}.get({key}{default})", 1.0 / (1 + 0.4 * rank))
            first, again = node.named_children[0], node.named_children[0].named_children
            if scene.grammar.plays(first, "subscript") and len(again) == 2:
                outer = f"{scene.text(again[0])}.get({scene.text(again[1])}, {{}})"
                yield scene.replace(node, f"{outer}.get({key})", 0.6)
    elif (receiver := _receiver(scene, node)) is not None and scene.text(node).startswith(
        f"{scene.text(receiver)}.get("
    ):
        arguments = [scene.text(argument) for argument in _arguments(scene, node)]
        if arguments:
            yield scene.replace(node, f"{scene.text(receiver)}[{arguments[0]}]", 0.6)
        if len(arguments) == 1:
            for rank, default in enumerate(("0", "[]", arguments[0], "''", "1", "False")):
                yield scene.replace(
                    node, f"{scene.text(receiver)}.get({arguments[0]}, {default})", 0.7 / (1 + 0.3 * rank)
                )


def _arguments(scene: Scene, call: "Node") -> list["Node"]:
    holder = scene.grammar.field(call, "arguments")
    return [child for child in holder.named_children if child.type != "comment"] if holder is not None else []


def _receiver(scene: Scene, call: "Node") -> "Node | None":
    callee = scene.grammar.field(call, "callee")
    if callee is None or not scene.grammar.plays(callee, "member"):
        return None
    return scene.grammar.field(callee, "object")


def _functions(scene: Scene, count: int) -> list[str]:
    """Plain functions that take `count` arguments: called so or defined so in the file, the most used first."""
    called = {
        name: sum(n.values()) for name, n in scene.vocabulary.called.items() if count in n and name.isidentifier()
    }
    defined = scene.vocabulary.callees.values()
    own = {
        c.name: 1
        for c in defined
        if not c.method and len(c.parameters) == count and c.name in scene.vocabulary.top_names
    }
    found = {**own, **called}
    return sorted(found, key=lambda name: (name not in scene.called_here, -found[name], name))


def _missing(scene: Scene, call: "Node", present: list[str]) -> list[str]:
    callee = scene.grammar.field(call, "callee")
    parameters = scene.vocabulary.parameters(scene.text(callee)) if callee is not None else ()
    expected = [text for name in parameters[len(present) :] for text in _bearers(scene, call, name)]
    visible = [name for name in scene.vocabulary.visible(call) if name not in scene.grammar.words["self"]]
    return [text for text in dict.fromkeys([*expected, *visible]) if text not in present][:_MOST_ADDED]


def _bearers(scene: Scene, place: "Node", name: str) -> list[str]:
    """What bears a name at a place: the name itself where it is visible, and it as a member of what is visible."""
    visible = scene.vocabulary.visible(place)
    own = [f"{me}.{name}" for me in scene.grammar.words["self"][:1] if name in scene.attributes(place)]
    plain = [*([name] if name in visible else []), *own]
    if name not in scene.vocabulary.all_members:
        return plain
    known = [r for r in visible if name in scene.vocabulary.members.get(r, {})]
    owners = list(dict.fromkeys([*known, *visible]))
    return [*plain, *(f"{receiver}.{name}" for receiver in owners)][:_MOST_ADDED]


def _same_owner(scene: Scene, argument: "Node", name: str) -> list[str]:
    """`x.y.name` for the argument `x.y.z`, where some object has such a member."""
    owner = scene.grammar.field(argument, "object") if scene.grammar.plays(argument, "member") else None
    return [f"{scene.text(owner)}.{name}"] if owner is not None and name in scene.vocabulary.all_members else []


def _convertible(scene: Scene, node: "Node") -> bool:
    grammar = scene.grammar
    if grammar.plays(node, "truth") or grammar.plays(node, "number") or grammar.plays(node, "string"):
        return False
    return not any(grammar.plays(node, role) for role in ("spread", "named_argument", "slice", "negation", "function"))
