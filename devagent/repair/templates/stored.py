"""What the function itself stores is asked for: known already, not stored yet, made unique."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.template import EXPRESSION, STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 2
_STORES = re.compile(r"([\w.]+)(?:\.(?:setdefault|add)\(([\w.]+)[,)]|\[([\w.]+)\] \+?= )")
_GIVES = re.compile(r"([\w.]+)(?:\.(?:append|push|add|put|extend)\(([\w.]+)\)|\[([\w.]+)\] = .*)")


@template("stored", EXPRESSION)
def unless_it_is_stored(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if late(leg)` as `if leg.trip not in boarded and late(leg)`, where something is stored for `leg.trip`."""
    if scene.grammar.position(node) != "condition" or scene.grammar.bracketed:
        return
    own = scene.text(node)
    loose = f"({own})" if scene.is_logical(node) and scene.operator(node) == "or" else own
    loop, stored = scene.within(node, "loop"), _stored(scene, node, own)
    left = loop.child_by_field_name("left") if loop is not None else None
    gone = scene.vocabulary.names_in(left)[:1] if left is not None else []
    stored += [(name, box) for name in gone for box in dict.fromkeys(b for _, b in stored) if (name, box) not in stored]
    for rank, (key, box) in enumerate(stored[:_MOST]):
        weight = 1.0 / (1 + 0.4 * rank)
        yield scene.replace(node, f"{key} not in {box} and {loose}", weight)
        yield scene.replace(node, f"{key} in {box} or {own}", 0.8 * weight)
        yield scene.replace(node, f"{key} in {box} and {loose}", 0.6 * weight)


@template("stored", STATEMENT)
def only_what_is_new(scene: Scene, node: "Node") -> Iterator[Change]:
    """`stack.append(other)` under `if other not in seen:`, `d[k] = v` under `if k not in d:`."""
    given = _GIVES.fullmatch(scene.text(node))
    if given is None or scene.grammar.bracketed or scene.within(node, "loop") is None:
        return
    box, key = given[1], given[2] or given[3]
    boxes = [box] if given[3] else [b for _, b in _stored(scene, node, "") if b != box]
    for rank, known in enumerate(list(dict.fromkeys(boxes))[:_MOST]):
        indent, (start, end) = scene.indent(node), scene.lines_at(node)
        head = encode(f"{indent}if {key} not in {known}:{scene.newline}")
        text = head + scene.shifted(node, indent + scene.step)
        yield Change((Span(start, end, text),), 1.0 / (1 + 0.4 * rank))


