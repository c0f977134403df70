"""What code elsewhere does in the same situation: checks with a body, steps that follow the same call, roll-overs."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_CHECKS, _MOST_LINES, _MOST_STEPS = 8, 5, 3
_LIKE = 0.3


@template("copied_check", STATEMENT)
def checked_as_elsewhere(scene: Scene, node: "Node") -> Iterator[Change]:
    """A short `if` with its body, as it stands elsewhere, before this statement or at the end of its block.

    Names that do not exist here become those that are used or spelled like them.
    """
    ends = scene.block_of(node)[-1].id == node.id and not scene.grammar.plays(node, "jump")
    for rank, (text, weight) in enumerate(_checks(scene, node)[:_MOST_CHECKS]):
        discounted = weight / (1 + 0.2 * rank)
        yield scene.insert_before(node, text, discounted)
        if ends:
            yield scene.insert_after(node, text, discounted)


@template("sequence", STATEMENT)
def continued_as_elsewhere(scene: Scene, node: "Node") -> Iterator[Change]:
    """A call, and what follows the same call elsewhere: `d.pop(k)` as `old = d.pop(k)` and `if old: …`."""
    if scene.grammar.plays(node, "compound") or scene.grammar.plays(node, "jump"):
        return
    text = scene.text(node).rstrip(";")
    for other in scene.statements_of_file:
        own = scene.text(other).rstrip(";")
        following = scene.next_to(other, 1)
        if other.id == node.id or not own.endswith(text) or following is None or "(" not in text:
            continue
        if scene.grammar.plays(following, "jump") or scene.height(following) > _MOST_LINES:
            continue
        indent = scene.indent(node)
        lines = scene.shifted(other, indent) + scene.shifted(following, indent)
        gone = scene.delete(node).spans[0]
        yield Change((Span(gone.start, gone.end, lines),), 1.0 if scene.same_owner(other, node) else 0.3)


@template("rollover", STATEMENT)
def not_before(scene: Scene, node: "Node") -> Iterator[Change]:
    """After `end = at(…)` beside `start = at(…)`: `if end <= start: end += step`, or both exchanged."""
    words = scene.grammar.words
    later = _assigned(scene, node)
    if later is None:
        return
    name, made = later
    step = -1
    while (before := scene.next_to(node, step)) is not None:
        step -= 1
        earlier = _assigned(scene, before)
        if earlier is None or earlier[1] != made or earlier[0] == name:
            continue
        for form, weight in (("{} <= {}", 1.0), ("{} < {}", 0.9)):
            for rank, more in enumerate(_steps(scene)):
                condition = form.format(name, earlier[0])
                yield _under(scene, node, condition, f"{name} += {more}", weight / (1 + 0.4 * rank))
        swap = words["exchange"].format(earlier[0], name)
        yield _under(scene, node, f"{name} < {earlier[0]}", swap, 0.6)


def _under(scene: Scene, node: "Node", condition: str, statement: str, weight: float) -> Change:
    words, end = scene.grammar.words, scene.grammar.words["terminator"]
    text = words["guard"].format(condition=condition, jump=statement + end, indent=scene.indent(node), step=scene.step)
    return scene.insert_after(node, text.replace("\n", scene.newline), weight)


def _assigned(scene: Scene, node: "Node") -> tuple[str, str] | None:
    """The name a statement assigns to and the callee of the call it gets its value from."""
    for inner in (node, *node.named_children[:1]):
        left, right = (inner.child_by_field_name(key) for key in scene.grammar.assigned)
        if left is not None and right is not None and scene.grammar.plays(right, "call"):
            callee = scene.grammar.field(right, "callee")
            if scene.grammar.plays(left, "name") and callee is not None:
                return scene.text(left), scene.text(callee)
    return None


def _steps(scene: Scene) -> list[str]:
    """What the file and the others add to things, as far as it can be said here."""
    return [text for text, node in scene.vocabulary.steps.items() if scene.vocabulary.known_anywhere(node)][
        :_MOST_STEPS
    ]


def _checks(scene: Scene, place: "Node") -> list[tuple[str, float]]:
    """Short `if` statements of this and other files in the names of this place, the closest in words first."""
    near = [scene.next_to(place, step) for step in (-1, 0, 1)]
    context = {word for node in near if node is not None for word in scene.vocabulary.words_in(node)}
    found: dict[str, float] = {}
    for check in scene.vocabulary.checks:
        if place.start_byte <= check.start_byte < place.end_byte:
            continue
        text = _translated(scene, check, place)
        if text is not None and text.count("\n") < _MOST_LINES and text not in scene.text(place):
            words = set(re.findall(r"\w+", text))
            shared = len(words & context) / len(words)
            found.setdefault(text, 0.3 + shared)
    return sorted(found.items(), key=lambda item: -item[1])


def _translated(scene: Scene, check: "Node", place: "Node") -> str | None:
    """A statement in the names of a place; `None` when one of its names has no counterpart there."""
    visible = scene.vocabulary.visible(place)
    known = {*visible, *scene.vocabulary.top_names}
    text = (check.text or b"").decode("utf-8", "replace")
    for name in scene.vocabulary.names_in(check):
        if name in known or name in scene.vocabulary.builtins:
            continue
        likely = [(scene.vocabulary.likeness(name, other), other) for other in visible]
        best = max(likely, default=(0.0, ""))
        if best[0] < _LIKE:
            return None
        text = re.sub(rf"(?<![\w.]){re.escape(name)}\b", best[1], text)
    first, *rest = text.split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    if not scene.grammar.bracketed:
        margin -= len(scene.step)
    lines = [first, *(scene.indent(place) + line[max(margin, 0) :] for line in rest)]
    return scene.newline.join(line.rstrip("\r") for line in lines)
