"""The names of a file: which are bound where, where they can be used, and how they are used."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from devagent.code.language import text_of, walk
from devagent.repair.grammar import Grammar, field_of

if TYPE_CHECKING:
    from tree_sitter import Node

_COLLECTING = (
    ".add",
    ".append",
    ".has",
    ".push",
    ".get",
    ".set",
    ".items",
    ".includes",
    "subscript.value",
    "subscript_expression.object",
)
_SIZED = (".len", ".enumerate", ".sorted", ".sum", ".length", "for_statement.right", "for_in_statement.right")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True)
class Binding:
    """A name and the bytes [start, end) in which it can be used."""

    name: str
    start: int
    end: int
    top: bool


class Names:
    """The names of one file."""

    def __init__(self, root: "Node", grammar: Grammar) -> None:
        self.root, self._grammar = root, grammar
        self._nodes = [node for node in walk(root) if node.is_named and not grammar.plays(node, "untouched")]
        self._visible: dict[int, list[str]] = {}
        self._names: dict[int, list[str]] = {}

    @cached_property
    def bindings(self) -> list[Binding]:
        """Every name that the file binds, with where it can be used."""
        found = [self._binding(node) for node in walk(self.root) if self._is_name(node) and self.is_bound(node)]
        return list(dict.fromkeys(found))

    @cached_property
    def top_names(self) -> frozenset[str]:
        """The names that the module binds at its top level."""
        return frozenset(b.name for b in self.bindings if b.top)

    @cached_property
    def _local_names(self) -> frozenset[str]:
        return frozenset(b.name for b in self.bindings if not b.top)

    @cached_property
    def builtins(self) -> frozenset[str]:
        """Names that need no binding."""
        return frozenset(self._grammar.words["builtins"])

    def visible(self, place: "Node") -> list[str]:
        """Names that can be used at a place, the nearest binding first; names of the module are not among them."""
        at = place.start_byte
        if at not in self._visible:
            near = [b for b in self.bindings if b.start <= at < b.end and not b.top]
            self._visible[at] = list(dict.fromkeys(b.name for b in sorted(near, key=lambda b: -b.start)))
        return self._visible[at]

    def known_at(self, ingredient: "Node", place: "Node") -> bool:
        """Whether the names code uses exist at a place: those visible there, and those nobody binds locally."""
        visible = self.visible(place)
        return all(
            name in visible or name in self.top_names or name not in self._local_names
            for name in self.names_in(ingredient)
        )

    def known_anywhere(self, node: "Node") -> bool:
        """Whether code uses only names of the module and built-in ones."""
        return all(name in self.top_names or name in self.builtins for name in self.names_in(node))

    def names_in(self, node: "Node") -> list[str]:
        """The names an expression or statement reads, each once."""
        if node.id not in self._names:
            found = (text_of(n) for n in walk(node) if self._is_name(n) and not self._is_label(n))
            self._names[node.id] = list(dict.fromkeys(found))
        return self._names[node.id]

    def words_in(self, node: "Node") -> list[str]:
        """The names and members that code uses."""
        return list(
            dict.fromkeys(text_of(n) for n in walk(node) if self._is_name(n) or n.type == "property_identifier")
        )

    def is_bound(self, node: "Node") -> bool:
        """Whether a name comes to be here: a parameter, an assignment, an import, the head of a loop."""
        if self._is_label(node):
            return False
        child: Node | None = node
        while child is not None and not self._grammar.plays(child, "block"):
            if self._grammar.binds(child):
                return True
            if self._grammar.plays(child.parent, "member") or self._grammar.plays(child.parent, "subscript"):
                return False
            child = child.parent
        return False

    def is_collection(self, name: str) -> bool:
        """Whether a name is used like a list, set or mapping."""
        uses = self._uses.get(name, frozenset())
        return any(use.endswith(_COLLECTING) for use in uses)

    def is_sized(self, name: str) -> bool:
        """Whether a name is used like something with a length, or gone through."""
        return self.is_collection(name) or any(use.endswith(_SIZED) for use in self._uses.get(name, frozenset()))

    def likeness(self, one: str, other: str) -> float:
        """How alike two names are in use and in spelling, 0 to 1."""
        uses, others = self._uses.get(one, frozenset()), self._uses.get(other, frozenset())
        shared = len(uses & others) / len(uses | others) if uses or others else 0.0
        return 0.6 * shared + 0.4 * spelled_alike(one, other)

    @cached_property
    def _uses(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for node in self._nodes:
            if self._is_name(node) or self._grammar.plays(node, "member"):
                found[text_of(node)].add(self._use(node))
        return {name: frozenset(uses) for name, uses in found.items()}

    def _use(self, node: "Node") -> str:
        parent = node.parent
        if parent is None:
            return ""
        use = f"{parent.type}.{field_of(node)}"
        if self._grammar.plays(parent, "member") and (member := self._grammar.field(parent, "member")) is not None:
            return f"{use}.{text_of(member)}"
        if self._grammar.plays(parent, "arguments") and parent.parent is not None:
            callee = self._grammar.field(parent.parent, "callee")
            return f"{use}.{text_of(callee) if callee is not None else ''}"
        return use

    def _binding(self, node: "Node") -> Binding:
        scope = node.parent
        if self._grammar.plays(scope, "function") and field_of(node) == "name":
            scope = scope.parent if scope is not None else None
        while scope is not None and not self._grammar.plays(scope, "scope") and scope.parent is not None:
            scope = scope.parent
        top = scope is None or scope.parent is None
        start = scope.start_byte if top and scope is not None else node.start_byte
        return Binding(text_of(node), start, scope.end_byte if scope is not None else node.end_byte, top)

    def _is_name(self, node: "Node") -> bool:
        return self._grammar.plays(node, "name") or node.type.startswith("shorthand_property_identifier")

    def _is_label(self, node: "Node") -> bool:
        parent = node.parent
        if parent is None:
            return False
        field = field_of(node)
        if self._grammar.plays(parent, "member"):
            return field == self._grammar.fields["member"]
        return self._grammar.plays(parent, "named_argument") and field == "name"


def parts_of(name: str) -> set[str]:
    """The words that a name is made of, in small letters."""
    return {part.lower() for part in _PART.findall(name)}


@lru_cache(maxsize=8192)
def spelled_alike(one: str, other: str) -> float:
    """The share of word parts two names have in common, 0 to 1."""
    parts, others = map(parts_of, (one, other))
    return len(parts & others) / len(parts | others) if parts or others else 0.0
