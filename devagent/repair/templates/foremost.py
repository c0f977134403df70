"""The first, last and largest by what elements say, and not by where they stand."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.ranges import call_parts
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_MEMBERS, _MOST_KEYS = 3, 2
_ENDS = {"-1": ("max",), "0": ("min", "max")}


@template("foremost", "subscript")
def by_what_they_say(scene: Scene, node: "Node") -> Iterator[Change]:
    """`moves[-1]` as `max(moves, key=lambda move: move.date)`, `xs[0]` as `min(…)`."""
    parts = [scene.text(child) for child in node.named_children]
    if scene.grammar.bracketed or len(parts) != 2 or parts[1] not in _ENDS:
        return
    if scene.grammar.position(node) not in ("value", "result", "argument"):
        return
    box = parts[0]
    name = _element(scene, box)
    for rank, member in enumerate(_members(scene, box, name)):
        for extreme in _ENDS[parts[1]]:
            yield scene.replace(node, f"{extreme}({box}, key=lambda {name}: {name}.{member})", 1.0 / (1 + 0.4 * rank))


@template("sort_key", "call")
def by_what_is_known(scene: Scene, node: "Node") -> Iterator[Change]:
    """`max(counts)` as `max(counts, key=counts.get)`, `max(tags)` as `max(tags, key=parse)`."""
    parts = call_parts(scene, node)
    if scene.grammar.bracketed or parts is None or parts[0] not in ("max", "min", "sorted") or len(parts[1]) != 1:
        return
    name, (argument,) = parts
    function, known = scene.within_definition(node), scene.vocabulary
    own = scene.name_of(function) if function is not None else ""
    keys = [c.name for c in known.callees.values() if len(c.parameters) == 1 and c.name in known.top_names]
    asked = [f"{argument}.get"] if argument.replace(".", "").isidentifier() and known.is_collection(argument) else []
    for rank, key in enumerate([*asked, *(k for k in keys if k != own)][:_MOST_KEYS]):
        yield scene.replace(node, f"{name}({argument}, key={key})", 0.8 / (1 + 0.4 * rank))


@template("sort_key", STATEMENT)
def sorted_backwards(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs = sorted(…)` and `xs.reverse()` as `xs = sorted(…, reverse=True)`, which keeps the order of equals."""
    before = scene.next_to(node, -1)
    turned = re.fullmatch(r"([\w.]+)\.reverse\(\)", scene.text(node))
    text = scene.text(before) if before is not None else ""
    if before is not None and turned is not None and text.startswith((f"{turned[1]} = sorted(", f"{turned[1]}.sort(")):
        given = "" if text.endswith("()") else ", "
        spans = (*scene.replace(before, f"{text[:-1]}{given}reverse=True)").spans, *scene.delete(node).spans)
        yield Change(spans, 1.0)


def _element(scene: Scene, box: str) -> str:
    """What the file calls an element of a collection."""
    text, last = scene.content.decode("utf-8", "replace"), box.rpartition(".")[2].lstrip("_")
    pattern = rf"for (\w+) in {re.escape(box)}\b|\b{re.escape(box)} = \[(\w+) for "
    used = [one or other for one, other in re.findall(pattern, text)]
    single = last.removesuffix("s")
    if (single in used or not used) and single != last:
        return single
    return str(used[0]) if used else "item"


def _members(scene: Scene, box: str, name: str) -> list[str]:
    """By what elements may be told apart: what the file sorts by, compares, and reads of them."""
    known = scene.vocabulary
    names = [n for n in (name, box.rpartition(".")[2].lstrip("_").removesuffix("s")) if n]
    members = dict.fromkeys(m for n in names for m in known.members_of(n) if m not in known.methods)
    text = scene.content.decode("utf-8", "replace")
    keyed = set(re.findall(r"key=lambda \w+: -?\w+\.(\w+)", text))
    compared = set(re.findall(r"\w+\.(\w+) [<>]", text))
    ranked = sorted(members, key=lambda member: (member not in keyed, member not in compared))
    return ranked[:_MOST_MEMBERS]
