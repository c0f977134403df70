"""State begun anew: attributes of the object set back to what its constructor gives them."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_ATTRIBUTES = 6


@template("reset", STATEMENT)
def begun_anew(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.count = 0`, as `__init__` has it, where a block begins or ends and beside other resets; two of them too."""
    block = scene.block_of(node)
    jumps = scene.grammar.plays(node, "jump")
    ends = block[-1].id == node.id and not jumps
    if not (ends or jumps or block[0].id == node.id or _is_reset(scene, node)):
        return
    for text, weight in _resets(scene, node):
        if ends:
            yield scene.insert_after(node, text, weight)
        yield scene.insert_before(node, text, weight * (0.9 if jumps or block[0].id == node.id else 0.7))


def _resets(scene: Scene, place: "Node") -> list[tuple[str, float]]:
    """Statements that set attributes back, one and two at a time, with how likely each is."""
    single = _single_resets(scene, place)
    paired = [
        (f"{one}{scene.newline}{scene.indent(place)}{other}", 0.5 * min(weight, second))
        for (one, weight), (other, second) in combinations(single, 2)
    ]
    return [*single, *paired]


def _single_resets(scene: Scene, place: "Node") -> list[tuple[str, float]]:
    function = scene.within_definition(place)
    words = scene.grammar.words
    if function is None or scene.name_of(function) in words["constructor"]:
        return []
    me, known = words["self"][0], scene.attributes(place)
    text, again = scene.text(function), Counter(scene.text(node) for node in scene.statements_of_file)
    found: list[tuple[str, float]] = []
    for name, value in known.items():
        if value is None or not scene.known_at(value, place):
            continue
        reset = f"{me}.{name} = {scene.text(value)}{words['terminator']}"
        likely = 1.0 if f"{me}.{name}" in text else 0.7
        plain = 1.0 if value.named_child_count == 0 else 0.7
        found.append((reset, likely * plain * (1.4 if again[reset] > 1 else 1.0)))
    return sorted(found, key=lambda item: -item[1])[:_MOST_ATTRIBUTES]


def _is_reset(scene: Scene, node: "Node") -> bool:
    """Whether a statement gives an attribute a plain value."""
    inner = node.named_children[0] if node.named_child_count == 1 else None
    if inner is None or not scene.grammar.plays(inner, "assignment"):
        return False
    left, right = scene.grammar.field(inner, "left"), scene.grammar.field(inner, "right")
    return (
        left is not None and right is not None and scene.grammar.plays(left, "member") and not right.named_child_count
    )
