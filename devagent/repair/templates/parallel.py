"""What is done for one attribute, done for another one as well; members and values that go together."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.names import exchanged
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_TWINS, _LIKE = 4, 0.25
_WORD = re.compile(r"(?<![A-Za-z0-9])_?([A-Za-z][A-Za-z0-9_]*)(?![A-Za-z0-9_])")


@template("parallel", STATEMENT)
def statement_for_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.a = data["a"]` followed by `self.b = data["b"]`."""
    if scene.height(node) > 1 or scene.grammar.plays(node, "jump"):
        return
    for rank, text in enumerate(_twins(scene, node)):
        yield scene.insert_after(node, text, 1.0 / (1 + 0.4 * rank))


@template("parallel", "pair")
def entry_for_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{"a": self.a}` as `{"a": self.a, "b": self.b}`."""
    for rank, text in enumerate(_twins(scene, node)):
        end = node.end_byte
        yield Change((Span(end, end, encode(f", {text}")),), 1.0 / (1 + 0.4 * rank))


@template("parallel", "operation")
def comparison_of_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.x == b.x` as `a.x == b.x and a.y == b.y`."""
    if scene.is_comparison(node):
        for rank, text in enumerate(_twins(scene, node)):
            yield scene.replace(node, scene.grammar.words["both"].format(scene.text(node), text), 1 / (1 + 0.4 * rank))


@template("exchange", STATEMENT)
def names_exchanged(scene: Scene, node: "Node") -> Iterator[Change]:
    """Two names that two statements in a row use, one put for the other."""
    after = scene.next_to(node, 1)
    if after is None or scene.height(node) > 1 or scene.height(after) > 1 or not scene.is_statement(after):
        return
    visible = scene.vocabulary.visible(node)
    names = [[n for n in scene.vocabulary.names_in(s) if n in visible] for s in (node, after)]
    function = scene.within_definition(node)
    given = scene.vocabulary.parameters(scene.name_of(function)) if function is not None else ()
    start, end = node.start_byte, after.end_byte
    text = scene.content[start:end].decode("utf-8", "surrogateescape")
    for one in names[0][:4]:
        for other in names[1][:4]:
            alike = scene.vocabulary.likeness(one, other) >= _LIKE or (one in given and other in given)
            if one != other and alike:
                yield Change((Span(start, end, encode(exchanged(text, one, other))),), 1.0)


@template("exchange", STATEMENT)
def assigned_at_once(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a = b` and `b = a % b` as `a, b = b, a % b`."""
    after = scene.next_to(node, 1)
    if after is None or not scene.is_statement(after):
        return
    sides = [_sides(scene, statement) for statement in (node, after)]
    if sides[0] is None or sides[1] is None:
        return
    (left, right), (other, value) = sides[0], sides[1]
    if left in re.findall(r"\w+", value) and left != other:
        text = scene.grammar.words["at_once"].format(left, other, right, value)
        yield Change((Span(node.start_byte, after.end_byte, encode(text)),), 1.5)


@template("exchange", "collection")
def spreads_exchanged(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{**a, **b}` as `{**b, **a}`."""
    parts = [child for child in node.named_children if child.type != "comment"]
    for one, other in pairwise(parts):
        if scene.grammar.plays(one, "spread") or scene.grammar.plays(other, "spread"):
            yield scene.exchange(one, other, 1.5)


@template("inherited", STATEMENT)
def what_the_base_does(scene: Scene, node: "Node") -> Iterator[Change]:
    """`super().m(…)` first or last in a method of a class with bases."""
    function, owner = scene.within_definition(node), scene.within(node, "class")
    if function is None or owner is None or "super" in scene.text(function) or not _has_base(owner):
        return
    body = [child for child in scene.block_under(function) if scene.is_statement(child)]
    if not body or node.id not in (body[0].id, body[-1].id):
        return
    name = scene.name_of(function)
    parameters = [p for p in scene.vocabulary.parameters(name) if p not in scene.grammar.words["self"]]
    for rank, given in enumerate(dict.fromkeys([", ".join(parameters), ""])):
        text = scene.grammar.words["super"].format(name=name, arguments=given)
        if node.id == body[0].id:
            yield scene.insert_before(node, text, 1.0 / (1 + 0.4 * rank))
        if node.id == body[-1].id and not scene.grammar.plays(node, "jump"):
            yield scene.insert_after(node, text, 0.6 / (1 + 0.4 * rank))


def _twins(scene: Scene, node: "Node") -> list[str]:
    """A piece of code with a word that it says twice replaced by other attributes it could speak of."""
    text = scene.text(node)
    words = [word for word in dict.fromkeys(_WORD.findall(text)) if len(_places(text, word)) > 1]
    found: list[str] = []
    for word in words[:2]:
        function = scene.within_definition(node)
        said = scene.text(function) if function is not None else text
        for other in _attributes(scene, node, word):
            if other != word and not _places(said, other):
                found.append(_renamed(text, word, other))
    return list(dict.fromkeys(found))[:_MOST_TWINS]


def _attributes(scene: Scene, node: "Node", word: str) -> list[str]:
    """The attributes beside one: of the class around, of the same receiver, of classes that have it."""
    own = [name.lstrip("_#") for name in scene.attributes(node)]
    if word in own:
        return own
    receivers = [r for r, members in scene.vocabulary.members.items() if word in members]
    known = [m for r in receivers for m in scene.vocabulary.members_of(r) if m not in scene.vocabulary.methods]
    return list(dict.fromkeys(name.lstrip("_#") for name in known))


def _places(text: str, word: str) -> list[str]:
    return re.findall(rf"(?<![A-Za-z0-9])_?{re.escape(word)}(?![A-Za-z0-9_])", text)


def _renamed(text: str, word: str, other: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9])(_?){re.escape(word)}(?![A-Za-z0-9_])", rf"\g<1>{other}", text)


def _sides(scene: Scene, statement: "Node") -> tuple[str, str] | None:
    """What a plain assignment to a name names, and its value."""
    inner = statement.named_children[0] if statement.named_child_count == 1 else None
    if inner is None or not scene.grammar.plays(inner, "assignment") or inner.children[1].type != "=":
        return None
    left, right = (inner.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not scene.grammar.plays(left, "name"):
        return None
    return scene.text(left), scene.text(right)


def _has_base(owner: "Node") -> bool:
    named = owner.child_by_field_name("superclasses")
    return named is not None or any(child.type == "class_heritage" for child in owner.children)
