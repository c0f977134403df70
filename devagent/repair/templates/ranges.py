"""Where ranges begin and end, and what collections begin with."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 2


@template("range", "call")
def within_both(scene: Scene, node: "Node") -> Iterator[Change]:
    """`range(len(a))` as `range(min(len(a), len(b)))`."""
    parts = call_parts(scene, node)
    if parts is None or parts[0] != "len" or not _in_range(scene, node):
        return
    names = [n for n in scene.vocabulary.visible(node) if scene.vocabulary.is_sized(n) and n not in parts[1]]
    for rank, name in enumerate(names[:_MOST]):
        for form in ("min", "max"):
            yield scene.replace(node, f"{form}({scene.text(node)}, len({name}))", 1.0 / (1 + 0.4 * rank))


@template("range", "call")
def behind_the_outer_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """In a loop over `i`: `range(n)` as `range(i + 1, n)`; any `range` with another step."""
    parts = call_parts(scene, node)
    if parts is None or parts[0] != "range":
        return
    given = parts[1]
    outer = [name for name in _loop_names(scene, node) if name not in " ".join(given)]
    if len(given) == 1:
        for name in outer[:1]:
            yield scene.replace(node, f"range({name} + 1, {given[0]})", 1.0)
            yield scene.replace(node, f"range({name}, {given[0]})", 0.8)
        yield scene.replace(node, f"range({given[0]} - 1, -1, -1)", 0.5)
    if len(given) == 2:
        for step in ("2", "-1"):
            yield scene.replace(node, f"range({given[0]}, {given[1]}, {step})", 0.4)


@template("range", "slice")
def as_many_from_there(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs[start:size]` as `xs[start:start + size]`."""
    bounds = [scene.text(child) for child in node.named_children if child.type != "comment"]
    if len(bounds) == 2 and scene.text(node).count(":") == 1 and bounds[0] not in bounds[1]:
        yield scene.replace(node, f"{bounds[0]}:{bounds[0]} + {bounds[1]}", 0.8)


@template("range", "operation")
def room_for_what_follows(scene: Scene, node: "Node") -> Iterator[Change]:
    """`text[:limit] + "..."` as `text[:limit - 3] + "..."`."""
    found = re.fullmatch(r"([\w.]+)\[:([\w.]+)\] \+ ([\"'])([^\\\"']+)\3", scene.text(node))
    if found is not None:
        text, limit, quote, tail = found.groups()
        yield scene.replace(node, f"{text}[:{limit} - {len(tail)}] + {quote}{tail}{quote}", 1.0)


