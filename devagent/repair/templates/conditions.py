"""Conditions: turned round, made weaker or stronger, with a default, parted and joined."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import EXPRESSION, STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_INGREDIENTS = 8


@template("negate", EXPRESSION)
def turned_round(scene: Scene, node: "Node") -> Iterator[Change]:
    """A condition, or a part of one, negated; comparisons have operators for that."""
    position = scene.grammar.position(node)
    bare = node.named_children[0] if scene.grammar.plays(node, "group") and node.named_children else node
    asked = position in ("condition", "operand of logic") or _joined(scene, node)
    if asked and not scene.is_comparison(bare):
        yield scene.replace(bare, scene.negated(bare), 1.0 if position == "condition" else 0.8)


@template("negate", "negation")
def unturned(scene: Scene, node: "Node") -> Iterator[Change]:
    """`not x` as `x`."""
    if node.children[0].type in ("not", "!"):
        yield scene.replace(node, scene.negated(node))


@template("condition", EXPRESSION)
def with_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """A condition joined by `and` or `or` with a check of a name it uses, or with another condition of the file."""
    if scene.grammar.position(node) != "condition":
        return
    bare = node.named_children[0] if scene.grammar.plays(node, "group") and node.named_children else node
    words, own = scene.grammar.words, scene.text(bare)
    for rank, (text, weight) in enumerate(_partners(scene, bare)):
        if text != own:
            left = f"({own})" if scene.is_logical(bare) else own
            discounted = weight / (1 + 0.2 * rank)
            yield scene.replace(bare, words["both"].format(text, left), discounted)
            yield scene.replace(bare, words["either"].format(left, text), 0.8 * discounted)


@template("fallback", EXPRESSION)
def with_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x` as `x or 0`, `x or []`, and so on, where a value is given on."""
    if scene.grammar.position(node) in ("value", "argument", "result", "iterable") and _may_be_missing(scene, node):
        empties = ("[]",) if scene.grammar.position(node) == "iterable" else ("0", "[]", "{}", "''")
        for rank, empty in enumerate(empties):
            yield scene.replace(
                node, scene.grammar.words["default"].format(scene.text(node), empty), 0.8 / (1 + 0.5 * rank)
            )


@template("shorten", "fallback")
def one_outcome(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a if c else b` as `a`, as `b`, and with the outcomes exchanged."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) == 3:
        yes, no = (parts[1], parts[2]) if scene.grammar.bracketed else (parts[0], parts[2])
        yield scene.replace(node, scene.text(yes), 0.5)
        yield scene.replace(node, scene.text(no), 0.5)
        yield Change((*scene.replace(yes, scene.text(no)).spans, *scene.replace(no, scene.text(yes)).spans), 0.7)


@template("branch", "branch")
def parted(scene: Scene, node: "Node") -> Iterator[Change]:
    """`elif` as `if`, `else if` as `if`."""
    if node.children[0].type == "elif":
        yield scene.replace(node.children[0], "if")
    elif node.parent is not None and node.parent.type == "else_clause":
        yield scene.replace(node.parent.children[0], "", 0.8)


@template("branch", STATEMENT)
def repeated(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if` as `while`, and the other way round."""
    word = node.children[0].type
    if word == "while" or (word == "if" and node.child_by_field_name("alternative") is None):
        yield scene.replace(node.children[0], "if" if word == "while" else "while", 0.9)


@template("branch", STATEMENT)
def joined(scene: Scene, node: "Node") -> Iterator[Change]:
    """An `if` right behind another one as its `elif` or `else if`."""
    before = scene.next_to(node, -1)
    if scene.grammar.plays(node, "branch") and scene.grammar.plays(before, "branch") and not _has_else(before):
        yield scene.replace(node.children[0], "else if" if scene.grammar.bracketed else "elif", 0.7)


def _partners(scene: Scene, node: "Node") -> Iterator[tuple[str, float]]:
    words = scene.grammar.words
    others = scene.vocabulary.visible(node)
    used = [name for name in scene.vocabulary.names_in(node) if name in others]
    for name in used[:2]:
        for form in (words["present"][0], words["absent"][0], words["full"][0], words["empty"][0]):
            yield form.format(name), 0.7
    if len(used) > 1 and not scene.grammar.bracketed:
        yield f"{used[0]} is not {used[1]}", 0.5
        yield f"{used[0]} != {used[1]}", 0.5
    inside = {scene.text(node)}
    count = 0
    for other in scene.conditions:
        text = scene.text(other)
        if text in inside or "\n" in text or not scene.known_at(other, node):
            continue
        inside.add(text)
        loose = f"({text})" if scene.is_logical(other) else text
        yield loose, 0.9
        yield scene.negated(other), 0.7
        count += 1
        if count >= _MOST_INGREDIENTS:
            break
    for flag in scene.flags_at(node)[:3]:
        yield from ((words[form][0].format(flag), 0.6) for form in ("full", "empty") if flag not in scene.text(node))
    for name in [other for other in others if other not in used][:6]:
        yield words["full"][0].format(name), 0.6
        yield words["empty"][0].format(name), 0.6
    for box in [other for other in others if scene.vocabulary.is_collection(other) or other in scene.unused][:3]:
        for form in words["known"]:
            yield from ((form.format(key=key, box=box), 0.7) for key in used[:2] if key != box)


def _joined(scene: Scene, node: "Node") -> bool:
    return scene.is_logical(node.parent) and node.is_named


def _may_be_missing(scene: Scene, node: "Node") -> bool:
    grammar = scene.grammar
    return any(grammar.plays(node, role) for role in ("name", "member", "subscript", "call"))


def _has_else(node: "Node | None") -> bool:
    return node is not None and any(child.type == "else_clause" for child in node.children)
