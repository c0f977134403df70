"""What calls pass on: parameters by name, one step deeper, another unit; calls in another order; methods and fields."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_PASSED, _MOST_RECEIVERS = 4, 3


@template("pass_on", "call")
def by_name(scene: Scene, node: "Node") -> Iterator[Change]:
    """`dump(data)` as `dump(data, indent=indent)`, for parameters that are read nowhere and those the callee has."""
    holder, callee = scene.grammar.field(node, "arguments"), scene.grammar.field(node, "callee")
    if scene.grammar.bracketed or holder is None or callee is None or not scene.text(holder).startswith("("):
        return
    visible, present = scene.vocabulary.visible(node), scene.text(holder)
    wanted = [p for p in scene.vocabulary.parameters(scene.text(callee)) if p in visible]
    unread = [name for name in visible if name in scene.unused]
    inner = present[1:-1].strip().rstrip(",")
    for rank, name in enumerate(dict.fromkeys([*wanted, *unread])):
        if rank < _MOST_PASSED and name not in present and name not in scene.grammar.words["self"]:
            given = f"{name}={name}"
            yield scene.replace(holder, f"({inner}, {given})" if inner else f"({given})", 1.0 / (1 + 0.3 * rank))


@template("pass_on", "call")
def one_step_further(scene: Scene, node: "Node") -> Iterator[Change]:
    """In a function that calls itself: `walk(child)` as `walk(child, depth + 1)`."""
    holder, callee = scene.grammar.field(node, "arguments"), scene.grammar.field(node, "callee")
    function = scene.within_definition(node)
    if holder is None or callee is None or function is None:
        return
    name = scene.text(callee).rpartition(".")[2]
    if name != scene.name_of(function):
        return
    present = [scene.text(child) for child in holder.named_children if child.type != "comment"]
    parameters = [p for p in scene.vocabulary.parameters(name) if p not in scene.grammar.words["self"]]
    for parameter in parameters[len(present) : len(present) + 1]:
        wider = (f"{parameter} + 2", f"{parameter} + 4") if "indent" in parameter else ()
        for text in (f"{parameter} + 1", parameter, f"{parameter} - 1", *wider):
            yield scene.replace(holder, f"({', '.join([*present, text])})", 1.0)
    for index, (argument, parameter) in enumerate(zip(present, parameters, strict=False)):
        if argument == parameter:
            for text in (f"{parameter} + 1", f"{parameter} - 1"):
                given = [*present[:index], text, *present[index + 1 :]]
                yield scene.replace(holder, f"({', '.join(given)})", 0.5)


@template("keyword", "named_argument")
def other_keyword(scene: Scene, node: "Node") -> Iterator[Change]:
    """`days=n` as `hours=n`."""
    name = node.child_by_field_name("name")
    if name is not None:
        for rank, other in enumerate(scene.grammar.brothers("keywords", scene.text(name))):
            yield scene.replace(name, other, 1.0 / (1 + 0.3 * rank))


@template("chained", "call")
def in_another_order(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.f(a).g(b)` as `x.g(b).f(a)`."""
    inner = _link(scene, node)
    first = _link(scene, inner[0]) if inner is not None and scene.grammar.plays(inner[0], "call") else None
    if inner is not None and first is not None:
        yield scene.replace(node, f"{scene.text(first[0])}{inner[1]}{first[1]}", 1.0)


@template("method", "member")
def called_or_read(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.area` as `x.area()` where that is a method."""
    member = scene.grammar.field(node, "member")
    if member is None or scene.grammar.position(node) == "callee" or not reads(scene, node):
        return
    if scene.text(member) in scene.vocabulary.methods and not scene.vocabulary.parameters(scene.text(member)):
        yield scene.replace(node, f"{scene.text(node)}()", 1.0)


@template("receiver", "member")
def of_another_object(scene: Scene, node: "Node") -> Iterator[Change]:
    """`this.vars` as `this.owner(name).vars`: what the same member is taken from elsewhere in the file."""
    receiver, member = scene.grammar.field(node, "object"), scene.grammar.field(node, "member")
    if receiver is None or member is None:
        return
    own = scene.text(receiver)
    found: dict[str, Node] = {}
    for other, name in scene.vocabulary.receivers:
        text = scene.text(other)
        if scene.text(name) == scene.text(member) and text != own and scene.known_at(other, node):
            found.setdefault(text, other)
    for rank, text in enumerate(list(found)[:_MOST_RECEIVERS]):
        yield scene.replace(receiver, text, 1.0 / (1 + 0.4 * rank))
    for rank, (text, parameters) in enumerate(_finders(scene, node)):
        given = ", ".join(parameters)
        yield scene.replace(receiver, f"{own}.{text}({given})", 0.5 / (1 + 0.4 * rank))


def _finders(scene: Scene, node: "Node") -> list[tuple[str, tuple[str, ...]]]:
    """Methods of the class around whose parameters are all visible: they may give the object that is meant."""
    owner, visible = scene.within(node, "class"), scene.vocabulary.visible(node)
    receiver = scene.grammar.field(node, "object")
    if owner is None or receiver is None or scene.text(receiver) not in scene.grammar.words["self"]:
        return []
    text = scene.text(owner)
    mine = [c for c in scene.vocabulary.callees.values() if c.method or f" {c.name}(" in text]
    fits = [c for c in mine if c.parameters and all(p in visible for p in c.parameters) and f"{c.name}(" in text]
    function = scene.within_definition(node)
    here = scene.name_of(function) if function is not None else ""
    return [(c.name, c.parameters) for c in fits if c.name != here][:2]


def _link(scene: Scene, call: "Node") -> tuple["Node", str] | None:
    """What a method is called on, and the call from its dot on."""
    callee = scene.grammar.field(call, "callee")
    receiver = scene.grammar.field(callee, "object") if scene.grammar.plays(callee, "member") and callee else None
    if receiver is None:
        return None
    return receiver, scene.content[receiver.end_byte : call.end_byte].decode("utf-8", "surrogateescape")
