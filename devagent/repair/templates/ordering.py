"""Orders: what is sorted by, in which direction, and what decides between equals."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_SORTS = re.compile(r"(?:^|\.)(?:sorted|sort|toSorted|min|max)$")
_MOST_KEYS, _FIRST, _MOST_TIES = 6, 2, 3


@template("sort_key", "call")
def sorted_by(scene: Scene, node: "Node") -> Iterator[Change]:
    """`sorted(x)` as `sorted(x, key=lambda item: item.size)`, `x.sort()` as `x.sort((a, b) => a - b)`, and so on."""
    callee, holder = scene.grammar.field(node, "callee"), scene.grammar.field(node, "arguments")
    if callee is None or holder is None or not _SORTS.search(scene.text(callee)) or "Math" in scene.text(callee):
        return
    present = [scene.text(child) for child in holder.named_children if child.type != "comment"]
    if any(text.startswith(("key=", "reverse=")) for text in present) or len(present) > (not scene.grammar.bracketed):
        return
    for rank, text in enumerate(_orders(scene)):
        yield scene.replace(holder, f"({', '.join([*present, text])})", 1.0 / (1 + 0.25 * rank))


@template("sort_key", "lambda")
def sorted_by_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """The key or comparator of a sort turned round, and with a tie-break by a member or by the element itself."""
    body = scene.grammar.field(node, "body")
    call = scene.within(node, "call")
    callee = scene.grammar.field(call, "callee") if call is not None else None
    if body is None or callee is None or scene.grammar.plays(body, "block") or not _SORTS.search(scene.text(callee)):
        return
    words, own = scene.grammar.words, scene.text(body)
    names = [scene.text(name) for name in scene.lambda_parameters(node)]
    if len(names) == len(words["sort_names"]):
        yield scene.replace(body, words["sort_reverse"].format(own), 0.7)
        for rank, (tie, member) in enumerate(_ties(scene)):
            text = tie.format(*names, own=own, member=member)
            yield scene.replace(body, text, 1.0 / (1 + 0.2 * rank))


@template("sort_key", "tuple")
def component_turned(scene: Scene, node: "Node") -> Iterator[Change]:
    """A component of a returned tuple with the opposite sign, two of them exchanged, or one taken out."""
    if scene.grammar.position(node) != "result":
        return
    parts = [child for child in node.named_children if child.type != "comment"]
    signed = any(scene.grammar.plays(part, "sign") for part in parts)
    for part in parts:
        text = scene.text(part)
        if scene.grammar.plays(part, "sign"):
            yield scene.replace(part, text.lstrip("- "), 0.8)
        elif any(scene.grammar.plays(part, role) for role in ("name", "member", "subscript")):
            yield scene.replace(part, f"-{text}", 1.0 if signed else 0.4)
        elif scene.grammar.plays(part, "call"):
            yield scene.replace(part, f"-{text}", 0.5 if signed else 0.2)
    for one, other in pairwise(parts):
        yield scene.exchange(one, other, 0.6)


@template("sort_key", "operation")
def compared_one_after_the_other(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.x < b.x or a.y < b.y` as `(a.x, a.y) < (b.x, b.y)`."""
    parts = node.named_children
    if scene.grammar.bracketed or not scene.is_logical(node) or not all(scene.is_comparison(part) for part in parts):
        return
    signs = {scene.operator(part) for part in parts}
    sides = [[scene.text(side) for side in part.named_children] for part in parts]
    if len(signs) == 1 and signs <= {"<", "<=", ">", ">="} and all(len(side) == 2 for side in sides):
        (one, second), (other, fourth) = sides
        yield scene.replace(node, f"({one}, {other}) {signs.pop()} ({second}, {fourth})", 0.8)


@template("sort_key", "branch")
def decided_where_different(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if a.x < b.x: return True` as `if a.x != b.x: return a.x < b.x`."""
    found = re.fullmatch(r"if (([\w.]+) [<>] ([\w.]+)):(\s+)return True", scene.text(node))
    if found is not None:
        yield scene.replace(node, f"if {found[2]} != {found[3]}:{found[4]}return {found[1]}", 0.8)


@template("sort_key", "tuple")
def one_part_less(scene: Scene, node: "Node") -> Iterator[Change]:
    """`(a, b, c)` as `(a, b)`."""
    parts = [scene.text(child) for child in node.named_children]
    if len(parts) > 2 and scene.grammar.position(node) and not scene.grammar.bracketed:
        for rank, left_out in enumerate(reversed(range(min(len(parts), 4)))):
            kept = [part for index, part in enumerate(parts) if index != left_out]
            yield scene.replace(node, f"({', '.join(kept)})", 0.5 / (1 + 0.4 * rank))


@template("sort_key", "lambda")
def largest_first_then_by_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """`key=lambda p: p.score, reverse=True` as `key=lambda p: (-p.score, p.name)`."""
    body, call = scene.grammar.field(node, "body"), scene.within(node, "call")
    holder = scene.grammar.field(call, "arguments") if call is not None else None
    if body is None or holder is None or scene.grammar.bracketed or ", reverse=True" not in scene.text(holder):
        return
    names = [scene.text(name) for name in scene.lambda_parameters(node)]
    for rank, member in enumerate([m for m in _members(scene) if f".{m}" not in scene.text(body)][:_MOST_TIES]):
        key = f"(-{scene.text(body)}, {names[0]}.{member})" if names else ""
        text = scene.text(holder).replace(scene.text(body), key, 1).replace(", reverse=True", "")
        if key:
            yield scene.replace(holder, text, 0.8 / (1 + 0.4 * rank))


def _orders(scene: Scene) -> list[str]:
    words, members = scene.grammar.words, _members(scene)
    plain = words["sort_plain"]
    by_member = [form.format(member=member) for form in words["sort_by"] for member in members]
    return [*plain[:_FIRST], *by_member[: len(members)], *plain[_FIRST:], *by_member[len(members) :]]


def _ties(scene: Scene) -> list[tuple[str, str]]:
    words = scene.grammar.words
    plain = [(tie, "") for tie in words["sort_ties"] if "{member}" not in tie]
    return [*plain, *((tie, m) for m in _members(scene) for tie in words["sort_ties"] if "{member}" in tie)]


def _members(scene: Scene) -> list[str]:
    """Members by which elements may be ordered: those the function reads, then the file's."""
    own = scene.grammar.words["self"]
    here = [scene.text(m) for receiver, m in scene.members_read if scene.text(receiver) not in own]
    others = (m for m, _ in scene.vocabulary.all_members.most_common() if m not in scene.vocabulary.methods)
    found = dict.fromkeys([*here, *others])
    return [member for member in found if member.isidentifier() and member != "length"][:_MOST_KEYS]
