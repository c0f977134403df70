"""Things turned into their like: equal into a part of, a flag into its opposite, one order into the other."""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.names import exchanged, reads
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 3
_KEYED_CALL = re.compile(r"(.+)\.(startswith|endswith)\(([^(),]+)\)", re.DOTALL)
# What may be raised, by what a statement holds, and what is said instead.
_RAISED = ((r"\b(int|float|Decimal)\(", "ValueError"), (r"\.(index|remove)\(", "ValueError"), (r"\w\[", "KeyError"))


@template("part_of", "call", "operation")
def equal_or_a_part(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.startswith(b)` as `a == b`; `a == b` as `a.startswith(b)` and as `b in a`."""
    if scene.grammar.bracketed:
        return
    if (found := _KEYED_CALL.fullmatch(scene.text(node))) is not None:
        yield scene.replace(node, f"{found.group(1)} == {found.group(3)}", 1.0)
    if scene.is_comparison(node) and node.named_child_count == 2 and scene.operator(node) in ("==", "!="):
        left, right = (scene.atom(child) for child in node.named_children)
        negation = "" if scene.operator(node) == "==" else "not "
        for rank, text in enumerate((f"{left}.startswith({right})", f"{right} in {left}", f"{left}.endswith({right})")):
            yield scene.replace(node, f"{negation}{text}", 0.6 / (1 + 0.3 * rank))


@template("flag", "assignment")
def the_other_state(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.on = True` as `self.on = not self.on`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is not None and right is not None and scene.text(right) in scene.grammar.words["truths"]:
        yield scene.replace(right, scene.grammar.words["negate"].format(scene.text(left)), 1.0)


@template("flag", "jump")
def told_by_what_is_left(scene: Scene, node: "Node") -> Iterator[Change]:
    """`return True` as `return not stack`, with the collections of the function."""
    value = node.named_children[0] if node.named_child_count == 1 else None
    if value is None or scene.text(value) not in scene.grammar.words["truths"] or scene.grammar.bracketed:
        return
    boxes = [name for name in scene.vocabulary.visible(node) if scene.vocabulary.is_collection(name)]
    for rank, box in enumerate(boxes[:_MOST]):
        for text in (f"not {box}", f"bool({box})"):
            yield scene.replace(value, text, 1.0 / (1 + 0.4 * rank))


@template("turned", "tuple", "collection")
def elements_exchanged(scene: Scene, node: "Node") -> Iterator[Change]:
    """`(b, a)` as `(a, b)`."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) > 3 or not reads(scene, node):
        return
    for one, other in pairwise(parts):
        yield scene.exchange(one, other, 0.7)


@template("turned", STATEMENT)
def names_of_a_statement(scene: Scene, node: "Node") -> Iterator[Change]:
    """`stock[b] -= amount[a]` as `stock[a] -= amount[b]`."""
    if scene.height(node) > 1 or scene.grammar.plays(node, "compound"):
        return
    visible = scene.vocabulary.visible(node)
    names = [n for n in scene.vocabulary.names_in(node) if n in visible and n not in scene.grammar.words["self"]]
    for one, other in combinations(names[:4], 2):
        yield scene.replace(node, exchanged(scene.text(node), one, other), 0.6)


@template("turned", STATEMENT)
def the_opposite_for_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`balance[a] -= x` followed by `balance[b] += x`."""
    text = scene.text(node)
    sign = next((sign for sign in ("+=", "-=") if sign in text), "")
    if not sign or scene.height(node) > 1 or scene.grammar.plays(node, "compound"):
        return
    opposite = text.replace(sign, "-=" if sign == "+=" else "+=", 1)
    visible = [n for n in scene.vocabulary.visible(node) if n not in scene.grammar.words["self"]]
    said = [n for n in scene.vocabulary.names_in(node) if n in visible]
    others = [n for n in visible if n not in said]
    for name in said[:2]:
        for rank, other in enumerate(others[:_MOST]):
            new = re.sub(rf"(?<![\w.]){re.escape(name)}\b", other, opposite)
            yield scene.insert_after(node, new, 0.6 / (1 + 0.4 * rank))


@template("caught", STATEMENT)
def what_may_be_raised(scene: Scene, node: "Node") -> Iterator[Change]:
    """`value = int(text)` in a `try`, which returns nothing or goes on where that is no number."""
    if scene.grammar.bracketed or scene.grammar.plays(node, "compound"):
        return
    raised = [name for pattern, name in _RAISED if re.search(pattern, scene.text(node))]
    jumps = ["continue"] if scene.within(node, "loop") is not None else []
    indent, step, newline = scene.indent(node), scene.step, scene.newline
    first, last = scene.lines_at(node)
    for rank, name in enumerate(dict.fromkeys(raised)):
        for second, jump in enumerate([*jumps, "return None", "return False", "return 0"]):
            head, tail = f"{indent}try:{newline}", f"{indent}except {name}:{newline}{indent}{step}{jump}{newline}"
            text = encode(head) + scene.shifted(node, indent + step) + encode(tail)
            yield Change((Span(first, last, text),), 0.8 / (1 + 0.4 * rank + 0.3 * second))


@template("caught", "handler")
def raised_again(scene: Scene, node: "Node") -> Iterator[Change]:
    """What was caught raised again at the end of its handler."""
    block = next((child for child in node.named_children if scene.grammar.plays(child, "block")), None)
    last = block.named_children[-1] if block is not None and block.named_child_count else None
    if last is not None and not scene.grammar.bracketed and not scene.grammar.plays(last, "jump"):
        yield scene.insert_after(last, "raise", 1.0)


@template("entry", "assignment")
def taken_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d[k] = None` as `d.pop(k, None)`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or scene.grammar.bracketed or not scene.grammar.plays(left, "subscript"):
        return
    parts = [scene.text(child) for child in left.named_children]
    if len(parts) == 2 and scene.text(right) in ("None", "0", "[]", "False"):
        yield scene.replace(node, f"{parts[0]}.pop({parts[1]}, None)", 1.0)


@template("entry", "subscript")
def taken_away(scene: Scene, node: "Node") -> Iterator[Change]:
    """`item = d[k]` as `item = d.pop(k)`."""
    parts = node.named_children
    if scene.grammar.bracketed or len(parts) != 2 or scene.grammar.plays(parts[1], "slice"):
        return
    if scene.grammar.position(node) in ("value", "result") and reads(scene, node):
        yield scene.replace(node, f"{scene.text(parts[0])}.pop({scene.text(parts[1])})", 0.6)
