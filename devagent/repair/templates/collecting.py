"""What loops collect: given out once more behind the loop, added to what is there, told apart by more than one key."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_FLUSHED, _MOST_CONDITIONS, _MOST_PARTS = 3, 3, 3
_KEYED = re.compile(r"\.(get|set|has|add|pop|setdefault|delete)$")


@template("flush", STATEMENT)
def flushed(scene: Scene, node: "Node") -> Iterator[Change]:
    """What a loop does with what it has collected, once more behind it: `if run: yield run`."""
    if not scene.grammar.plays(node, "loop"):
        return
    guard, indent = scene.grammar.words["guard"], scene.indent(node)
    for rank, statement in enumerate(_given_out(scene, node)[:_MOST_FLUSHED]):
        text = scene.text(statement)
        for second, condition in enumerate(_collected(scene, node, statement)):
            checked = guard.format(condition=condition, jump=text, indent=indent, step=scene.step)
            weight = 1.0 / (1 + 0.4 * rank + 0.3 * second)
            yield scene.insert_after(node, checked.replace("\n", scene.newline), weight)
        yield scene.insert_after(node, text, 0.8 / (1 + 0.4 * rank))


@template("accumulate", "assignment")
def added_to_what_is_there(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d[k] = v` as `d[k] = d.get(k, 0) + v`, and as an entry of the list that `d` has for `k`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not scene.grammar.plays(left, "subscript") or node.children[1].type != "=":
        return
    parts = [scene.text(child) for child in left.named_children]
    if len(parts) != 2:
        return
    value = scene.text(right)
    single = right.named_children[0] if right.named_child_count == 1 and value.startswith("[") else None
    for rank, form in enumerate(scene.grammar.words["accumulated"]):
        yield scene.replace(node, form.format(box=parts[0], key=parts[1], value=value), 1.0 / (1 + 0.3 * rank))
    entry = scene.text(single) if single is not None else value
    yield scene.replace(node, scene.grammar.words["listed"].format(box=parts[0], key=parts[1], value=entry), 0.9)


@template("accumulate", "call")
def added_up_and_not_only_set(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d.setdefault(k, v)` as `d[k] = d.get(k, 0) + v`."""
    found = re.fullmatch(r"([\w.]+)\.setdefault\(([\w.]+), ([\w.]+)\)", scene.text(node))
    if found is not None and not scene.grammar.position(node) and not scene.grammar.bracketed:
        box, key, value = found.groups()
        yield scene.replace(node, f"{box}[{key}] = {box}.get({key}, 0) + {value}", 0.8)


