"""What the merge knows about a language: a file in `devagent/merge/languages/`.

Which children of which parents may stand in any order, and what tells such children apart. The fields are explained in
`python.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

DATA = Path(__file__).parent.parent / "languages"
CALL = "call"
_WHOLE = "."


@dataclass(frozen=True)
class Rules:
    """The rules of one language; without any, all order counts and nothing has a key."""

    unordered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    identity: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    calls: frozenset[bytes] = frozenset()
    statement: str = ""
    loose_comments: bool = False
    wrappers: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

    def free(self, parent: str) -> frozenset[str]:
        """The kinds of children that may stand in any order in a parent of this type."""
        return self.unordered.get(parent, frozenset())

    def separator(self, parent: str) -> bytes:
        """What must stand between the children of a parent of this type."""
        return b"," if parent in self.lists else b""

    def wrapped(self, node: "Node") -> "Node | None":
        """The definition that an `export` or a decorator stands before, when this node is both together."""
        wrapper = self.wrappers.get(node.type)
        return node.child_by_field_name(wrapper) if wrapper else None

    def kind(self, node: "Node | None", node_type: str) -> str:
        """The node type, or `call` for a statement that calls one of the functions which declare something."""
        if node is None or node_type != self.statement:
            return node_type
        call = node.named_child(0)
        function = call.child_by_field_name("function") if call is not None else None
        return CALL if function is not None and _text(function) in self.calls else node_type

    def key(self, node: "Node | None", kind: str) -> bytes | None:
        """What tells a node from its siblings of the same kind; `None` where nothing does."""
        if node is None or not node.is_named:
            return None
        found = [text for path in self.identity.get(kind, ()) for text in _reached(node, path.split("/"))]
        return b" ".join(found) if found else None


@cache
def rules_for(language: str) -> Rules | None:
    """The rules of a language by its name; `None` for one that nothing is known about."""
    path = DATA / f"{language}.toml"
    if not path.is_file():
        return None
    return _rules(_inherited(path))


def _inherited(path: Path) -> dict[str, Any]:
    own = tomllib.loads(path.read_text("utf-8"))
    if "like" not in own:
        return own
    base = _inherited(DATA / f"{own['like']}.toml")
    tables = {key: {**base.get(key, {}), **own.get(key, {})} for key in ("unordered", "identity")}
    return {**base, **own, **tables, "lists": [*base.get("lists", ()), *own.get("lists", ())]}


def _rules(data: Mapping[str, Any]) -> Rules:
    calls = data.get("calls", {})
    return Rules(
        {parent: frozenset(kinds) for parent, kinds in data.get("unordered", {}).items()},
        {
            kind: (paths,) if isinstance(paths, str) else tuple(paths)
            for kind, paths in data.get("identity", {}).items()
        },
        frozenset(data.get("imports", ())),
        frozenset(name.encode() for name in calls.get("functions", ())),
        calls.get("statement", ""),
        data.get("loose_comments", False),
        data.get("wrappers", {}),
        frozenset(data.get("lists", ())),
    )


def _reached(node: "Node", path: list[str]) -> Iterable[bytes]:
    """The texts at the end of a path of fields; `*` is every named child, `0` the first, `.` the node itself."""
    nodes = [node]
    for step in path:
        if step != _WHOLE:
            nodes = [child for parent in nodes for child in _step(parent, step)]
    return [_text(found) for found in nodes]


def _step(node: "Node", step: str) -> list["Node"]:
    if step == "*":
        return node.named_children
    found = node.named_child(int(step)) if step.isdigit() else node.child_by_field_name(step)
    return [found] if found is not None else []


def _text(node: "Node") -> bytes:
    return b" ".join((node.text or b"").split())
