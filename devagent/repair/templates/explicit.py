"""Conditions said more exactly: missing instead of empty, a second bound, one of several values, grouped otherwise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene
from devagent.repair.templates.template import EXPRESSION, template

if TYPE_CHECKING:
    from tree_sitter import Node

_ASKED = ("condition", "operand of logic")
_GIVEN_ON = ("value", "argument", "result")
_ORDERED = frozenset({"<", "<=", ">", ">="})
_MOST_BOUNDS, _MOST_STRINGS, _MOST_PARTNERS = 4, 4, 6


@template("explicit", EXPRESSION)
def present_not_full(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if x` as `if x is not None`, `not x` as `x is None`."""
    grammar = scene.grammar
    if not any(grammar.plays(node, role) for role in ("name", "member", "subscript", "call")):
        return
    if grammar.position(node) in _ASKED or scene.is_logical(node.parent):
        negated = node.parent if grammar.plays(node.parent, "negation") else None
        for rank, form in enumerate(grammar.words["absent" if negated is not None else "present"][:2]):
            yield scene.replace(negated or node, form.format(scene.text(node)), 1.0 / (1 + 0.5 * rank))


@template("explicit", "logical")
def default_only_where_missing(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x or d` as `x if x is not None else d`."""
    words = scene.grammar.words
    if scene.operator(node) == "or" and scene.grammar.position(node) in _GIVEN_ON and node.named_child_count == 2:
        left, right = (scene.text(child) for child in node.named_children)
        there = words["present"][0].format(left)
        yield scene.replace(node, words["choice"].format(condition=there, yes=left, no=right), 1.0)


@template("second_bound", "operation")
def bounded_twice(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a < b` as `a < b < c`, and as `c < a < b`, with names that are visible."""
    if not scene.is_comparison(node) or node.named_child_count != 2 or scene.operator(node) not in _ORDERED:
        return
    left, right = (scene.text(child) for child in node.named_children)
    names = [n for n in scene.vocabulary.visible(node) if n not in (left, right, *scene.grammar.words["self"])]
    ranked = sorted(names, key=lambda n: n not in scene.unused)[:_MOST_BOUNDS]
    same = "<" if scene.operator(node).startswith("<") else ">"
    if same == "<":
        yield scene.replace(node, scene.grammar.words["both"].format(f"0 <= {left}", scene.text(node)), 0.8)
    else:
        for lowest in ("0", "1"):
            yield scene.replace(node, scene.grammar.words["either"].format(f"{left} < {lowest}", scene.text(node)), 0.5)
    for rank, other in enumerate(ranked):
        for sign, share in ((same, 1.0), (f"{same}=", 0.9)):
            after, before = f"{right} {sign} {other}", f"{other} {sign} {left}"
            for text in (scene.grammar.words["both"].format(scene.text(node), added) for added in (after, before)):
                yield scene.replace(node, text, share / (1 + 0.4 * rank))


@template("condition", EXPRESSION)
def told_with_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """A comparison that is given on, or a part of a condition, joined with another condition of the file."""
    position = scene.grammar.position(node)
    inner = scene.is_logical(node.parent)
    if not scene.is_comparison(node) or not (inner or position in _GIVEN_ON):
        return
    words, own, seen = scene.grammar.words, scene.text(node), {scene.text(node)}
    for other in scene.conditions:
        text = scene.text(other)
        if text in seen or "\n" in text or not scene.known_at(other, node) or len(seen) > _MOST_PARTNERS:
            continue
        seen.add(text)
        loose = f"({text})" if scene.is_logical(other) else text
        for form in ("either", "both"):
            joined = words[form].format(own, loose)
            yield scene.replace(node, f"({joined})" if inner else joined, 0.7 / (1 + 0.3 * len(seen)))


@template("in_bounds", "subscript")
def looked_up_only_where_it_is(scene: Scene, node: "Node") -> Iterator[Change]:
    """`while text[at] == c` as `while at < len(text) and …`, `if best[k] > x` as `if k not in best or …`."""
    condition = node
    while condition.parent is not None and scene.grammar.position(condition) != "condition":
        if scene.grammar.plays(condition, "block"):
            return
        condition = condition.parent
    parts = [scene.text(child) for child in node.named_children]
    if condition.parent is None or len(parts) != 2 or scene.grammar.plays(node.named_children[1], "slice"):
        return
    bare = condition.named_children[0] if scene.grammar.plays(condition, "group") else condition
    words, own = scene.grammar.words, scene.text(bare)
    (box, key), loose = parts, f"({scene.text(bare)})" if scene.is_logical(bare) else scene.text(bare)
    if own.find(scene.text(node)) >= 0:
        yield scene.replace(bare, words["both"].format(f"{key} < {words['length'].format(box)}", loose), 1.0)
        yield scene.replace(bare, words["either"].format(words["known"][1].format(key=key, box=box), own), 0.8)
        yield scene.replace(bare, words["both"].format(words["known"][0].format(key=key, box=box), loose), 0.7)


@template("alternative", "operation")
def one_of_several(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x == "a"` as `x in ("a", "b")`, with strings of the file."""
    if not scene.is_comparison(node) or node.named_child_count != 2:
        return
    left, right = node.named_children
    form = scene.grammar.words["one_of"].get(scene.operator(node))
    if form is None or not scene.grammar.plays(right, "string"):
        return
    for rank, other in enumerate(_strings(scene, right)):
        text = form.format(left=scene.text(left), one=scene.text(right), other=other)
        yield scene.replace(node, text, 1.0 / (1 + 0.4 * rank))


@template("alternative", "call")
def any_of_several(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.startswith("a")` as `s.startswith(("a", "b"))`, `isinstance(x, int)` as `isinstance(x, (int, float))`."""
    holder, callee = scene.grammar.field(node, "arguments"), scene.grammar.field(node, "callee")
    if scene.grammar.bracketed or holder is None or callee is None or not holder.named_child_count:
        return
    last, name = holder.named_children[-1], scene.text(callee).rpartition(".")[2]
    others: list[str] = []
    if name in ("startswith", "endswith") and scene.grammar.plays(last, "string"):
        others = _strings(scene, last)
    elif name == "isinstance" and scene.grammar.plays(last, "name"):
        others = scene.grammar.brothers("types", scene.text(last))
    for rank, other in enumerate(others):
        yield scene.replace(last, f"({scene.text(last)}, {other})", 1.0 / (1 + 0.4 * rank))


@template("alternative", "handler")
def caught_as_well(scene: Scene, node: "Node") -> Iterator[Change]:
    """`except ValueError` as `except (ValueError, TypeError)`."""
    caught = next((child for child in node.named_children if scene.grammar.plays(child, "name")), None)
    if caught is not None and not scene.grammar.bracketed:
        for rank, other in enumerate(scene.grammar.brothers("names", scene.text(caught))):
            yield scene.replace(caught, f"({scene.text(caught)}, {other})", 1.0 / (1 + 0.3 * rank))


@template("regroup", "logical")
def logic_grouped_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a and b or c` as `a and (b or c)`, and without the parentheses that are there."""
    if node.named_child_count != 2:
        return
    first, second = node.named_children
    outer = scene.operator(node)
    if scene.is_logical(first) and first.named_child_count == 2 and scene.operator(first) != outer:
        one, other = (scene.text(child) for child in first.named_children)
        text = f"{one} {scene.operator(first)} ({other} {outer} {scene.text(second)})"
        yield scene.replace(node, text, 1.0)
    if scene.is_logical(second) and second.named_child_count == 2 and scene.operator(second) != outer:
        one, other = (scene.text(child) for child in second.named_children)
        yield scene.replace(node, f"({scene.text(first)} {outer} {one}) {scene.operator(second)} {other}", 1.0)
    for group in (first, second):
        if scene.grammar.plays(group, "group") and group.named_child_count == 1:
            yield scene.replace(group, scene.text(group.named_children[0]), 0.7)


@template("both_sides", "operation")
def both_sides(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a == b` as `a.lower() == b.lower()`, `a < b` as `len(a) < len(b)`."""
    if not scene.is_comparison(node) or node.named_child_count != 2:
        return
    left, right = node.named_children
    if any(scene.grammar.plays(side, role) for side in (left, right) for role in ("number", "truth")):
        return
    for rank, form in enumerate(scene.grammar.wraps["both"]):
        spans = (*_formed(scene, left, form), *_formed(scene, right, form))
        yield Change(spans, 1.0 / (1 + 0.25 * rank))


def _formed(scene: Scene, node: "Node", form: str) -> tuple[Span, ...]:
    return scene.replace(node, form.format(scene.atom(node))).spans


def _strings(scene: Scene, node: "Node") -> list[str]:
    """Other strings of the file, the nearest first."""
    texts = (scene.text(other) for other in scene.near_first(scene.vocabulary.literals["string"]))
    return [text for text in dict.fromkeys(texts) if text != scene.text(node) and "\n" not in text][:_MOST_STRINGS]
