"""Text put together and taken apart: a separator only once, numbers with a sign."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_JOINED = re.compile(r"([\w.]+) \+ ([\"'])([^\w\s])\2(?: \+ ([\w.]+))?")


@template("joined", "operation")
def separated_only_once(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a + "/" + b` as `a.rstrip("/") + "/" + b.lstrip("/")`, on one side or both; `?` as `&` behind another one."""
    found = _JOINED.fullmatch(scene.text(node))
    if found is None or scene.grammar.bracketed:
        return
    left, quote, sign, right = found.groups()
    mark = f"{quote}{sign}{quote}"
    if right is None:
        yield scene.replace(node, f"{left}.rstrip({mark}) + {mark}", 1.0)
        return
    yield scene.replace(node, f"{left}.rstrip({mark}) + {mark} + {right}.lstrip({mark})", 0.9)
    yield scene.replace(node, f"{left} + {mark} + {right}.lstrip({mark})", 0.8)
    if sign == "?":
        other = f"({quote}&{quote} if {mark} in {left} else {mark})"
        yield scene.replace(node, f"{left} + {other} + {right}", 0.9)


@template("joined", "call")
def digits_with_a_sign(scene: Scene, node: "Node") -> Iterator[Change]:
    """`token.isdigit()` as `token.lstrip("-").isdigit()`."""
    found = re.fullmatch(r"([\w.]+)\.(isdigit|isdecimal|isnumeric)\(\)", scene.text(node))
    if found is not None:
        yield scene.replace(node, f'{found[1]}.lstrip("-").{found[2]}()', 0.9)
