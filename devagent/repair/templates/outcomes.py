"""Values that hold only under a condition: another outcome where a flag says so, or where something is missing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVEN_ON = ("value", "argument", "result")
_EMPTIES = 3


@template("outcome", "operation")
def as_a_flag_says(scene: Scene, node: "Node") -> Iterator[Change]:
    """`n + 1` as `n if item.open else n + 1`, with the boolean members and unread parameters that are known here."""
    if scene.grammar.position(node) not in _GIVEN_ON or node.named_child_count != 2 or scene.is_comparison(node):
        return
    choice, left, whole = scene.grammar.words["choice"], scene.text(node.named_children[0]), scene.text(node)
    for rank, flag in enumerate(scene.flags_at(node)):
        yield scene.replace(node, choice.format(condition=flag, yes=left, no=whole), 1.0 / (1 + 0.4 * rank))
        yield scene.replace(node, choice.format(condition=flag, yes=whole, no=left), 1.0 / (1 + 0.4 * rank))


@template("outcome", "subscript", "member", "call")
def only_where_present(scene: Scene, node: "Node") -> Iterator[Change]:
    """`rows[0]` as `rows[0] if rows else None`; `len(rows[0])` as well."""
    if scene.grammar.position(node) not in _GIVEN_ON or not reads(scene, node):
        return
    words, visible = scene.grammar.words, scene.vocabulary.visible(node)
    used = [n for n in scene.vocabulary.names_in(node) if n in visible and n not in words["self"]]
    for second, name in enumerate(used[:2]):
        for rank, empty in enumerate(words["missing"][:_EMPTIES]):
            text = words["choice"].format(condition=words["full"][-1].format(name), yes=scene.text(node), no=empty)
            yield scene.replace(node, text, 0.6 / (1 + 0.4 * rank + second))


@template("optional", "member", "subscript")
def optional_link(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.b` as `a?.b`, and `a?.b ?? 0` where a value is given on."""
    link = next((child for child in node.children if child.type in (".", "[")), None)
    receiver = scene.grammar.field(node, "object")
    if not scene.grammar.bracketed or link is None or receiver is None or scene.grammar.plays(receiver, "receiver"):
        return
    if scene.grammar.binds(node) or not reads(scene, node) or scene.text(receiver)[:1].isupper():
        return
    yield scene.replace(link, "?." if link.type == "." else "?.[", 1.0)
    if scene.grammar.position(node) in (*_GIVEN_ON, "iterable"):
        head = scene.content[node.start_byte : link.start_byte].decode("utf-8", "surrogateescape")
        tail = scene.content[link.end_byte : node.end_byte].decode("utf-8", "surrogateescape")
        joined = f"{head}{'?.' if link.type == '.' else '?.['}{tail}"
        for rank, empty in enumerate(("0", "[]", "null", "''")):
            yield scene.replace(node, f"{joined} ?? {empty}", 0.6 / (1 + 0.5 * rank))