@template("stored", STATEMENT)
def only_what_is_there(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.remove(x)` and `del d[k]` under `if x in xs:`."""
    found = re.fullmatch(r"([\w.]+)\.remove\(([\w.]+)\)|del ([\w.]+)\[([\w.]+)\]", scene.text(node))
    if found is not None and not scene.grammar.bracketed:
        indent, (start, end) = scene.indent(node), scene.lines_at(node)
        head = encode(f"{indent}if {found[2] or found[4]} in {found[1] or found[3]}:{scene.newline}")
        yield Change((Span(start, end, head + scene.shifted(node, indent + scene.step)),), 0.9)


@template("stored", STATEMENT)
def only_once(scene: Scene, node: "Node") -> Iterator[Change]:
    """A loop that notes what it has seen, beginning with `if user.email in told: continue`."""
    loop = scene.within(node, "loop")
    if loop is None or scene.grammar.bracketed or scene.block_of(node)[0].id != node.id:
        return
    said = scene.text(loop)
    for rank, (key, box) in enumerate(_stored(scene, node, "")[:_MOST]):
        if f"{key} in {box}" not in said and f"{key} not in {box}" not in said:
            text = f"if {key} in {box}:{scene.newline}{scene.indent(node)}{scene.step}continue"
            yield scene.insert_before(node, text, 1.0 / (1 + 0.4 * rank))


@template("stored", STATEMENT)
def not_a_second_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """A function that notes its argument, beginning with `if node in done: return`; what another method noted."""
    function = scene.within_definition(node)
    if function is None or scene.grammar.bracketed or scene.grammar.plays(node, "function"):
        return
    said, given = scene.text(function), scene.vocabulary.parameters(scene.name_of(function))
    lead = f"{scene.newline}{scene.indent(node)}{scene.step}"
    if scene.block_under(function)[0].id == node.id:
        for key, box in _stored(scene, node, "")[:_MOST]:
            if key in given and f" in {box}" not in said:
                yield scene.insert_before(node, f"if {key} in {box}:{lead}return", 1.0)
    noted = re.findall(r"(self\.\w+)\.add\((\w+)\)", scene.content.decode("utf-8", "replace"))
    mine = [
        (box, key) for box, key in dict.fromkeys(noted) if box not in said and key in scene.vocabulary.names_in(node)
    ]
    jump = "continue" if scene.within(node, "loop") is not None else "return"
    for box, key in [pair for pair in mine if pair[1] in scene.vocabulary.visible(node)][:_MOST]:
        yield scene.insert_before(node, f"if {key} in {box}:{lead}{jump}", 0.8)


@template("stored", STATEMENT)
def noted_on_the_way_in(scene: Scene, node: "Node") -> Iterator[Change]:
    """`done.add(node)` first in a function that asks `other not in done` and adds nothing to it."""
    function = scene.within_definition(node)
    if function is None or scene.grammar.bracketed or scene.block_under(function)[0].id != node.id:
        return
    said, given = scene.text(function), scene.vocabulary.parameters(scene.name_of(function))
    for box in dict.fromkeys(re.findall(r" in ([\w.]+):", said)):
        if f"{box}.add(" not in said and f"{box}.append(" not in said and f" not in {box}" in said:
            for rank, name in enumerate([p for p in given if p != box and f" in {p}" not in said][:_MOST]):
                yield scene.insert_before(node, f"{box}.add({name})", 1.0 / (1 + 0.4 * rank))


@template("stored", STATEMENT)
def not_under_the_old_key(scene: Scene, node: "Node") -> Iterator[Change]:
    """Before `item.name = name`, where `index[name] = item` follows: `index.pop(item.name, None)`."""
    found = re.fullmatch(r"((\w+)\.\w+) = (\w+)", scene.text(node))
    if found is None or scene.grammar.bracketed:
        return
    said = (re.fullmatch(rf"([\w.]+)\[{found[3]}\] = {found[2]}", scene.text(s)) for s in scene.statements)
    for stored in said:
        if stored is not None:
            yield scene.insert_before(node, f"{stored[1]}.pop({found[1]}, None)", 1.0)
            yield scene.insert_before(node, f"del {stored[1]}[{found[1]}]", 0.9)


@template("unique", STATEMENT)
def counted_on_until_new(scene: Scene, node: "Node") -> Iterator[Change]:
    """`slug = f"{base}-{n}"` followed by `while slug in used: n += 1; slug = f"{base}-{n}"`."""
    made, function = re.fullmatch(r"(\w+) = (.+)", scene.text(node)), scene.within_definition(node)
    if made is None or function is None or scene.grammar.bracketed:
        return
    name, said = made[1], scene.text(function)
    boxes = re.findall(rf"([\w.]+)(?:\.(?:add|append)\({name}\)|\[{name}\] = )|\b{name} in ([\w.]+)", said)
    names = [n for n in scene.vocabulary.names_in(node) if n != name]
    counters = [n for n in names if re.search(rf"\b{n} = (?:\d+$|.*get\(.*\d\)$)|\b{n} (?:\+ 1|\+= 1)", said, re.M)]
    for box in list(dict.fromkeys(one or other for one, other in boxes))[:_MOST]:
        for counter in counters[:_MOST]:
            again = next((part for part in re.split(r" if | else ", made[2]) if f"{{{counter}" in part), made[2])
            lead = f"{scene.newline}{scene.indent(node)}{scene.step}"
            yield scene.insert_after(node, f"while {name} in {box}:{lead}{counter} += 1{lead}{name} = {again}", 1.0)


@template("stored", "assignment")
def kept_in_order(scene: Scene, node: "Node") -> Iterator[Change]:
    """`seen = set()` and `seen.add(x)` as `seen = {}` and `seen[x] = None`, which keeps the order."""
    made, function = re.fullmatch(r"(\w+) = set\(\)", scene.text(node)), scene.within_definition(node)
    if made is None or function is None:
        return
    added = [(s, re.fullmatch(rf"{made[1]}\.add\((.+)\)", scene.text(s))) for s in scene.statements]
    spans = [scene.replace(s, f"{made[1]}[{found[1]}] = None").spans[0] for s, found in added if found is not None]
    if spans:
        yield Change((*scene.replace(node, f"{made[1]} = {{}}").spans, *spans), 0.6)


def _stored(scene: Scene, place: "Node", without: str) -> list[tuple[str, str]]:
    """Keys and where the function stores something for them, as far as their names exist at a place."""
    function = scene.within_definition(place)
    visible = {*scene.vocabulary.visible(place), *scene.grammar.words["self"]}
    pairs = _pairs(scene.text(function)) if function is not None else ()
    return [
        (key, box)
        for key, box in pairs
        if {key.partition(".")[0], box.partition(".")[0]} <= visible and (not without or f" in {box}" not in without)
    ]


@lru_cache(maxsize=64)
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((one or other, box) for box, one, other in _STORES.findall(text)))
