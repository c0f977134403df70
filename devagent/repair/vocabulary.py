"""The words of a file: its names, and its members, functions, literals, conditions.

Program repair finds most of its material in the file that is to be repaired (Martinez et al. 2014, "Do the fix
ingredients already exist?"; Barr et al. 2014, "The plastic surgery hypothesis").
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from devagent.code.language import text_of, walk
from devagent.repair.grammar import Grammar
from devagent.repair.names import Names, parts_of
from devagent.repair.objects import Shape, flags_in, shapes_in, treatments_in

if TYPE_CHECKING:
    from tree_sitter import Node

_CYCLES = ("7", "12", "24", "26", "60", "360", "1440")
_CONSTANT = ("integer", "float", "number")
_TALLEST_CHECK = 4


@dataclass(frozen=True)
class Callee:
    """A function defined in the file: its name and the names of its parameters."""

    name: str
    parameters: tuple[str, ...]
    method: bool


class Vocabulary(Names):
    """The words of one file, with members and strings of other files as a reserve."""

    def __init__(self, root: "Node", grammar: Grammar, context: Iterable["Node"] = ()) -> None:
        super().__init__(root, grammar)
        self._context = list(context)

    @cached_property
    def members(self) -> dict[str, Counter[str]]:
        """Receiver text → its members and how often each appears in the file."""
        return self._members(self._nodes)

    def members_of(self, receiver: str) -> list[str]:
        """Members that a receiver is known to have, by its text here, by its last name anywhere, by its class."""
        own = self.members.get(receiver, Counter())
        alike = self._members_by_name.get(receiver.rpartition(".")[2].lower(), Counter())
        shaped = self._shape_of(own)
        return list(dict.fromkeys([*(m for m, _ in own.most_common()), *(m for m, _ in alike.most_common()), *shaped]))

    def _shape_of(self, used: Iterable[str]) -> Sequence[str]:
        """The fields of the smallest class or object literal that has all members in use."""
        needed = frozenset(used)
        if not needed:
            return ()
        fitting = [shape for shape in self._shapes if needed <= shape.members]
        if fitting:
            return min(fitting, key=lambda shape: len(shape.members)).fields
        alike = (members for members in self.members.values() if needed < members.keys())
        return [m for members in alike for m in members if m not in self.methods]

    @cached_property
    def receivers(self) -> list[tuple["Node", "Node"]]:
        """What members are taken from in the file, and the members."""
        members = (node for node in self._nodes if self._grammar.plays(node, "member"))
        found = ((self._grammar.field(n, "object"), self._grammar.field(n, "member")) for n in members)
        return [(receiver, member) for receiver, member in found if receiver is not None and member is not None]

    @cached_property
    def all_members(self) -> Counter[str]:
        """Every member name of the file; those of other files follow with less weight."""
        counts = Counter({m: 10 * n for c in self.members.values() for m, n in c.items()})
        for root in self._context:
            for members in self._members(walk(root)).values():
                counts.update(members)
        return counts

    @cached_property
    def methods(self) -> frozenset[str]:
        """Members that are called somewhere, in this file or in others."""
        roots = [self.root, *self._context]
        calls = (node for root in roots for node in walk(root) if self._grammar.plays(node, "call"))
        callees = [self._grammar.field(call, "callee") for call in calls]
        found = [
            self._grammar.field(c, "member") for c in callees if c is not None and self._grammar.plays(c, "member")
        ]
        properties = {field for shape in self._shapes for field in shape.fields}
        defined = (c.name for c in self.callees.values() if c.method and c.name not in properties)
        return frozenset([*(text_of(member) for member in found if member is not None), *defined])

    @cached_property
    def called(self) -> dict[str, Counter[int]]:
        """Callee text → the numbers of arguments it is called with in the file."""
        found: dict[str, Counter[int]] = defaultdict(Counter)
        for node in self._nodes:
            if self._grammar.plays(node, "call") and (callee := self._grammar.field(node, "callee")) is not None:
                arguments = self._grammar.field(node, "arguments")
                found[text_of(callee)][arguments.named_child_count if arguments is not None else 0] += 1
        return found

    @cached_property
    def callees(self) -> dict[str, Callee]:
        """The functions that the file and the other files define, by name; those of the file win."""
        nodes = [*(node for root in self._context for node in walk(root)), *self._nodes]
        found = (self._callee(node) for node in nodes if self._grammar.plays(node, "function"))
        return {callee.name: callee for callee in found if callee is not None}

    def parameters(self, callee: str) -> tuple[str, ...]:
        """The parameters of what a callee's last name stands for; empty when it is defined nowhere here."""
        known = self.callees.get(callee.rpartition(".")[2])
        return known.parameters if known is not None else ()

    @cached_property
    def literals(self) -> dict[str, list["Node"]]:
        """String and number literals of the file by kind."""
        found: dict[str, list[Node]] = {"string": [], "number": []}
        for node in self._nodes:
            for kind, nodes in found.items():
                if (
                    self._grammar.plays(node, kind)
                    and node.parent is not None
                    and node.parent.type != "expression_statement"
                ):
                    nodes.append(node)
        return found

    @cached_property
    def divisors(self) -> list[str]:
        """What the file takes remainders by, then the cycles among its numbers."""
        operations = (node for node in self._nodes if self._grammar.plays(node, "operation"))
        used = Counter(
            text_of(node.named_children[-1]) for node in operations if any(child.type == "%" for child in node.children)
        )
        numbers = {text_of(number) for number in self.literals["number"]}
        return list(dict.fromkeys([*(text for text, _ in used.most_common()), *(c for c in _CYCLES if c in numbers)]))

    @cached_property
    def cycles(self) -> list[str]:
        """What things go round in here: what remainders are taken by, constants, numbers, what names speak of."""
        plain = [n.named_children[0] for n in self.root.named_children if n.named_child_count == 1]
        sides = [[self._grammar.field(n, key) for key in ("left", "right")] for n in plain if n.type == "assignment"]
        constants = [text_of(a) for a, b in sides if a is not None and b is not None and text_of(b) in _CYCLES]
        words = {word for name in self._uses for word in parts_of(name)}
        spoken = [c for word, cycles in self._grammar.words["cycles"].items() if word in words for c in cycles]
        used = [text for text in self.divisors if text not in _CYCLES]
        return list(dict.fromkeys([*used, *constants, *self.divisors, *spoken]))

    @cached_property
    def treatments(self) -> dict[str, list[str]]:
        """Name or member → the forms of what is called on it, or with it alone, somewhere in the file."""
        return treatments_in(self._nodes, self._grammar)

    @cached_property
    def steps(self) -> dict[str, "Node"]:
        """What is added to things by `+=`, in this file and then in the others."""
        roots = [self.root, *self._context]
        nodes = (node for root in roots for node in walk(root) if self._grammar.plays(node, "assignment"))
        added = (node for node in nodes if any(child.type == "+=" for child in node.children))
        found = [self._grammar.field(node, "right") for node in added]
        calls = [n for n in found if n is not None and (n.type in _CONSTANT or self._grammar.plays(n, "call"))]
        return {text_of(node): node for node in reversed(calls) if text_of(node) not in ("1", "0")}

    @cached_property
    def checks(self) -> list["Node"]:
        """Short `if` statements without `else` of this and the other files."""
        roots = [self.root, *self._context]
        branches = (node for root in roots for node in walk(root) if self._grammar.plays(node, "branch"))
        return [
            node
            for node in branches
            if self._grammar.plays(node.parent, "block")
            and node.child_by_field_name("alternative") is None
            and node.end_point[0] - node.start_point[0] <= _TALLEST_CHECK
        ]

    @cached_property
    def flags(self) -> frozenset[str]:
        """Members that are assigned, or declared to hold, a truth value somewhere."""
        return flags_in([self.root, *self._context], self._grammar)

    @cached_property
    def conditions(self) -> list["Node"]:
        """Conditions of the file and the parts that `and`, `or` and `not` join."""
        logical = ("condition", "operand of logic")
        found = [node for node in self._nodes if self._grammar.position(node) in logical or self._joined(node)]
        return [self._bare(node) for node in found]

    @cached_property
    def statements(self) -> list["Node"]:
        """Single-line statements of the file's functions that do something: assignments, calls, jumps."""
        keep = self._grammar.plays
        return [
            node
            for node in self._nodes
            if keep(node.parent, "block")
            and not keep(node, "compound")
            and node.start_point[0] == node.end_point[0]
            and not (node.type == "expression_statement" and keep(node.named_children[0], "string"))
        ]

    @cached_property
    def _shapes(self) -> list[Shape]:
        return shapes_in([self.root, *self._context], self._grammar)

    @cached_property
    def _members_by_name(self) -> dict[str, Counter[str]]:
        """Last name of a receiver, or name of a class, in lower case without `_` in front → members."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for root in [self.root, *self._context]:
            for receiver, members in self._members(walk(root)).items():
                found[receiver.rpartition(".")[2].lower()].update(members)
            for node in walk(root):
                if self._grammar.plays(node, "class") and (name := node.child_by_field_name("name")) is not None:
                    found[text_of(name).lower()].update(self._fields(node))
        return found

    def _fields(self, node: "Node") -> list[str]:
        """What a class body assigns to, and what its methods assign to on themselves."""
        own = [
            text_of(left)
            for left in (self._grammar.field(n, "left") for n in walk(node) if self._grammar.plays(n, "assignment"))
            if left is not None
        ]
        prefixes = tuple(f"{word}." for word in self._grammar.words["self"])
        plain = [text for text in own if text.isidentifier() and not self._grammar.bracketed]
        return plain[:20] + [text.partition(".")[2] for text in own if text.startswith(prefixes)]

    def _members(self, nodes: Iterable["Node"]) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for node in nodes:
            if self._grammar.plays(node, "member"):
                receiver, member = self._grammar.field(node, "object"), self._grammar.field(node, "member")
                if receiver is not None and member is not None:
                    found[text_of(receiver)][text_of(member)] += 1
        return found

    def _callee(self, node: "Node") -> Callee | None:
        name = node.child_by_field_name("name")
        if name is None and node.parent is not None:
            name = node.parent.child_by_field_name("name")
        parameters = node.child_by_field_name("parameters")
        if name is None or parameters is None:
            return None
        named = [child for child in parameters.named_children if child.type != "comment"]
        names = [next((text_of(n) for n in walk(p) if self._is_name(n)), "") for p in named]
        method = bool(names) and names[0] in self._grammar.words["self"]
        return Callee(text_of(name), tuple(names[method:]), method)

    def _joined(self, node: "Node") -> bool:
        parent = node.parent
        return self._grammar.plays(parent, "logical") and parent is not None and parent.children[1].type in ("&&", "||")

    def _bare(self, node: "Node") -> "Node":
        return node.named_children[0] if self._grammar.plays(node, "group") and node.named_children else node
