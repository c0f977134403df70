"""What is asked of one, asked of the other as well; what is done to a value elsewhere, done here."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_PAIRS, _MOST_TREATMENTS = 2, 2
_ASKED = ("condition", "operand of logic")
_GIVEN_ON = ("value", "result", "argument", "operand", "iterable")


@template("together", "call", "subscript")
def of_both(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f(a)` as `f(a) + f(b)`, `max(f(a), f(b))`, `f(a) | f(b)`; in conditions `f(a) or f(b)` and `f(a) and f(b)`."""
    position = scene.grammar.position(node)
    if scene.grammar.plays(node, "subscript") and (position not in ("value", "result") or not reads(scene, node)):
        return
    if scene.grammar.bracketed or position not in (*_ASKED, *_GIVEN_ON) or scene.height(node) > 1:
        return
    text = scene.text(node)
    for rank, second in enumerate(_seconds(scene, node, text)[:_MOST_PAIRS]):
        share = 1.0 / (1 + 0.5 * rank)
        if position in _ASKED:
            negated = scene.grammar.plays(node.parent, "negation")
            around = node.parent if negated and node.parent is not None else node
            first, other = (f"not {text}", f"not {second}") if negated else (text, second)
            for word, weight in (("or", 1.0), ("and", 0.9)):
                yield scene.replace(around, f"{first} {word} {other}", weight * share)
            continue
        choice = f"{text} or {second}"
        forms = [choice] if text.startswith(("is", "has", "any", "all")) else [f"{text} + {second}"]
        forms += [f"max({text}, {second})", f"{text} | {second}"]
        forms += [choice, f"{text} and {second}"] if position == "result" and choice not in forms else []
        for place, form in enumerate(forms):
            yield scene.replace(node, form, share / (1 + 0.3 * place))


@template("together", "logical")
def both_comparisons(scene: Scene, node: "Node") -> Iterator[Change]:
    """`dx < d and dy < d` as `abs(dx) < d and abs(dy) < d`."""
    parts = node.named_children
    if len(parts) != 2 or not all(scene.is_comparison(part) for part in parts):
        return
    sides = [part.named_children[0] for part in parts]
    form = "abs({})" if all(scene.operator(part)[0] in "<>" for part in parts) else "{}.lower()"
    if not scene.grammar.bracketed and not any(scene.grammar.plays(side, "number") for side in sides):
        spans = [scene.replace(side, form.format(scene.atom(side))).spans[0] for side in sides]
        yield Change(tuple(spans), 0.6)
    if not scene.grammar.bracketed and all(scene.operator(p) in "<=" and p.named_child_count == 2 for p in parts):
        yield Change(tuple(scene.replace(side, f"0 <= {scene.text(side)}").spans[0] for side in sides), 0.7)


@template("both_sides", "operation")
def both_by_a_function(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a > b` as `parts(a) > parts(b)`, with functions of the file."""
    if not scene.is_comparison(node) or node.named_child_count != 2 or scene.grammar.bracketed:
        return
    if not all(
        scene.grammar.plays(side, "name") or scene.grammar.plays(side, "member") for side in node.named_children
    ):
        return
    known, function = scene.vocabulary, scene.within_definition(node)
    own = scene.name_of(function) if function is not None else ""
    usable = [c.name for c in known.callees.values() if len(c.parameters) == 1 and c.name in known.top_names]
    for rank, name in enumerate([n for n in usable if n != own][:_MOST_TREATMENTS]):
        spans = [scene.replace(side, f"{name}({scene.text(side)})").spans[0] for side in node.named_children]
        yield Change(tuple(spans), 1.0 / (1 + 0.4 * rank))


@template("treated", EXPRESSION)
def treated_as_elsewhere(scene: Scene, node: "Node") -> Iterator[Change]:
    """`event.start` as `event.start.date()`, where the file calls that on some other `start`."""
    if not (scene.grammar.plays(node, "name") or scene.grammar.plays(node, "member")) or not reads(scene, node):
        return
    if scene.grammar.bracketed or scene.grammar.position(node) not in ("index", *_GIVEN_ON):
        return
    text, known = scene.text(node), scene.vocabulary.treatments.get(scene.text(node).rpartition(".")[2], ())
    for rank, form in enumerate([f for f in known if not f.startswith(("len(", "{}.append"))][:_MOST_TREATMENTS]):
        if not (node.parent is not None and scene.text(node.parent) == form.format(text)):
            yield scene.replace(node, form.format(text), 1.0 / (1 + 0.4 * rank))


def _seconds(scene: Scene, node: "Node", text: str) -> list[str]:
    """A call with another parameter of the function, or another of two alike members, where the function lacks that."""
    function = scene.within_definition(node)
    if function is None:
        return []
    said, own = scene.text(function), scene.grammar.words["self"]
    given = [p for p in scene.vocabulary.parameters(scene.name_of(function)) if p not in own]
    words = dict.fromkeys(re.findall(r"\w+", text))
    found: dict[str, float] = {}
    for word in words:
        opposite = [o for o in scene.grammar.brothers("opposites", word) if o in given or f".{word}" in text]
        alike = {p: scene.vocabulary.likeness(word, p) for p in given if word in given and p not in words}
        for other, near in {**alike, **dict.fromkeys(opposite, 2.0)}.items():
            found.setdefault(re.sub(rf"\b{word}\b", other, text), near)
    return [second for second in sorted(found, key=lambda text: -found[text]) if second not in said]
