"""Statements and branches in another order, further away than the next place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_FURTHEST = 8


@template("move_far", STATEMENT)
def moved_far(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement to any other place of its block; a guard that leaves the function, to an earlier one first."""
    block = [other for other in scene.block_of(node) if scene.is_statement(other)]
    if len(block) < 3 or scene.grammar.plays(node, "function") or scene.grammar.plays(node, "class"):
        return
    here = next(index for index, other in enumerate(block) if other.id == node.id)
    guard = scene.is_guard(node)
    nearest = 2 if scene.grammar.plays(node, "compound") else 3
    for index, other in enumerate(block):
        distance = abs(index - here)
        if not nearest <= distance <= _FURTHEST:
            continue
        span = scene.delete(other).spans[0]
        to = span.start if index < here else span.end
        likely = 1.6 if guard and index < here else 0.7 if index < here else 0.6
        yield scene.move(node, to, scene.indent(node), likely / (1 + 0.15 * distance))


@template("move_far", STATEMENT)
def moved_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement of the middle of a block before the statement that holds the block, or behind it."""
    holder, block = scene.holder(node), scene.block_of(node)
    inside = scene.is_statement(holder) and not scene.grammar.plays(holder, "function") and holder.id != node.id
    if not inside or len(block) < 2 or scene.grammar.plays(node, "compound"):
        return
    span = scene.delete(holder).spans[0]
    if block[0].id != node.id:
        yield scene.move(node, span.start, scene.indent(holder), 0.5)
    if block[-1].id != node.id:
        yield scene.move(node, span.end, scene.indent(holder), 0.5)


@template("move_far", "branch")
def branches_exchanged(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if a: s` with `elif b: t` as `if b: t` with `elif a: s`."""
    following = scene.next_branch(node)
    if following is None:
        return
    mine, theirs = _parts(node), _parts(following)
    if len(mine) == len(theirs) == 2:
        pairs = [(mine[0], theirs[0]), (mine[1], theirs[1])]
        texts = [(scene.text(one), scene.text(other)) for one, other in pairs]
        spans = [
            span
            for (one, other), (text, new) in zip(pairs, texts, strict=True)
            for span in (*scene.replace(one, new).spans, *scene.replace(other, text).spans)
        ]
        yield Change(tuple(spans), 1.2)


def _parts(branch: "Node") -> list["Node"]:
    found = (branch.child_by_field_name(name) for name in ("condition", "consequence"))
    return [part for part in found if part is not None]
