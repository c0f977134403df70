"""Guards: checks inserted before a statement or put round it."""

import re
from collections.abc import Iterator
from itertools import permutations
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_NAMES, _MOST_CONDITIONS, _MOST_JUMPS, _MOST_PREDICATES = 4, 12, 4, 2
_ASKING = re.compile(r"_?(?:is|has|can|may|should|must|allows|valid)(?:_|[A-Z]|$)")


@template("guard", STATEMENT)
def guarded(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if not x: return`, `if x is None: continue` and the like before a statement that uses x."""
    jumps = _jumps(scene, node)
    for rank, (condition, weight) in enumerate(_checks(scene, node)):
        for second, (jump, likelihood) in enumerate(jumps[:3] if rank < 4 else jumps[:1]):
            yield _guard(scene, node, condition, jump, weight * likelihood / (1 + 0.15 * rank + 0.4 * second))


@template("copied_guard", STATEMENT)
def guarded_as_elsewhere(scene: Scene, node: "Node") -> Iterator[Change]:
    """A condition of the file, or its opposite, that leaves the function or loop before this statement."""
    jumps = _jumps(scene, node)
    for rank, other in enumerate(_conditions(scene, node)):
        for form, share in ((scene.text(other), 0.9), (scene.negated(other), 1.0)):
            for jump, likelihood in jumps:
                yield _guard(scene, node, form, jump, share * likelihood / (1 + 0.3 * rank))


@template("enclose", STATEMENT)
def enclosed(scene: Scene, node: "Node") -> Iterator[Change]:
    """A statement only under a condition: a check of what it uses, or a condition of the file."""
    if scene.grammar.plays(node, "function") or "declaration" in node.type:
        return
    opposite = [(text, 0.6) for text in _present(scene, node)]
    words = scene.grammar.words["known"]
    opposite += [(form.format(key=key, box=box), 0.6) for key, box in _pairs(scene, node)[:3] for form in words[-1:]]
    copied = [(text, 1.0) for c in _conditions(scene, node) for text in (scene.text(c), scene.negated(c))]
    for rank, (condition, weight) in enumerate([*opposite, *copied]):
        yield _enclosed(scene, node, condition, weight / (1 + 0.25 * rank))


def _guard(scene: Scene, node: "Node", condition: str, jump: str, weight: float) -> Change:
    words = scene.grammar.words
    text = words["guard"].format(condition=condition, jump=jump, indent=scene.indent(node), step=scene.step)
    return scene.insert_before(node, text.replace("\n", scene.newline), weight)


def _enclosed(scene: Scene, node: "Node", condition: str, weight: float) -> Change:
    indent, span = scene.indent(node), scene.delete(node).spans[0]
    inner = scene.shifted(node, indent + scene.step)
    head = f"{indent}if ({condition}) {{" if scene.grammar.bracketed else f"{indent}if {condition}:"
    tail = f"{indent}}}{scene.newline}" if scene.grammar.bracketed else ""
    return Change((Span(span.start, span.end, encode(head + scene.newline) + inner + encode(tail)),), weight)


def _checks(scene: Scene, node: "Node") -> list[tuple[str, float]]:
    """Checks of the names (and short members) a statement uses: empty, missing, zero, known in a collection."""
    words, found = scene.grammar.words, list[tuple[str, float]]()
    for index, name in enumerate(_used(scene, node)):
        share = 1.0 / (1 + 0.3 * index)
        forms = [*words["empty"], *words["absent"][:2], *words["zero"][:2]]
        found += [(form.format(name), share * (1.0 if rank < 2 else 0.5)) for rank, form in enumerate(forms)]
    found += [(form.format(key=key, box=box), 0.5) for key, box in _pairs(scene, node) for form in words["known"]]
    values = _used(scene, node)[:_MOST_NAMES]
    found += [(f"{one} {sign} {other}", 0.3) for one, other in permutations(values, 2) for sign in (">", ">=")]
    found += [(words["empty"][0].format(asked), 0.9) for asked in _predicates(scene, node)]
    found += [(text, 0.5) for text in _kinds(scene, node)]
    flags = scene.flags_at(node)[:2]
    found += [(words[form][0].format(flag), 0.4) for flag in flags for form in ("full", "empty")]
    return sorted(found, key=lambda item: -item[1])


def _predicates(scene: Scene, node: "Node") -> list[str]:
    """Calls of `can(x)`, `is_open()` and the like: functions and methods of the file whose parameters are all here."""
    known, visible, owner = scene.vocabulary, scene.vocabulary.visible(node), scene.within(node, "class")
    function, body = scene.within_definition(node), scene.text(owner) if owner is not None else ""
    here = scene.name_of(function) if function is not None else ""
    asking = [c for c in known.callees.values() if _ASKING.match(c.name) and c.name != here]
    found: list[str] = []
    for callee in asking:
        receiver = "" if callee.name in known.top_names else f"{scene.grammar.words['self'][0]}."
        if all(p in visible for p in callee.parameters) and (not receiver or f" {callee.name}(" in body):
            found.append(f"{receiver}{callee.name}({', '.join(callee.parameters)})")
    return found[:_MOST_PREDICATES]


def _kinds(scene: Scene, node: "Node") -> list[str]:
    """`item.status != DONE` for members that the function does not read, and constants that the module knows."""
    different = "!==" if scene.grammar.bracketed else "!="
    constants = [name for name in sorted(scene.vocabulary.top_names) if name.isupper() and len(name) > 1]
    unread = [
        f"{name}.{member}"
        for name in scene.vocabulary.visible(node)[:_MOST_NAMES]
        for member in scene.vocabulary.members_of(name)
        if member not in scene.vocabulary.methods and member not in scene.members_here.get(name, ())
    ]
    return [f"{value} {different} {constant}" for value in unread[:3] for constant in constants[:5]]


def _present(scene: Scene, node: "Node") -> list[str]:
    words = scene.grammar.words
    return [form.format(name) for name in _used(scene, node)[:4] for form in (*words["full"][:1], words["present"][0])]


def _used(scene: Scene, node: "Node") -> list[str]:
    visible = scene.vocabulary.visible(node)
    names = [n for n in scene.vocabulary.names_in(node) if n in visible and n not in scene.grammar.words["self"]]
    members = [scene.text(v) for v in scene.values if node.start_byte <= v.start_byte < node.end_byte]
    plain = [text for text in dict.fromkeys(members) if "(" not in text]
    return [*names[:_MOST_NAMES], *plain[:2]]


def _pairs(scene: Scene, node: "Node") -> list[tuple[str, str]]:
    """A name and a collection that might hold it."""
    names = _used(scene, node)[:_MOST_NAMES]
    boxes = [n for n in scene.vocabulary.visible(node) if scene.vocabulary.is_collection(n)]
    return [(key, box) for key in names[:2] for box in boxes[:3] if key != box]


def _conditions(scene: Scene, node: "Node") -> list["Node"]:
    """Conditions of the file that can be asked here; plain names are left to the checks."""
    seen: dict[str, Node] = {}
    for other in scene.conditions:
        text = scene.text(other)
        outside = not node.start_byte <= other.start_byte < node.end_byte
        if (
            outside
            and not text.lstrip("!").isidentifier()
            and "\n" not in text
            and text not in seen
            and scene.known_at(other, node)
        ):
            seen[text] = other
    return list(seen.values())[:_MOST_CONDITIONS]


def _jumps(scene: Scene, node: "Node") -> list[tuple[str, float]]:
    """Ways to leave: those the function uses first, then the plain ones."""
    words = scene.grammar.words
    own = [scene.text(jump) for jump in scene.jumps if scene.known_at(jump, node) and "\n" not in scene.text(jump)]
    loop = words["jump_loop"][:1] if scene.within(node, "loop") is not None else []
    loop_words = tuple(words["jump_loop"])
    usable = [text for text in own if loop or not text.startswith(loop_words)]
    returned = [words["result"].format(name) for name in scene.vocabulary.visible(node)[:2]]
    found = dict.fromkeys([*loop, *usable, words["jump_function"][0], *returned])
    return [(text, 1.0 / (1 + 0.25 * rank)) for rank, text in enumerate(list(found)[:_MOST_JUMPS])]