@template("range", "subscript")
def where_there_is_one_more(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs[i + 1]` as `xs[i + 1] if i + 1 < len(xs) else None`."""
    parts = [scene.text(child) for child in node.named_children]
    if len(parts) == 2 and scene.grammar.position(node) in ("value", "result") and not scene.grammar.bracketed:
        box, index = parts
        if scene.operator(node.named_children[1]) in ("+", "-"):
            inside = f"{index} < len({box})" if " + " in index else f"{index} >= 0"
            yield scene.replace(node, f"{box}[{index}] if {inside} else None", 0.8)


@template("begun_with", "assignment")
def begun_with_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`seen = set()` as `seen = {start}`, `found = []` as `found = [first]`."""
    right = node.child_by_field_name(scene.grammar.assigned[1])
    forms = {"set()": "{{{}}}", "[]": "[{}]", "new Set()": "new Set([{}])"}
    form = forms.get(scene.text(right)) if right is not None else None
    if right is None or form is None:
        return
    names = [n for n in scene.vocabulary.visible(node) if n not in scene.grammar.words["self"]]
    for rank, name in enumerate(names[: 2 * _MOST]):
        yield scene.replace(right, form.format(name), 1.0 / (1 + 0.4 * rank))


@template("empty_case", "call")
def where_there_is_none(scene: Scene, node: "Node") -> Iterator[Change]:
    """`min(xs)` as `min(xs, default=None)`, `sum(lists)` as `sum(lists, [])`."""
    parts = call_parts(scene, node)
    if parts is None or scene.grammar.bracketed or not parts[1]:
        return
    name, argument = parts[0], ", ".join(parts[1])
    if parts[1][1:] and not (len(parts[1]) == 2 and parts[1][1].startswith("key=") and name != "sum"):
        return
    if name in ("min", "max"):
        for rank, default in enumerate(("None", "0")):
            yield scene.replace(node, f"{name}({argument}, default={default})", 0.8 / (1 + 0.4 * rank))
    if name == "sum":
        yield scene.replace(node, f"sum({argument}, [])", 0.4)


@template("empty_case", "call")
def not_for_nothing(scene: Scene, node: "Node") -> Iterator[Change]:
    """`all(t.done for t in tasks)` as `bool(tasks) and all(…)`."""
    found = re.fullmatch(r"all\(.+ in ([\w.]+)\)", scene.text(node))
    if found is not None and scene.grammar.position(node):
        asked = f"bool({found[1]})" if scene.grammar.position(node) in ("result", "value") else found[1]
        yield scene.replace(node, f"{asked} and {scene.text(node)}", 1.0)


@template("empty_case", "operation")
def the_rest_given_out_as_well(scene: Scene, node: "Node") -> Iterator[Change]:
    """`[part] * n`, where `part = total // n`, with one more for the first ones, until nothing is left."""
    found, function = re.fullmatch(r"\[(\w+)\] \* (\w+)", scene.text(node)), scene.within_definition(node)
    if found is None or function is None:
        return
    part, count = found.groups()
    made = re.search(rf"\b{part} = (\w+) // {count}\b", scene.text(function))
    if made is not None:
        more = f"{part} + (1 if i < {made[1]} % {count} else 0)"
        yield scene.replace(node, f"[{more} for i in range({count})]", 1.0)


@template("empty_case", STATEMENT)
def between_the_middle_ones(scene: Scene, node: "Node") -> Iterator[Change]:
    """Before `return xs[len(xs) // 2]`: for an even number the mean of both in the middle."""
    found, before = re.fullmatch(r"return (\w+)\[(\w+)\]", scene.text(node)), scene.next_to(node, -1)
    if found is None or before is None or scene.text(before) != f"{found[2]} = len({found[1]}) // 2":
        return
    lead, mean = (
        f"{scene.newline}{scene.indent(node)}{scene.step}",
        f"({found[1]}[{found[2]} - 1] + {found[1]}[{found[2]}]) / 2",
    )
    yield scene.insert_before(node, f"if len({found[1]}) % 2 == 0:{lead}return {mean}", 1.0)


@template("counted", STATEMENT)
def counted_here_as_well(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.active -= 1` where a block begins or ends, for what is counted elsewhere in the class."""
    block, function = scene.block_of(node), scene.within_definition(node)
    owner = scene.within(node, "class")
    if function is None or owner is None or node.id not in (block[0].id, block[-1].id):
        return
    said, whole, end = scene.text(function), scene.text(owner), scene.grammar.words["terminator"]
    me = scene.grammar.words["self"][0]
    counted = [
        f"{me}.{name}"
        for name in scene.attributes(node)
        if f"{me}.{name} += " in whole or f"{me}.{name} -= " in whole or f"{me}.{name}++" in whole
    ]
    for rank, name in enumerate([n for n in counted if f"{n} += " not in said and f"{n} -= " not in said][:_MOST]):
        signs = ("-=", "+=") if f"{name} += " in whole else ("+=", "-=")
        for second, sign in enumerate(signs):
            text, weight = f"{name} {sign} 1{end}", 1.0 / (1 + 0.4 * rank + 0.4 * second)
            if node.id == block[-1].id and not scene.grammar.plays(node, "jump"):
                yield scene.insert_after(node, text, weight)
            else:
                yield scene.insert_before(node, text, weight)


def call_parts(scene: Scene, node: "Node") -> tuple[str, list[str]] | None:
    """The name of a called function, and the arguments."""
    callee, holder = scene.grammar.field(node, "callee"), scene.grammar.field(node, "arguments")
    if callee is None or holder is None:
        return None
    if holder.type == "generator_expression":
        return scene.text(callee), [scene.text(holder)]
    return scene.text(callee), [scene.text(child) for child in holder.named_children if child.type != "comment"]


def _in_range(scene: Scene, node: "Node") -> bool:
    call = node.parent.parent if node.parent is not None else None
    parts = call_parts(scene, call) if call is not None and scene.grammar.plays(call, "call") else None
    return parts is not None and parts[0] == "range"


def _loop_names(scene: Scene, node: "Node") -> list[str]:
    """The names that the loops around a place go through, the innermost first, without its own loop's."""
    found: list[str] = []
    loop = scene.within(node, "loop")
    while loop is not None:
        left = loop.child_by_field_name("left")
        inside_head = (right := loop.child_by_field_name("right")) is not None and right.end_byte >= node.end_byte
        if left is not None and not inside_head:
            found += scene.vocabulary.names_in(left)
        loop = scene.within(loop, "loop")
    return found
