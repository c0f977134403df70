"""Statements: deleted, moved, nested otherwise, copied from elsewhere in the file; jumps."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_COPIES = 12
_LIKE = 0.25


@template("delete", STATEMENT)
def deleted(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement removed; the last one of a block only where blocks may be empty."""
    simple = not scene.grammar.plays(node, "compound")
    if len(scene.block_of(node)) > 1 or scene.grammar.bracketed:
        yield scene.delete(node, 1.0 if simple else 0.5)


@template("delete", STATEMENT)
def unconditional(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if c: s` as `s`."""
    body = node.child_by_field_name("consequence")
    if scene.grammar.plays(node, "branch") and body is not None and node.child_by_field_name("alternative") is None:
        inner = [child for child in body.named_children if scene.is_statement(child)]
        if inner:
            lines = b"".join(scene.shifted(child, scene.indent(node)) for child in inner)
            yield Change((Span(scene.delete(node).spans[0].start, scene.delete(node).spans[0].end, lines),), 0.7)


@template("move", STATEMENT)
def moved_in_block(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement exchanged with the next one, and moved two places up or down."""
    after = scene.next_to(node, 1)
    if after is not None and scene.is_statement(after):
        yield scene.move(node, scene.delete(after).spans[0].end, scene.indent(node), 1.0)
    for step, weight in ((2, 0.4), (-2, 0.4)):
        other = scene.next_to(node, step)
        if other is not None and scene.is_statement(other) and not scene.grammar.plays(node, "compound"):
            span = scene.delete(other).spans[0]
            yield scene.move(node, span.end if step > 0 else span.start, scene.indent(node), weight)


@template("nesting", STATEMENT)
def out_of_block(scene: Scene, node: "Node") -> Iterator[Change]:
    """The last statement of a block behind it, the first one before it."""
    block, holder = scene.block_of(node), _movable_holder(scene, node)
    if holder is None or (len(block) < 2 and not scene.grammar.bracketed):
        return
    span = scene.delete(holder).spans[0]
    if block[-1].id == node.id:
        yield scene.move(node, span.end, scene.indent(holder), 1.0)
    if block[0].id == node.id:
        yield scene.move(node, span.start, scene.indent(holder), 0.8)


@template("nesting", STATEMENT)
def into_block(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement into the block before it, as its last, or into the block behind it, as its first."""
    before, after = scene.next_to(node, -1), scene.next_to(node, 1)
    rarely = 0.15 if scene.grammar.plays(node, "jump") else 1.0
    for block in _blocks(scene, before):
        last = block[-1]
        yield scene.move(node, scene.delete(last).spans[0].end, scene.indent(last), 0.9 * rarely)
    for block in _blocks(scene, after)[:1]:
        yield scene.move(node, scene.delete(block[0]).spans[0].start, scene.indent(block[0]), 0.8 * rarely)


@template("copy", STATEMENT)
def copied_here(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement of the file, whose names exist here, before this one; or behind it, where it ends its block."""
    ends = scene.block_of(node)[-1].id == node.id and not scene.grammar.plays(node, "jump")
    for rank, (text, weight) in enumerate(_ingredients(scene, node)[:_MOST_COPIES]):
        discounted = weight / (1 + 0.15 * rank)
        yield scene.insert_before(node, text, 0.7 * discounted)
        if ends:
            yield scene.insert_after(node, text, discounted)


@template("copy", STATEMENT)
def twin(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement followed by itself with one name replaced by another that is used alike."""
    if node not in scene.vocabulary.statements or scene.grammar.plays(node, "jump"):
        return
    for name in scene.vocabulary.names_in(node):
        others = [other for other in scene.vocabulary.visible(node) if other != name]
        for other in others:
            if (likeness := scene.vocabulary.likeness(name, other)) >= _LIKE:
                text = re.sub(rf"\b{re.escape(name)}\b", other, scene.text(node))
                yield scene.insert_after(node, text, 0.5 + 0.5 * likeness)


@template("jump", "jump")
def other_jump(scene: Scene, node: "Node") -> Iterator[Change]:
    """`break` as `continue`, either as a return, a return as either."""
    in_loop = scene.within(node, "loop") is not None
    end = scene.grammar.words["terminator"]
    words = {"break_statement": f"continue{end}", "continue_statement": f"break{end}"}
    if node.type in words:
        yield scene.replace(node, words[node.type])
    elif in_loop and node.type == "return_statement":
        yield scene.replace(node, f"continue{end}", 0.6)
        yield scene.replace(node, f"break{end}", 0.6)
    raised, returned = (
        word.partition(" ")[0] for word in (scene.grammar.words["raise"], scene.grammar.words["result"])
    )
    if node.named_child_count and node.children[0].type in (raised, returned):
        yield scene.replace(node.children[0], returned if node.children[0].type == raised else raised, 0.6)
    for rank, other in enumerate(_other_jumps(scene, node)):
        yield scene.replace(node, other, 0.6 / (1 + 0.3 * rank))


@template("jump", STATEMENT)
def ended_here(scene: Scene, node: "Node") -> Iterator[Change]:
    """A block that ends by going on, leaving its loop, or returning what is in scope."""
    if scene.block_of(node)[-1].id != node.id or scene.grammar.plays(node, "jump"):
        return
    words = scene.grammar.words
    if scene.within(node, "loop") is not None:
        for jump in words["jump_loop"]:
            yield scene.insert_after(node, jump, 0.7)
    for rank, name in enumerate(_returnable(scene, node)):
        yield scene.insert_after(node, words["result"].format(name), 0.8 / (1 + 0.3 * rank))
    if scene.within(node, "class") is not None and scene.within_definition(node) is not None:
        yield scene.insert_after(node, words["result"].format(words["self"][0]), 0.3)


@template("default", "default")
def mutable_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """A list, dict or set as a default made anew for each call."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    function = scene.within_definition(node)
    if name is None or value is None or function is None or not _makes_mutable(scene, value):
        return
    body = [child for child in scene.block_under(function) if scene.is_statement(child)]
    if body:
        inner = scene.indent(body[0]) + scene.step
        text = f"if {scene.text(name)} is None:{scene.newline}{inner}{scene.text(name)} = {scene.text(value)}"
        yield Change((*scene.replace(value, "None").spans, *scene.insert_before(body[0], text).spans))


def _movable_holder(scene: Scene, node: "Node") -> "Node | None":
    holder = scene.holder(node)
    outside = not scene.is_statement(holder) or scene.grammar.plays(holder, "function")
    return None if outside or holder.id == node.id or holder.type == "decorated_definition" else holder


def _blocks(scene: Scene, node: "Node | None") -> list[list["Node"]]:
    """The blocks of a loop, branch or the like, as their statements."""
    if node is None or not scene.grammar.plays(node, "compound") or scene.grammar.plays(node, "function"):
        return []
    blocks = scene.blocks_under(node)
    return [inner for inner in ([c for c in block if scene.is_statement(c)] for block in blocks) if inner]


def _ingredients(scene: Scene, place: "Node") -> list[tuple[str, float]]:
    """Statements of the file that could stand here, those that share the names of the neighbours first."""
    near = [scene.next_to(place, step) for step in (-1, 0, 1)]
    beside = {scene.text(node) for node in near if node is not None}
    context = {name for node in near if node is not None for name in scene.vocabulary.words_in(node)}
    found: dict[str, float] = {}
    for statement in scene.vocabulary.statements:
        text = scene.text(statement)
        if text in beside or text in found or not scene.known_at(statement, place):
            continue
        if scene.grammar.plays(statement, "jump") or not scene.same_owner(statement, place):
            continue
        own = set(scene.vocabulary.words_in(statement))
        shared = len(own & context) / len(own) if own else 0.0
        local = 1.0 if scene.start_line <= scene.line(statement) <= scene.end_line else 0.7
        found[text] = local * (0.3 + 0.7 * shared)
        after = scene.next_to(statement, 1)
        if after is not None and after in scene.vocabulary.statements and scene.known_at(after, place):
            pair = f"{text}{scene.newline}{scene.indent(place)}{scene.text(after)}"
            found[pair] = 0.7 * found[text]
    return sorted(found.items(), key=lambda item: -item[1])


def _other_jumps(scene: Scene, node: "Node") -> list[str]:
    texts = dict.fromkeys(scene.text(jump) for jump in scene.jumps if scene.known_at(jump, node))
    return [text for text in texts if text != scene.text(node) and "\n" not in text][:4]


def _returnable(scene: Scene, node: "Node") -> list[str]:
    return [name for name in scene.vocabulary.visible(node) if name not in scene.grammar.words["self"]][:5]


def _makes_mutable(scene: Scene, value: "Node") -> bool:
    return scene.grammar.plays(value, "collection") or scene.text(value) in ("list()", "dict()", "set()")