@template("extreme", "assignment")
def the_larger_part_stays(scene: Scene, node: "Node") -> Iterator[Change]:
    """`out[-1] = (a, b)` as `out[-1] = (a, max(out[-1][1], b))`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not scene.grammar.plays(right, "tuple"):
        return
    for index, part in enumerate(right.named_children):
        own = f"{scene.text(left)}[{index}]"
        if scene.grammar.plays(part, "name"):
            yield scene.replace(part, f"max({own}, {scene.text(part)})", 0.8)
            yield scene.replace(part, f"min({own}, {scene.text(part)})", 0.7)


@template("extreme", "number")
def begun_at_the_other_end(scene: Scene, node: "Node") -> Iterator[Change]:
    """`top, high = None, 0` as `top, high = None, float("-inf")`; `last = 0` as `last = values[0]`."""
    holder = node.parent
    if scene.grammar.bracketed or holder is None:
        return
    made = re.fullmatch(r"([\w, ]+) = ([\w, ]+)", scene.text(holder.parent or holder))
    names, values = (made[1].split(", "), made[2].split(", ")) if made is not None else ([], [])
    if len(names) > 1 and len(names) == len(values) and scene.text(node) in values:
        name = names[values.index(scene.text(node))]
        if any(scene.is_comparison(n) and name in scene.text(n).split() for n in scene.nodes):
            for extreme in scene.grammar.words["extremes"]:
                yield scene.replace(node, extreme, 1.0)
    elif scene.grammar.plays(holder, "assignment") and scene.text(holder).partition(" ")[2].startswith("= "):
        gone = re.search(r"for \w+ in (\w+):", scene.content[node.end_byte :].decode("utf-8", "replace"))
        if gone is not None and gone[1] in scene.vocabulary.visible(node):
            yield scene.replace(node, f"{gone[1]}[0]", 0.5)


@template("extreme", STATEMENT)
def as_far_as_it_went(scene: Scene, node: "Node") -> Iterator[Change]:
    """After `level += 1`: `deepest = max(deepest, level)`, for a name that begins with 0 and never changes."""
    grown, function = re.fullmatch(r"(\w+) ([+-])= .+", scene.text(node)), scene.within_definition(node)
    if grown is None or function is None or scene.grammar.bracketed or scene.within(node, "loop") is None:
        return
    said = scene.text(function)
    fixed = [n for n in scene.vocabulary.visible(node) if len(re.findall(rf"\b{n} (?:[+-]?=|=) ", said)) == 1]
    begun = [n for n in fixed if n != grown[1] and re.search(rf"\b{n} = (?:\w+ = )?(?:0|None|1)\n", said)]
    for rank, name in enumerate(begun[:2]):
        form = "max" if grown[2] == "+" else "min"
        yield scene.insert_after(node, f"{name} = {form}({name}, {grown[1]})", 1.0 / (1 + 0.4 * rank))


@template("key", "name")
def key_of_more(scene: Scene, node: "Node") -> Iterator[Change]:
    """A name that things are looked up by, with another one of the function, wherever it is looked up by."""
    text = scene.text(node)
    places = [n for n in scene.nodes if scene.text(n) == text and scene.grammar.plays(n, "name") and _is_key(scene, n)]
    if not places or places[0].id != node.id:
        return
    for rank, other in enumerate(_parts(scene, node, text)):
        pair = scene.grammar.words["pair"].format(text, other)
        yield Change(tuple(scene.replace(place, pair).spans[0] for place in places), 1.0 / (1 + 0.4 * rank))


@template("key", "member")
def key_of_more_members(scene: Scene, node: "Node") -> Iterator[Change]:
    """`found[row.day]` as `found[row.day, row.room]`: a member that things are looked up by, with another one."""
    receiver, member = scene.grammar.field(node, "object"), scene.grammar.field(node, "member")
    if receiver is None or member is None or not _is_key(scene, node):
        return
    known = [m for m in scene.vocabulary.members_of(scene.text(receiver)) if m not in scene.vocabulary.methods]
    for rank, other in enumerate([m for m in known if m != scene.text(member)][:_MOST_PARTS]):
        pair = scene.grammar.words["pair"].format(scene.text(node), f"{scene.text(receiver)}.{other}")
        yield scene.replace(node, pair, 0.8 / (1 + 0.4 * rank))


@template("key", "assignment")
def key_made_of_more(scene: Scene, node: "Node") -> Iterator[Change]:
    """`key = a` as `key = (a, b)`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or "key" not in scene.text(left).lower():
        return
    for rank, other in enumerate(_parts(scene, right, scene.text(right))):
        pair = scene.grammar.words["pair"].format(scene.text(right), other)
        yield scene.replace(right, pair, 1.0 / (1 + 0.4 * rank))


@template("key", "tuple")
def longer_tuple(scene: Scene, node: "Node") -> Iterator[Change]:
    """`(a, b)` as `(a, b, c)`, with what the function knows, and with another member of the same object."""
    if not reads(scene, node) or not scene.text(node).startswith("("):
        return
    inner = scene.text(node)[1:-1].rstrip().rstrip(",")
    for rank, other in enumerate([*_siblings(scene, node), *_parts(scene, node, inner)]):
        yield scene.replace(node, f"({inner}, {other})", 0.8 / (1 + 0.4 * rank))
        last = node.named_children[-1] if node.named_child_count > 1 else None
        if last is not None:
            yield scene.replace(last, f"{other}, {scene.text(last)}", 0.6 / (1 + 0.4 * rank))


