"""Clocks, angles and rings: what goes round is kept within one round."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVEN_ON = ("value", "result")
_MOST_QUOTIENTS, _MOST_DIFFERENCES = 4, 2


@template("modulo", "operation")
def quotient_in_a_cycle(scene: Scene, node: "Node") -> Iterator[Change]:
    """`(g - b) / spread` as `(g - b) / spread % 6`."""
    if scene.operator(node) in ("*", "/", "//") and scene.grammar.position(node) in _GIVEN_ON:
        for rank, cycle in enumerate(scene.vocabulary.cycles[:_MOST_QUOTIENTS]):
            yield scene.replace(node, f"{scene.text(node)} % {cycle}", 1.3 / (1 + 0.1 * rank))


@template("modulo", "call")
def result_in_a_cycle(scene: Scene, node: "Node") -> Iterator[Change]:
    """`degrees(atan2(y, x))` as `degrees(atan2(y, x)) % 360`."""
    if scene.grammar.position(node) in _GIVEN_ON and not scene.grammar.bracketed:
        for cycle in scene.vocabulary.cycles[:1]:
            yield scene.replace(node, f"{scene.text(node)} % {cycle}", 0.5)


@template("modulo", "assignment")
def moved_on_in_a_cycle(scene: Scene, node: "Node") -> Iterator[Change]:
    """`at += ticks` as `at = (at + ticks) % 60`."""
    found = re.fullmatch(r"([\w.]+) ([+-])= ([\w.]+)", scene.text(node))
    if found is not None:
        indexed = re.findall(rf"([\w.]+)\[{re.escape(found[1])}\]", scene.content.decode("utf-8", "replace"))
        lengths = [scene.grammar.words["length"].format(box) for box in dict.fromkeys(indexed)]
        for rank, cycle in enumerate([*lengths, *scene.vocabulary.cycles][:_MOST_DIFFERENCES]):
            text = f"{found[1]} = ({found[1]} {found[2]} {found[3]}) % {cycle}"
            yield scene.replace(node, text, 0.8 / (1 + 0.4 * rank))


@template("modulo", "operation")
def the_shorter_way_round(scene: Scene, node: "Node") -> Iterator[Change]:
    """`b - a` as `(b - a + 180) % 360 - 180`."""
    if scene.operator(node) != "-" or scene.grammar.position(node) not in (*_GIVEN_ON, "argument"):
        return
    even = [c for c in scene.vocabulary.cycles if c.isdigit() and not int(c) % 2]
    for rank, cycle in enumerate(even[:_MOST_DIFFERENCES]):
        half = int(cycle) // 2
        yield scene.replace(node, f"({scene.text(node)} + {half}) % {cycle} - {half}", 1.0 / (1 + 0.4 * rank))


@template("modulo", "operation")
def counted_from_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`month % 12` as `(month - 1) % 12 + 1`, and `month // 12` beside it as `(month - 1) // 12`."""
    if scene.operator(node) != "%" or node.named_child_count != 2:
        return
    left, cycle = (scene.text(child) for child in node.named_children)
    changed = scene.replace(node, f"({left} - 1) % {cycle} + 1", 0.8)
    yield changed
    yield scene.replace(node, f"{left} % {cycle} or {cycle}", 0.5)
    whole = f"{left} // {cycle}"
    for other in scene.nodes:
        if scene.operator(other) == "//" and scene.text(other) == whole:
            yield Change((*scene.replace(other, f"({left} - 1) // {cycle}").spans, *changed.spans), 1.0)


@template("rounding", "operation")
def counted_up_from_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`month // 3` as `(month - 1) // 3 + 1`."""
    found = re.fullmatch(r"([\w.]+) // (\w+)", scene.text(node))
    if found is not None and not scene.grammar.bracketed and scene.grammar.position(node) in _GIVEN_ON:
        yield scene.replace(node, f"({found[1]} - 1) // {found[2]} + 1", 0.8)


@template("overnight", STATEMENT)
def from_the_other_side(scene: Scene, node: "Node") -> Iterator[Change]:
    """`while x > 180: x -= 360`, followed by `while x < -180: x += 360`."""
    found = re.fullmatch(r"(while|if) (\w+) (>=?|<=?) (-?)([\w.]+):(\s+)\2 ([-+])= (\w+)", scene.text(node))
    if found is not None:
        word, name, sign, minus, bound, gap, step, full = found.groups()
        turned, back = sign.translate(str.maketrans("<>", "><")), "+" if step == "-" else "-"
        for lowest in dict.fromkeys([f"{'' if minus else '-'}{bound}", "0"]):
            yield scene.insert_after(node, f"{word} {name} {turned} {lowest}:{gap}{name} {back}= {full}", 1.0)


@template("modulo", "name")
def compared_within_a_cycle(scene: Scene, node: "Node") -> Iterator[Change]:
    """`n == 11` as `n % 100 == 11`, where the function takes a remainder of `n` elsewhere."""
    parent = node.parent
    if not scene.is_comparison(parent) or parent is None:
        return
    if not any(scene.grammar.plays(side, "number") and len(scene.text(side)) > 1 for side in parent.named_children):
        return
    name, function = scene.text(node), scene.within_definition(node)
    taken = re.search(rf"\b{re.escape(name)} % (\w+)", scene.text(function)) if function is not None else None
    if taken is not None:
        yield scene.replace(node, f"{name} % {'100' if taken.group(1) == '10' else taken.group(1)}", 1.2)


@template("overnight", STATEMENT)
def across_the_end(scene: Scene, node: "Node") -> Iterator[Change]:
    """`return a <= x < b`, and where `a` is behind `b` everything outside: `if a > b: return x >= a or x < b`."""
    found = re.fullmatch(r"return ([\w.]+) (<=?) ([\w.()]+) (<=?) ([\w.]+)", scene.text(node))
    if found is not None:
        first, begins, value, ends, last = found.groups()
        words, outside = scene.grammar.words, f"{value} {begins.replace('<', '>')} {first} or {value} {ends} {last}"
        jump, indent = words["result"].format(outside), scene.indent(node)
        text = words["guard"].format(condition=f"{first} > {last}", jump=jump, indent=indent, step=scene.step)
        yield scene.insert_before(node, text.replace("\n", scene.newline))
