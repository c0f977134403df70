"""Names and members replaced by others that are in scope, and whole values by others of the function."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.grammar import field_of
from devagent.repair.names import spelled_alike
from devagent.repair.scene import Scene
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_NAMES, _MOST_MEMBERS, _MOST_VALUES = 14, 16, 12


@template("name", "name")
def other_name(scene: Scene, node: "Node") -> Iterator[Change]:
    """A name by another one that is visible here, those used alike or spelled alike first."""
    name = scene.text(node)
    if not reads(scene, node) or scene.grammar.position(node) == "callee":
        return
    others = [other for other in scene.vocabulary.visible(node) if other != name]
    sized = scene.vocabulary.is_sized(name)
    near = {o: scene.vocabulary.likeness(name, o) + 0.2 * (sized and scene.vocabulary.is_sized(o)) for o in others}
    ranked = sorted(others, key=lambda other: -near[other])
    for rank, other in enumerate(ranked[:_MOST_NAMES]):
        yield scene.replace(node, other, (0.5 + 0.5 * near[other]) / (1 + 0.12 * rank))
    for other in scene.grammar.brothers("names", name):
        yield scene.replace(node, other, 0.3)


@template("member", "member")
def other_member(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.a` as `x.b`: members seen on the same receiver first, then those of the file, then those of other files."""
    receiver, member = scene.grammar.field(node, "object"), scene.grammar.field(node, "member")
    if receiver is None or member is None:
        return
    called = scene.grammar.position(node) == "callee"
    name, known = scene.text(member), scene.vocabulary
    for rank, other in enumerate(scene.grammar.brothers("members", name)):
        yield scene.replace(member, other, 0.7 / (1 + 0.3 * rank))
    own = known.members_of(scene.text(receiver))
    for rank, (other, weight) in enumerate(_ranked_members(scene, node, name, own)[:_MOST_MEMBERS]):
        if _is_called(scene, other) == called:
            yield scene.replace(member, other, weight / (1 + 0.12 * rank))


@template("name", "member")
def other_receiver(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x.a` as `a`, where such a name is visible; `self.a` is the usual one."""
    member = scene.grammar.field(node, "member")
    if member is not None and scene.text(member) in scene.vocabulary.visible(node):
        yield scene.replace(node, scene.text(member), 0.9)


@template("name", "member")
def what_a_property_hides(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.size` as `self._size`, in the function `size`."""
    member, function = scene.grammar.field(node, "member"), scene.within_definition(node)
    if member is not None and function is not None and scene.name_of(function) == scene.text(member):
        yield scene.replace(member, f"_{scene.text(member)}", 0.7)


@template("value", "name", "member", "subscript", "call")
def other_value(scene: Scene, node: "Node") -> Iterator[Change]:
    """A value by another whole value of the function: `a` by `x.a` or `x[0]`, `x.a` by `y`, a call by a name."""
    if not reads(scene, node) or scene.grammar.position(node) in ("callee", "receiver", ""):
        return
    text = scene.text(node)
    for rank, (other, weight) in enumerate(_values(scene, node, text)[:_MOST_VALUES]):
        yield scene.replace(node, other, weight / (1 + 0.1 * rank))


def reads(scene: Scene, node: "Node") -> bool:
    """Whether a name is read here: neither bound, nor a label, nor the name of a definition."""
    parent, field = node.parent, field_of(node)
    if parent is None or scene.grammar.binds(node) or node.type.endswith("_pattern"):
        return False
    if parent.type in (
        "parameters",
        "formal_parameters",
        "pattern_list",
        "tuple_pattern",
        "array_pattern",
        "object_pattern",
        "dotted_name",
    ):
        return False
    if scene.grammar.plays(parent, "assignment") and field == "left":
        return False
    return not (field in ("name", "key") and parent.type != "subscript") and not (
        scene.grammar.plays(parent, "member") and field == scene.grammar.fields["member"]
    )


def exchanged(text: str, one: str, other: str) -> str:
    """Code with two names put one for the other."""
    pattern = rf"(?<![\w.])({re.escape(one)}|{re.escape(other)})\b"
    return re.sub(pattern, lambda found: other if found.group() == one else one, text)


def _ranked_members(scene: Scene, node: "Node", name: str, own: list[str]) -> list[tuple[str, float]]:
    """Members that could stand here: those the function takes from the same receiver, the receiver's, the file's."""
    receiver = scene.grammar.field(node, "object")
    here = scene.members_here.get(scene.text(receiver) if receiver is not None else "", frozenset())
    counts = {**dict.fromkeys(own, 0), **scene.vocabulary.all_members}
    weights: dict[str, float] = {}
    for other, count in counts.items():
        if other != name and other.isidentifier():
            near = 1.4 if other in here else 0.9 if other in own else 0.35 if count >= 10 else 0.2
            weights[other] = near * (0.7 + 0.3 * spelled_alike(name, other))
    return sorted(weights.items(), key=lambda item: -item[1])


def _is_called(scene: Scene, member: str) -> bool:
    return member in scene.vocabulary.methods


def _values(scene: Scene, node: "Node", text: str) -> list[tuple[str, float]]:
    """Values of the function that could stand here: members and elements of what is visible, and plain names."""
    found: dict[str, float] = {}
    for other in scene.values:
        if other.id != node.id and scene.text(other) != text and scene.known_at(other, node):
            found.setdefault(scene.text(other), 0.4 + 0.6 * spelled_alike(text, scene.text(other)))
    if not scene.grammar.plays(node, "name"):
        for name in scene.vocabulary.visible(node):
            if name not in scene.grammar.words["self"]:
                found.setdefault(name, 0.4 + 0.6 * spelled_alike(text, name))
    for member in _own_members(scene, node, text):
        found.setdefault(member, 0.8)
    return sorted(found.items(), key=lambda item: -item[1])


def _own_members(scene: Scene, node: "Node", name: str) -> Iterator[str]:
    """`self.a` for a plain `a`, and members of an object that has `a` as well: `x.a`, then its siblings `x.b`."""
    visible = scene.vocabulary.visible(node)
    receivers = [*visible, *(me for me in scene.grammar.words["self"] if scene.within_definition(node) is not None)]
    last = name.rpartition(".")[2]
    for receiver in receivers:
        known = scene.vocabulary.members_of(receiver)
        if last in known and receiver != name:
            values = [other for other in known if not _is_called(scene, other)]
            yield from (f"{receiver}.{other}" for other in sorted(values[:6], key=lambda other: other != last))