@template("extreme", "assignment")
def the_larger_stays(scene: Scene, node: "Node") -> Iterator[Change]:
    """`end = x` as `end = max(end, x)` and `min(end, x)`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or node.children[1].type != "=" or scene.grammar.plays(right, "collection"):
        return
    again = not scene.grammar.plays(left, "name") or scene.content[: node.start_byte].count(encode(scene.text(left)))
    for rank, form in enumerate(scene.grammar.wraps["named"][:2] if again else ()):
        text = form.format(scene.text(right), name=scene.text(left), atom=scene.text(right))
        yield scene.replace(right, text, 1.0 / (1 + 0.2 * rank))


@template("extreme", "assignment")
def from_the_other_end(scene: Scene, node: "Node") -> Iterator[Change]:
    """`best = 0` as `best = float("-inf")`, and as nothing yet, where what follows is compared with it."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not scene.grammar.plays(right, "number"):
        return
    name, words = scene.text(left), scene.grammar.words
    compared = [n for n in scene.nodes if scene.is_comparison(n) and name in (scene.text(c) for c in n.named_children)]
    for comparison in compared[:1]:
        for extreme in words["extremes"]:
            yield scene.replace(right, extreme, 1.0)
        either = words["either"].format(words["absent"][0].format(name), scene.text(comparison))
        spans = (*scene.replace(right, words["none"]).spans, *scene.replace(comparison, either).spans)
        yield Change(spans, 1.0)


def _given_out(scene: Scene, loop: "Node") -> list["Node"]:
    """Simple statements of a loop that can be said again behind it, those in its branches first."""
    inside = [n for n in scene.statements if loop.start_byte < n.start_byte and n.end_byte <= loop.end_byte]
    plain = [n for n in inside if not scene.grammar.plays(n, "compound") and not scene.grammar.plays(n, "jump")]
    calls = [n for n in plain if ("(" in scene.text(n) or "yield" in scene.text(n)) and scene.height(n) == 1]
    usable = [n for n in calls if scene.known_at(n, loop)]
    return sorted(usable, key=lambda n: scene.within(n, "branch") is None)


def _collected(scene: Scene, loop: "Node", statement: "Node") -> list[str]:
    """What may be asked before something is given out: whether what it needs is there."""
    words = scene.grammar.words
    bound = {scene.text(n) for n in scene.nodes if loop.start_byte <= n.start_byte < loop.end_byte and _binds(scene, n)}
    names = [name for name in scene.vocabulary.names_in(statement) if name in bound]
    forms = (words["full"][-1], words["present"][0], words["full"][0])
    return list(dict.fromkeys(form.format(name) for name in names for form in forms))[:_MOST_CONDITIONS]


def _binds(scene: Scene, node: "Node") -> bool:
    return scene.grammar.plays(node, "name") and scene.vocabulary.is_bound(node)


def _is_key(scene: Scene, node: "Node") -> bool:
    """Whether a name is what something is looked up by."""
    position, parent = scene.grammar.position(node), node.parent
    if position == "index":
        return True
    if position == "operand" and parent is not None:
        return scene.operator(parent) in ("in", "not in") and parent.named_children[0].id == node.id
    if position == "argument" and parent is not None and parent.named_children[0].id == node.id:
        callee = scene.grammar.field(parent.parent, "callee") if parent.parent is not None else None
        return callee is not None and _KEYED.search(scene.text(callee)) is not None
    return False


def _parts(scene: Scene, node: "Node", present: str) -> list[str]:
    """Names of the function that could be a part of a key."""
    used = set(re.findall(r"\w+", present))
    names = [n for n in scene.vocabulary.visible(node) if n not in used and n not in scene.grammar.words["self"]]
    return names[:_MOST_PARTS]


def _siblings(scene: Scene, node: "Node") -> list[str]:
    """Members that are not yet in a tuple, of the object whose members it holds."""
    members = [child for child in node.named_children if scene.grammar.plays(child, "member")]
    owner = scene.grammar.field(members[-1], "object") if members else None
    if owner is None:
        return []
    receiver = scene.text(owner)
    known = [m for m in scene.vocabulary.members_of(receiver) if m not in scene.vocabulary.methods]
    own = list(scene.attributes(node)) if receiver in scene.grammar.words["self"] else []
    texts = (f"{receiver}.{member}" for member in dict.fromkeys([*own, *known]))
    present = scene.text(node)
    return [text for text in texts if text not in present][:_MOST_PARTS]
