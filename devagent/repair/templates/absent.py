"""What is given for what is not there: defaults of lookups, of `next`, `pop` and `getattr`, text that is not found."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.ranges import call_parts
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_EMPTY = ("{}", "[]", '""', "''", "0")
_LINES = re.compile(r"for (\w*(?:line|row|raw)\w*|\w+) in (.*(?:line|split|open).*|\w+):")


@template("lookup", "call")
def another_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d.get(k, 0)` as `d.get(k, len(d) + 1)` and `d.get(k, inf)`; `d.get(k, {})` as `d.get(k) or {}`."""
    parts = call_parts(scene, node)
    if parts is None or scene.grammar.bracketed or not parts[0].endswith(".get"):
        return
    box, given = parts[0].removesuffix(".get"), parts[1]
    if len(given) == 1:
        yield scene.replace(node, f"{box}.get({given[0]}, {{}})", 0.5)
    if len(given) != 2 or not _is_plain(given[1]):
        return
    key, default = given
    others = [f"len({box}) + 1", 'float("inf")', f"len({box})", key, "-1", "None"]
    for rank, other in enumerate(o for o in others if o != default):
        yield scene.replace(node, f"{box}.get({key}, {other})", 1.0 / (1 + 0.3 * rank))
    if default in _EMPTY:
        yield scene.replace(node, f"{box}.get({key}) or {default}", 0.7)


@template("lookup", "call")
def with_nothing_as_default(scene: Scene, node: "Node") -> Iterator[Change]:
    """`d.pop(k)`, `next(xs)`, `getattr(x, "a")` with `None` for what is not there."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is None or holder is None or scene.grammar.bracketed:
        return
    callee, given = parts
    wanted = {"next": 1, "getattr": 2}.get(callee, 1 if callee.endswith(".pop") else 0)
    if wanted and len(given) == wanted and not given[0].lstrip("-").isdigit():
        inner = ", ".join(given)
        yield scene.replace(holder, f"({inner}, None)", 1.0)


@template("not_found", STATEMENT)
def where_it_is_not_found(scene: Scene, node: "Node") -> Iterator[Change]:
    """`at = text.find(mark)` followed by `if at == -1: return text`."""
    found = re.fullmatch(r"(\w+) = ([\w.]+)\.r?find\(.*\)", scene.text(node))
    if found is None or scene.grammar.bracketed:
        return
    name, text = found.groups()
    jumps = ["continue", "break"] if scene.within(node, "loop") is not None else [f"return {text}"]
    for rank, jump in enumerate([*jumps, "return None", 'return ""']):
        check = f"if {name} == -1:{scene.newline}{scene.indent(node)}{scene.step}{jump}"
        yield scene.insert_after(node, check, 1.0 / (1 + 0.3 * rank))


@template("not_found", STATEMENT)
def without_blank_lines(scene: Scene, node: "Node") -> Iterator[Change]:
    """`for line in lines:` beginning with `if not line.strip(): continue`."""
    loop = scene.within(node, "loop")
    if loop is None or scene.grammar.bracketed or scene.block_of(node)[0].id != node.id:
        return
    if scene.holder(node).id != loop.id:
        return
    head = _LINES.match(scene.text(loop))
    if head is not None and ("line" in head[1] or "line" in head[2] or "split" in head[2]):
        for rank, condition in enumerate((f"not {head[1]}.strip()", f'{head[1]}.startswith("#")')):
            check = f"if {condition}:{scene.newline}{scene.indent(node)}{scene.step}continue"
            yield scene.insert_before(node, check, 1.0 / (1 + 0.3 * rank))


def _is_plain(text: str) -> bool:
    return text in _EMPTY or text in ("None", "False") or text.lstrip("-").isdigit()
