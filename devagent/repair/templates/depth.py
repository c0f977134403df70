"""Copies that go one level deeper, so that what a container holds is no longer shared."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_SHARED = ("value", "result")


@template("deep_copy", "call", "collection", "subscript")
def copied_deeper(scene: Scene, node: "Node") -> Iterator[Change]:
    """`dict(x)` as `copy.deepcopy(x)` and `{key: list(value) for key, value in x.items()}`, and so on."""
    inner = _copied(scene, node)
    if inner:
        for rank, form in enumerate(scene.grammar.copies["deep"]):
            yield _deep(scene, node, form, inner, 1.0 / (1 + 0.15 * rank))


@template("deep_copy", "name", "member")
def copied_at_all(scene: Scene, node: "Node") -> Iterator[Change]:
    """`return self._rows` as `return copy.deepcopy(self._rows)`."""
    if scene.grammar.position(node) in _SHARED:
        yield _deep(scene, node, scene.grammar.copies["deep"][0], scene.text(node), 0.15)


def _copied(scene: Scene, node: "Node") -> str:
    """The source of what an expression copies; empty when it is no copy."""
    text = scene.text(node)
    for form in scene.grammar.copies["shallow"]:
        head, tail = form.format("\0").split("\0")
        inner = text[len(head) : len(text) - len(tail)].strip()
        if text.startswith(head) and text.endswith(tail) and inner and "," not in inner and inner.count("(") < 3:
            return inner
    return ""


def _deep(scene: Scene, node: "Node", form: str, inner: str, weight: float) -> Change:
    change = scene.replace(node, form.format(inner), weight)
    needs = [line for start, line in scene.grammar.copies["imports"] if form.startswith(start)]
    return Change((*change.spans, *(span for line in needs for span in scene.importing(line))), weight)
