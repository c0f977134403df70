"""What the edit templates know of a language: node kinds by role, operators, siblings, wording. Data, not code."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

# Where a truth value is asked for. Parentheses around it are no place of their own, as those of an `if` in JavaScript.
_ASKED = ("condition", "operand of logic")
_FOLDER = Path(__file__).parent / "grammars"
# The dialects that one grammar file speaks for.
_SHARED = {"typescript": "javascript", "tsx": "javascript"}


@dataclass(frozen=True, eq=False)
class Grammar:
    """One language as the templates see it; the fields are explained in `grammars/python.toml`.

    `own` holds what only templates for that one language ask for.
    """

    roles: Mapping[str, frozenset[str]]
    fields: Mapping[str, str]
    bindings: frozenset[str]
    positions: Mapping[str, str]
    operators: Mapping[str, Sequence[str]]
    words: Mapping[str, Any]
    siblings: Mapping[str, Sequence[Sequence[str]]]
    wraps: Mapping[str, Sequence[str]]
    copies: Mapping[str, Sequence[Any]]
    pure: Mapping[str, frozenset[str]]
    own: Mapping[str, Any]
    bracketed: bool

    def plays(self, node: "Node | None", role: str) -> bool:
        """Whether a node has a role."""
        return node is not None and node.type in self.roles[role]

    def allows(self, node: "Node") -> bool:
        """Whether a node of this kind may be part of an expression without effects."""
        return node.type in self.pure["values"] or node.type in self.pure["parts"]

    def field(self, node: "Node", name: str) -> "Node | None":
        """The child of a node in a field, by the templates' name for that field."""
        return node.child_by_field_name(self.fields[name])

    def position(self, node: "Node") -> str:
        """What an expression is used for: index, bound, operand, argument, value, …; empty where nothing is known."""
        parent, found = node.parent, _lookup(self.positions, node)
        if parent is None or (self.plays(node, "group") and found in _ASKED):
            return ""
        if self.plays(parent, "group") and (around := _lookup(self.positions, parent)) in _ASKED:
            return around
        return "operand of logic" if found == "operand" and self._joins(parent) else found

    def _joins(self, node: "Node") -> bool:
        """Whether an operation joins truth values, in languages where it is told from others by its operator alone."""
        operator = node.children[1].type
        return operator == "&&" or (operator in ("||", "??") and self.position(node) in _ASKED)

    def binds(self, node: "Node") -> bool:
        """Whether the names below a node come to be there."""
        parent = node.parent
        return parent is not None and any(key in self.bindings for key in _keys(parent, node))

    @property
    def assigned(self) -> tuple[str, str]:
        """The fields of an assignment: what is assigned to, and the value."""
        return self.fields["left"], self.fields["right"]

    def brothers(self, kind: str, text: str) -> list[str]:
        """The other members of the groups of siblings that a word belongs to."""
        groups = [group for group in self.siblings[kind] if text in group]
        return list(dict.fromkeys(word for group in groups for word in group if word != text))


@cache
def grammar_of(language: str) -> Grammar | None:
    """The grammar data of a language by its name; `None` when repair does not know the language."""
    path = _FOLDER / f"{_SHARED.get(language, language)}.toml"
    if not path.is_file():
        return None
    data = tomllib.loads(path.read_text("utf-8"))
    fields = data["fields"]
    return Grammar(
        roles={role: frozenset(kinds) for role, kinds in data["roles"].items()},
        bindings=frozenset(fields.pop("bindings")),
        fields=fields,
        positions=data["positions"],
        operators=data["operators"],
        words=data["words"],
        siblings=data["siblings"],
        wraps=data["wraps"],
        copies=data["copies"],
        pure={key: frozenset(words) for key, words in data.get("pure", {}).items()},
        own=data.get("own", {}),
        bracketed=bool(data["words"]["terminator"]),
    )


def field_of(node: "Node") -> str:
    """The name of the field a node stands in below its parent; empty when it stands in none."""
    parent = node.parent
    if parent is None:
        return ""
    for index, child in enumerate(parent.children):
        if child.id == node.id:
            return parent.field_name_for_child(index) or ""
    return ""


def _keys(parent: "Node", node: "Node") -> tuple[str, str]:
    return f"{parent.type}.{field_of(node)}", f"{parent.type}.any"


def _lookup(table: Mapping[str, str], node: "Node") -> str:
    if node.parent is None:
        return ""
    return next((table[key] for key in _keys(node.parent, node) if key in table), "")
