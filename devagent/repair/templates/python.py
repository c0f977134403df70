"""Mistakes with what Python gives: generators used twice, dates put together, unpacking, comparison with others."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.ranges import call_parts
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_DATES = re.compile(r"(?:datetime\.)?(?:date|datetime)")
_COMPARES = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__"})


@template("used_twice", "comprehension")
def kept_as_a_list(scene: Scene, node: "Node") -> Iterator[Change]:
    """`squares = (v * v for v in xs)` as `squares = [v * v for v in xs]`."""
    text = scene.text(node)
    if node.type == "generator_expression" and scene.grammar.position(node) in ("value", "result") and text[0] == "(":
        yield scene.replace(node, f"[{text[1:-1]}]", 1.0)


@template("used_twice", "call")
def each_only_once(scene: Scene, node: "Node") -> Iterator[Change]:
    """`sorted(x.name for x in xs)` as `sorted({x.name for x in xs})`."""
    holder = scene.grammar.field(node, "arguments")
    if holder is not None and holder.type == "generator_expression":
        yield scene.replace(holder, f"({{{scene.text(holder)[1:-1]}}})", 0.6)


@template("used_twice", "call")
def to_the_end_of_the_longer(scene: Scene, node: "Node") -> Iterator[Change]:
    """`zip(a, b)` as `zip_longest(a, b)`."""
    parts = call_parts(scene, node)
    if parts is not None and parts[0] == "zip" and not scene.grammar.bracketed:
        callee = node.named_children[0]
        spans = (*scene.importing("from itertools import zip_longest"), *scene.replace(callee, "zip_longest").spans)
        yield Change(spans, 0.6)


@template("calendar", "call")
def in_the_next_year(scene: Scene, node: "Node") -> Iterator[Change]:
    """`date(year, month + 1, 1)` as `date(year + month // 12, month % 12 + 1, 1)`."""
    parts = call_parts(scene, node)
    if parts is None or not _DATES.fullmatch(parts[0]) or len(parts[1]) != 3:
        return
    year, month, day = parts[1]
    if month.endswith(" + 1"):
        plain = month.removesuffix(" + 1")
        yield scene.replace(node, f"{parts[0]}({year} + {plain} // 12, {plain} % 12 + 1, {day})", 1.0)


@template("calendar", "call")
def down_to_the_smallest_unit(scene: Scene, node: "Node") -> Iterator[Change]:
    """`now.replace(hour=0, minute=0)` with seconds and microseconds as well."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is None or holder is None or not parts[0].endswith(".replace") or "=0" not in scene.text(holder):
        return
    missing = [unit for unit in ("minute", "second", "microsecond") if f"{unit}=" not in scene.text(holder)]
    if missing:
        yield scene.replace(holder, f"({', '.join([*parts[1], *(f'{unit}=0' for unit in missing)])})", 1.0)


@template("calendar", "operation")
def only_whole_years(scene: Scene, node: "Node") -> Iterator[Change]:
    """`day.year - born.year` less one before the birthday."""
    found = re.fullmatch(r"(\w+)\.year - (\w+)\.year", scene.text(node))
    if found is not None:
        later, born = found.groups()
        before = f"(({later}.month, {later}.day) < ({born}.month, {born}.day))"
        yield scene.replace(node, f"{scene.text(node)} - {before}", 1.0)


@template("calendar", "call")
def in_universal_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """`datetime.now()` and `datetime.utcnow()` as `datetime.now(timezone.utc)`."""
    found = re.fullmatch(r"((?:datetime\.)?datetime)\.(?:utc)?now\(\)", scene.text(node))
    if found is not None:
        whole = found[1].startswith("datetime.")
        zone = "datetime.timezone.utc" if whole else "timezone.utc"
        known = whole or "timezone" in scene.vocabulary.top_names
        spans = () if known else scene.importing("from datetime import timezone")
        yield Change((*spans, *scene.replace(node, f"{found[1]}.now({zone})").spans), 1.0)


@template("unpacked", "call")
def with_all_options(scene: Scene, node: "Node") -> Iterator[Change]:
    """`super().__init__(name)` as `super().__init__(name, **options)`, where the function takes `**options`."""
    function, holder = scene.within_definition(node), scene.grammar.field(node, "arguments")
    if function is None or holder is None or scene.grammar.bracketed or not scene.text(holder).startswith("("):
        return
    given = function.child_by_field_name("parameters")
    taken = re.findall(r"\*{1,2}\w+", scene.text(given)) if given is not None else []
    said, inner = scene.text(function), scene.text(holder)[1:-1].strip().rstrip(",")
    for rank, splat in enumerate(s for s in reversed(taken) if said.count(s) == 1):
        weight = 1.0 if "super" in scene.text(node) else 0.4
        yield scene.replace(holder, f"({inner}, {splat})" if inner else f"({splat})", weight / (1 + 0.4 * rank))


@template("wrap", "call")
def taken_literally(scene: Scene, node: "Node") -> Iterator[Change]:
    """`re.sub(term, …)` as `re.sub(re.escape(term), …)`, `popitem()` as `popitem(last=False)`."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is None or holder is None or scene.grammar.bracketed:
        return
    if parts[0].startswith("re.") and parts[0] != "re.escape" and parts[1] and parts[1][0].isidentifier():
        yield scene.replace(holder.named_children[0], f"re.escape({parts[1][0]})", 1.0)
    if parts[0].endswith(".popitem") and not parts[1]:
        yield scene.replace(holder, "(last=False)", 1.0)


@template("wrap", "call", "operation")
def not_counted_or_confused(scene: Scene, node: "Node") -> Iterator[Change]:
    """`isinstance(x, int)` as `… and not isinstance(x, bool)`, `len(rows) + 1` as `max(rows, default=0) + 1`."""
    text = scene.text(node)
    whole = re.fullmatch(r"isinstance\((\w+), (?:int|\(int, float\))\)", text)
    if whole is not None:
        yield scene.replace(node, f"{text} and not isinstance({whole[1]}, bool)", 1.0)
    counted = re.fullmatch(r"len\(([\w.]+)\) \+ 1", text)
    if counted is not None and not scene.grammar.bracketed:
        yield scene.replace(node, f"max({counted[1]}, default=0) + 1", 0.8)


@template("unpacked", "call")
def the_other_way_round_on_a_stack(scene: Scene, node: "Node") -> Iterator[Change]:
    """`stack.extend(node.children)` as `stack.extend(reversed(node.children))`."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is not None and holder is not None and parts[0].endswith(".extend") and len(parts[1]) == 1:
        yield scene.replace(holder, f"(reversed({parts[1][0]}))", 0.8)


@template("compared_with", STATEMENT)
def only_with_its_like(scene: Scene, node: "Node") -> Iterator[Change]:
    """`__eq__` and its like beginning with `if not isinstance(other, Point): return NotImplemented`."""
    function, owner = scene.within_definition(node), scene.within(node, "class")
    if function is None or owner is None or scene.name_of(function) not in _COMPARES:
        return
    if scene.block_under(function)[0].id != node.id or "isinstance" in scene.text(function):
        return
    given = [p for p in scene.vocabulary.parameters(scene.name_of(function)) if p not in scene.grammar.words["self"]]
    lead = f"{scene.newline}{scene.indent(node)}{scene.step}"
    for name in given[:1]:
        for rank, answer in enumerate(("NotImplemented", "False")):
            text = f"if not isinstance({name}, {scene.name_of(owner)}):{lead}return {answer}"
            yield scene.insert_before(node, text, 1.0 / (1 + 0.4 * rank))
