"""What a template sees: one stretch of a file, its statements, and the names that can be used at a place."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from devagent.code.language import walk
from devagent.repair.edit import Change, Span
from devagent.repair.grammar import Grammar
from devagent.repair.objects import attributes_of
from devagent.repair.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tree_sitter import Node

_INDENT = "    "
_MOST_FLAGS = 4


class Scene:
    """One function (or other range of lines) of a parsed file.

    Arguments:
        content: the file.
        vocabulary: the words of the file, of which this is a part.
        grammar: what the templates know of its language.
        start_line, end_line: the stretch that may change, 1-based and inclusive.
    """

    def __init__(
        self,
        content: bytes,
        vocabulary: Vocabulary,
        grammar: Grammar,
        start_line: int,
        end_line: int,
    ) -> None:
        self.content, self.grammar = content, grammar
        self.start_line, self.end_line = start_line, end_line
        self.root, self.vocabulary = vocabulary.root, vocabulary

    @cached_property
    def nodes(self) -> list["Node"]:
        """The named nodes that begin in the stretch, in source order, without what templates leave alone."""
        return list(self._inside(self.root))

    @cached_property
    def statements(self) -> list["Node"]:
        """The statements of the stretch that stand in a block on lines of their own."""
        return [node for node in self.nodes if self.is_statement(node)]

    @cached_property
    def conditions(self) -> list["Node"]:
        """Conditions of the whole file and their parts, those of the stretch first."""
        return self.near_first(self.vocabulary.conditions)

    @cached_property
    def values(self) -> list["Node"]:
        """Short members, elements and calls of the stretch."""
        kinds = ("member", "subscript", "call")
        found = [n for n in self.nodes if any(self.grammar.plays(n, kind) for kind in kinds)]
        read = [n for n in found if self.grammar.position(n) not in ("", "callee")]
        return [n for n in read if n.end_byte - n.start_byte <= LONGEST_VALUE and n.start_point[0] == n.end_point[0]]

    @cached_property
    def members_here(self) -> dict[str, frozenset[str]]:
        """Receiver text → the members that the stretch takes from it."""
        found: dict[str, set[str]] = {}
        for node in self.nodes:
            if self.grammar.plays(node, "member"):
                receiver, member = self.grammar.field(node, "object"), self.grammar.field(node, "member")
                if receiver is not None and member is not None:
                    found.setdefault(self.text(receiver), set()).add(self.text(member))
        return {receiver: frozenset(members) for receiver, members in found.items()}

    @cached_property
    def members_read(self) -> list[tuple["Node", "Node"]]:
        """The members that the stretch reads and does not call: receiver and member."""
        read = (n for n in self.nodes if self.grammar.plays(n, "member") and self.grammar.position(n) != "callee")
        found = ((self.grammar.field(node, "object"), self.grammar.field(node, "member")) for node in read)
        return [(receiver, member) for receiver, member in found if receiver is not None and member is not None]

    @cached_property
    def called_here(self) -> frozenset[str]:
        """What the stretch calls."""
        callees = (self.grammar.field(n, "callee") for n in self.nodes if self.grammar.plays(n, "call"))
        return frozenset(self.text(callee) for callee in callees if callee is not None)

    def called_with(self, function: str) -> set[str]:
        """The names in the arguments that the stretch calls a function with."""
        calls = (node for node in self.nodes if self.grammar.plays(node, "call"))
        mine = [n for n in calls if (c := self.grammar.field(n, "callee")) is not None and self.text(c) == function]
        given = (self.grammar.field(call, "arguments") for call in mine)
        return {name for arguments in given if arguments is not None for name in self.vocabulary.names_in(arguments)}

    @cached_property
    def unused(self) -> frozenset[str]:
        """Names that the stretch binds and never reads: often what the fix has to use."""
        names = Counter(self.text(n) for n in self.nodes if self.grammar.plays(n, "name"))
        bound = {self.text(n) for n in self.nodes if self.grammar.plays(n, "name") and self.vocabulary.is_bound(n)}
        return frozenset(name for name in bound if names[name] == 1 and not name.startswith("_"))

    def assigned_by(self, node: "Node") -> str:
        """The source of what the assignment around an expression assigns to; empty when there is none."""
        parent = node.parent
        while parent is not None and not self.grammar.plays(parent, "block"):
            if self.grammar.plays(parent, "assignment") and (left := self.grammar.field(parent, "left")) is not None:
                return self.text(left)
            parent = parent.parent
        return ""

    @cached_property
    def jumps(self) -> list["Node"]:
        """Statements of the stretch that leave a block, function or loop."""
        return [node for node in self.statements if self.grammar.plays(node, "jump")]

    def text(self, node: "Node") -> str:
        """The source of a node; `encode` undoes it, whatever the encoding of the file."""
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")

    def line(self, node: "Node") -> int:
        """The 1-based line a node begins on."""
        return int(node.start_point[0]) + 1

    def is_statement(self, node: "Node") -> bool:
        """Whether a node is a statement on lines of its own, other than a docstring, inside the stretch."""
        if not self.grammar.plays(node.parent, "block") or not node.is_named or self._is_docstring(node):
            return False
        if self.line(node) <= self.start_line:
            return False
        return not self.content[self._line_start(node) : node.start_byte].strip() and self._ends_line(node)

    def block_of(self, statement: "Node") -> list["Node"]:
        """The statements beside a statement, itself among them."""
        parent = statement.parent
        children = parent.named_children if parent else []
        return [child for child in children if child.type != "comment"]

    def next_to(self, statement: "Node", step: int) -> "Node | None":
        """The statement `step` places after (or before) one in its block."""
        block = self.block_of(statement)
        index = next(i for i, node in enumerate(block) if node.id == statement.id) + step
        return block[index] if 0 <= index < len(block) else None

    def indent(self, node: "Node") -> str:
        """The white space a node's line begins with."""
        line = self.content[self._line_start(node) :]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode()

    @cached_property
    def step(self) -> str:
        """One step of indentation in this file."""
        for statement in self.statements:
            outer, inner = self.indent(self.holder(statement)), self.indent(statement)
            if inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
        return _INDENT

    def holder(self, statement: "Node") -> "Node":
        """The nearest statement or definition that a statement's block belongs to."""
        node = statement.parent
        while node is not None and node.parent is not None and not self.grammar.plays(node.parent, "block"):
            node = node.parent
        return node or statement

    def within(self, node: "Node", role: str) -> "Node | None":
        """The nearest node around one that has a role, no further than the function it is in."""
        parent = node.parent
        while parent is not None and not self.grammar.plays(parent, role):
            if self.grammar.plays(parent, "function") and role != "class":
                return None
            parent = parent.parent
        return parent

    def within_definition(self, node: "Node") -> "Node | None":
        """The function whose head or body a node is in."""
        parent = node.parent
        while parent is not None and not self.grammar.plays(parent, "function"):
            parent = parent.parent
        return parent

    def attributes(self, node: "Node") -> dict[str, "Node | None"]:
        """What the class around a node says its objects have: name → the value they begin with, as far as it says."""
        owner = self.within(node, "class")
        return attributes_of(owner, self.grammar) if owner is not None else {}

    def name_of(self, definition: "Node") -> str:
        """The name of a definition; empty when it has none."""
        name = definition.child_by_field_name("name")
        return self.text(name) if name is not None else ""

    def flags_at(self, node: "Node") -> list[str]:
        """Boolean members of what is visible at a place, and what the function binds and never reads; the likeliest."""
        seen = [*self.vocabulary.visible(node), *self.grammar.words["self"]]
        flags, known = self.vocabulary.flags, self.vocabulary.members_of
        owned = [f"{receiver}.{m}" for receiver in dict.fromkeys(seen) for m in known(receiver) if m in flags]
        unread = [name for name in self.vocabulary.visible(node) if name in self.unused]
        return [*owned, *unread][:_MOST_FLAGS]

    def lambda_parameters(self, node: "Node") -> list["Node"]:
        """The names of the parameters of an anonymous function."""
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        return [single] if single is not None else list(below(listed, self.grammar, "name")) if listed else []

    def is_guard(self, node: "Node") -> bool:
        """Whether a statement is an `if` that leaves the function or loop."""
        blocks = self.blocks_under(node) if self.grammar.plays(node, "branch") else []
        return len(blocks) == 1 and bool(blocks[0]) and self.grammar.plays(blocks[0][-1], "jump")

    def next_branch(self, node: "Node") -> "Node | None":
        """The `elif` or `else if` right behind an `if` or `elif`."""
        if self.grammar.bracketed:
            after = node.child_by_field_name("alternative")
            found = after.named_children[0] if after is not None and after.named_child_count else None
        elif node.type == "elif_clause":
            found = node.next_named_sibling
        else:
            found = node.child_by_field_name("alternative")
        return found if self.grammar.plays(found, "branch") else None

    def height(self, node: "Node") -> int:
        """The number of lines a node is on."""
        return int(node.end_point[0] - node.start_point[0]) + 1

    @cached_property
    def statements_of_file(self) -> list["Node"]:
        """The simple statements of the file's functions that stand on one line."""
        return self.near_first(self.vocabulary.statements)

    def same_owner(self, statement: "Node", place: "Node") -> bool:
        """Whether two statements speak of the same object when they say `self`."""
        mine, theirs = (self.within(node, "class") for node in (place, statement))
        text = self.text(statement)
        speaks = any(text.startswith(f"{word}.") or f" {word}." in text for word in self.grammar.words["self"])
        return not speaks or (mine is not None and theirs is not None and mine.id == theirs.id)

    def block_under(self, node: "Node") -> list["Node"]:
        """The statements of a definition's body."""
        body = node.child_by_field_name("body")
        return body.named_children if body is not None else []

    def blocks_under(self, node: "Node") -> list[list["Node"]]:
        """The statements of each block of a compound statement, its `elif` and `else` parts included."""
        found: list[list[Node]] = []
        for child in node.named_children:
            if self.grammar.plays(child, "block"):
                found.append([c for c in child.named_children if c.type != "comment"])
            elif child.type.endswith("_clause") or self.grammar.plays(child, "branch"):
                found += self.blocks_under(child)
        return found

    def operator(self, node: "Node") -> str:
        """The first operator of an operation; empty when it has none."""
        return next((child.type for child in node.children if child.type in self.grammar.operators), "")

    def is_comparison(self, node: "Node | None") -> bool:
        """Whether a node compares its operands."""
        return node is not None and self.grammar.plays(node, "operation") and self.operator(node) in COMPARISONS

    def is_logical(self, node: "Node | None") -> bool:
        """Whether a node joins truth values."""
        return node is not None and self.grammar.plays(node, "logical") and self.operator(node) in LOGICALS

    def atom(self, node: "Node") -> str:
        """The source of an expression, in parentheses where something put behind or before it would split it."""
        text = self.text(node)
        simple = ("name", "member", "call", "subscript", "number", "string", "truth", "group", "collection", "receiver")
        return text if any(self.grammar.plays(node, role) for role in simple) else f"({text})"

    def negated(self, node: "Node") -> str:
        """A condition turned round."""
        words = self.grammar.words
        inner = node.child_by_field_name("argument")
        if self.grammar.plays(node, "negation") and inner is not None and node.children[0].type in ("not", "!"):
            return self.text(inner)
        loose = self.grammar.plays(node, "operation") or self.grammar.plays(node, "fallback")
        return str(words["negate_group" if loose else "negate"]).format(self.text(node))

    def known_at(self, ingredient: "Node", place: "Node") -> bool:
        """Whether all names that code from elsewhere uses exist at a place."""
        return self.vocabulary.known_at(ingredient, place)

    def near_first(self, nodes: list["Node"]) -> list["Node"]:
        """Nodes in the order of their distance from the stretch."""
        middle = (self.start_line + self.end_line) / 2
        return sorted(
            nodes, key=lambda n: (not self.start_line <= self.line(n) <= self.end_line, abs(self.line(n) - middle))
        )

    # Changes, as templates make them.

    def replace(self, node: "Node", text: str, weight: float = 1.0) -> Change:
        """The change that puts `text` in place of a node."""
        return Change((Span(node.start_byte, node.end_byte, encode(text)),), weight)

    def exchange(self, one: "Node", other: "Node", weight: float = 1.0) -> Change:
        """The change that puts two nodes in each other's place."""
        spans = (*self.replace(one, self.text(other)).spans, *self.replace(other, self.text(one)).spans)
        return Change(spans, weight)

    def insert_before(self, statement: "Node", text: str, weight: float = 1.0) -> Change:
        """The change that puts a statement on a line of its own before another one."""
        start = self._line_start(statement)
        return Change((Span(start, start, encode(f"{self.indent(statement)}{text}{self.newline}")),), weight)

    def insert_after(self, statement: "Node", text: str, weight: float = 1.0) -> Change:
        """The change that puts a statement on a line of its own after another one."""
        end = self._line_end(statement)
        lead = "" if self.content[end - 1 : end] == b"\n" else self.newline
        return Change((Span(end, end, encode(f"{lead}{self.indent(statement)}{text}{self.newline}")),), weight)

    def delete(self, statement: "Node", weight: float = 1.0) -> Change:
        """The change that removes the lines of a statement."""
        return Change((Span(self._line_start(statement), self._line_end(statement), b""),), weight)

    def move(self, statement: "Node", to: int, indent: str, weight: float = 1.0) -> Change:
        """The change that puts the lines of a statement at a byte offset, with another indentation."""
        return Change((*self.delete(statement).spans, Span(to, to, self.shifted(statement, indent))), weight)

    def importing(self, line: str) -> tuple[Span, ...]:
        """The insertion that imports something at the top of the file; nothing where it is imported already."""
        if re.search(rb"^" + re.escape(line.encode()) + rb"\b", self.content, re.MULTILINE):
            return ()
        code = [n for n in self.root.named_children if n.type != "comment" and not self._is_docstring(n)]
        first = next((n for n in code if not self.text(n).startswith("from __future__")), None)
        start = self._line_start(first) if first is not None else len(self.content)
        return (Span(start, start, f"{line}{self.newline}".encode()),)

    def lines_of(self, statement: "Node") -> bytes:
        """The whole lines of a statement, the line break included."""
        text = self.content[self._line_start(statement) : self._line_end(statement)]
        return text if text.endswith(b"\n") else text + self.newline.encode()

    def lines_at(self, statement: "Node") -> tuple[int, int]:
        """Bytes [start, end) of the whole lines of a statement."""
        return self._line_start(statement), self._line_end(statement)

    def shifted(self, statement: "Node", indent: str) -> bytes:
        """The lines of a statement with another indentation."""
        old = self.indent(statement).encode()
        lines = self.lines_of(statement).splitlines(keepends=True)
        return b"".join(indent.encode() + line[len(old) :] if line.startswith(old) else line for line in lines)

    @cached_property
    def newline(self) -> str:
        """The line break of this file."""
        return "\r\n" if b"\r\n" in self.content else "\n"

    def _inside(self, root: "Node") -> Iterator["Node"]:
        pending = [root]
        while pending:
            node = pending.pop()
            first, last = node.start_point[0] + 1, node.end_point[0] + 1
            if last < self.start_line or first > self.end_line or self.grammar.plays(node, "untouched"):
                continue
            if node.is_named and first >= self.start_line:
                yield node
            pending.extend(reversed(node.children))

    def _is_docstring(self, node: "Node") -> bool:
        return (
            node.named_child_count == 1
            and node.type == "expression_statement"
            and self.grammar.plays(node.named_children[0], "string")
        )

    def _line_start(self, node: "Node") -> int:
        return self.content.rfind(b"\n", 0, node.start_byte) + 1

    def _line_end(self, node: "Node") -> int:
        found = self.content.find(b"\n", node.end_byte)
        return len(self.content) if found < 0 else found + 1

    def _ends_line(self, node: "Node") -> bool:
        rest = self.content[node.end_byte : self._line_end(node)].strip()
        return not rest or rest.startswith((b"#", b"//"))


LONGEST_VALUE = 40
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "===", "!==", "in", "not in", "is", "is not", "instanceof"})
LOGICALS = frozenset({"and", "or", "&&", "||", "??"})


def encode(text: str) -> bytes:
    """Source text as bytes, undoing what `Scene.text` did."""
    return text.encode("utf-8", "surrogateescape")


def below(node: "Node", grammar: Grammar, role: str) -> Iterator["Node"]:
    """The nodes under (and including) one that have a role."""
    return (found for found in walk(node) if grammar.plays(found, role))
