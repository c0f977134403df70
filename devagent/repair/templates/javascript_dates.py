"""Dates: in universal time, copied before they are changed, compared by their time."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene, below
from devagent.repair.templates.javascript import built, javascript, method_call
from devagent.repair.templates.template import EXPRESSION

if TYPE_CHECKING:
    from tree_sitter import Node

_PARTS = "FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds"
_LOCAL, _UNIVERSAL = re.compile(rf"(get|set)({_PARTS})$"), re.compile(rf"(get|set)UTC({_PARTS})$")
_FEWEST = 2


@javascript("date", "call")
def all_in_one_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """All `getHours` of a function as `getUTCHours`, or the other way round; said once, at the first of them."""
    function = scene.within_definition(node)
    if method_call(scene, node) is None or function is None:
        return
    calls = [call for n in below(function, scene.grammar, "call") if (call := method_call(scene, n)) is not None]
    for pattern, form in ((_LOCAL, r"\1UTC\2"), (_UNIVERSAL, r"\1\2")):
        mine = [call for call in calls if pattern.match(call.name)]
        if len(mine) >= _FEWEST and mine[0].holder.end_byte == node.end_byte:
            spans = tuple(scene.replace(call.member, pattern.sub(form, call.name)).spans[0] for call in mine)
            yield Change(spans, 1.2)


@javascript("date", EXPRESSION)
def made_in_universal_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """`new Date(y, m, d)` as `new Date(Date.UTC(y, m, d))`, `new Date(y, m, d).getTime()` as `Date.UTC(y, m, d)`."""
    name, given = built(scene, node)
    if name != "Date" or len(given) < _FEWEST:
        return
    universal = f"Date.UTC({', '.join(scene.text(part) for part in given)})"
    yield scene.replace(node, f"new Date({universal})", 1.0)
    around = node.parent.parent if node.parent is not None else None
    call = method_call(scene, around)
    if around is not None and call is not None and call.name in ("getTime", "valueOf"):
        yield scene.replace(around, universal, 1.0)


@javascript("date", "call", EXPRESSION)
def months_from_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`day.getMonth()` as `day.getMonth() + 1`, `new Date(y, m, d)` as `new Date(y, m - 1, d)`."""
    call = method_call(scene, node)
    operand = scene.grammar.position(node) == "operand"
    if call is not None and call.name in ("getMonth", "getUTCMonth") and not operand:
        yield scene.replace(node, f"{scene.text(node)} + 1", 1.2)
    name, given = built(scene, node)
    given = call.arguments if call is not None and call.name == "UTC" else given if name == "Date" else ()
    if len(given) >= _FEWEST and not scene.grammar.plays(given[1], "number"):
        sign = " - 1" if scene.text(given[1])[-4:] not in (" - 1", " + 1") else ""
        text = f"{scene.text(given[1])}{sign}" if sign else scene.text(given[1])[:-4]
        yield scene.replace(given[1], text, 1.2)


@javascript("date", "name", "member")
def copied_date(scene: Scene, node: "Node") -> Iterator[Change]:
    """`const day = start` as `const day = new Date(start)`, where dates are changed."""
    if scene.grammar.position(node) in ("value", "result", "argument") and re.search(
        r"\.set\w+\(", _around(scene, node)
    ):
        changed = re.search(rf"\.set(?:UTC)?(?:{_PARTS}|Time)\(", _around(scene, node))
        if changed is not None and "Date" not in scene.text(node) and scene.grammar.position(node) != "argument":
            yield scene.replace(node, f"new Date({scene.text(node)})", 1.2)


def _around(scene: Scene, node: "Node") -> str:
    function = scene.within_definition(node)
    return scene.text(function) if function is not None else ""
