"""Where a variant differs from its file: the expression or statement that decides whether it does at all.

What a changed expression would have been can be seen while the old program runs, and a variant that agrees with it
whenever the place is reached changes nothing: test-equivalence (Mechtaev, Gao, Tan and Roychoudhury 2018,
"Test-Equivalence Analysis for Automatic Patch Generation"). Only expressions without effects can be asked; which those
are, the grammar data say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import language_for, parse, walk
from devagent.repair.careful import careful
from devagent.repair.edit import Edit
from devagent.repair.grammar import Grammar, grammar_of
from devagent.repair.purity import bound, bytes_of, can_be_wrapped, can_follow, is_asked, is_pure
from devagent.repair.sieve import surroundings

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class Site:
    """Bytes [start, end) of a file: an expression, or with `end` None the start of a statement that is gone to.

    `truth` says that only the truth of the expression matters. `own` is the expression itself in careful steps, for the
    languages that need them (see `careful.py`).
    """

    path: str
    start: int
    end: int | None
    truth: bool
    own: bytes = b""


@dataclass(frozen=True)
class Way:
    """What a variant does at its site.

    `text` is the expression that decides; empty where the variant changes what happens whenever the statement is gone
    to. `usual` is the truth of `text` with which all stays as it was, None where that is the value of the old
    expression.
    """

    site: Site
    text: bytes = b""
    usual: bool | None = None


def way_of(path: str, old: bytes, edit: Edit) -> Way | None:
    """What an edit of a file does, and where; `None` where nothing can be said without running it."""
    language = language_for(path)
    grammar = grammar_of(language.name) if language is not None else None
    if language is None or grammar is None or not grammar.pure or (b"\r" in old and b"\r\n" not in old):
        return None
    first, last = surroundings(path, old, edit.start, edit.end)
    new_last = last + len(edit.content) - len(old)
    try:
        before, after = (parse(text, language).root_node for text in (old[first:last], edit.content[first:new_last]))
    except CannotParse:
        return None
    if before.has_error or after.has_error:
        return None
    return _Comparison(path, grammar, before, after, edit, old, first).way()


class _Comparison:
    """The same definitions of a module before and after an edit; `offset` is where they begin in the file."""

    def __init__(
        self, path: str, grammar: Grammar, before: "Node", after: "Node", edit: Edit, content: bytes, offset: int
    ) -> None:
        self.path, self.grammar, self.offset = path, grammar, offset
        self.before, self.after = before, after
        self.old, self.new = content[offset:], edit.content[offset:]
        self.start, self.end, self.new_end = _changed_lines(content, edit)
        self.start, self.end, self.new_end = self.start - offset, self.end - offset, self.new_end - offset
        self.grown = self.new_end - self.end

    def way(self) -> Way | None:
        return self._value() or self._statement()

    # Expressions.

    def _value(self) -> Way | None:
        """The outermost expression around the change that is pure before and after it."""
        first, last = _narrowed(self.old[self.start : self.end], self.new[self.start : self.new_end])
        first, last = self.start + first, self.end - last
        places = [(first, last)] if first < last else [(first, last), (first - 1, last), (first, last + 1)]
        found = next((pair for place in places if (pair := self._outermost(*place)) is not None), None)
        if found is None or not self._in_function(found[0]):
            return None
        old, new = (self._bare(side) for side in found)
        truth = is_asked(found[0], self.grammar)
        own, text = self._asked(old, self.old), self._asked(new, self.new)
        if own is None or text is None or (self.grammar.bracketed and not can_be_wrapped(old)):
            return None
        place = old.start_byte + self.offset, old.end_byte + self.offset
        return Way(Site(self.path, *place, truth, own if self.grammar.bracketed else b""), text)

    def _asked(self, node: "Node", content: bytes) -> bytes | None:
        """An expression as the runner asks it: with brackets, where evaluating it may be noticed, in careful steps."""
        text = content[node.start_byte : node.end_byte]
        return careful(text) if self.grammar.bracketed else text

    def _outermost(self, start: int, end: int) -> "tuple[Node, Node] | None":
        found: tuple[Node, Node] | None = None
        node = self.before.named_descendant_for_byte_range(max(0, start), end)
        while node is not None and self.grammar.allows(node):
            if node.type in self.grammar.pure["values"] and self._is_read(node):
                new = self._twin(node)
                if new is not None and is_pure(node, self.grammar) and is_pure(new, self.grammar):
                    found = node, new
            node = node.parent
        return found

    def _is_read(self, node: "Node") -> bool:
        parts = ("argument_list",)  # a generator without brackets of its own
        return self.grammar.position(node) not in ("", "callee") and node.type not in parts

    def _twin(self, node: "Node") -> "Node | None":
        """What an expression has become, as one expression in the same place of the tree."""
        start, end = node.start_byte, node.end_byte + self.grown
        new = self.after.named_descendant_for_byte_range(start, end)
        while new is not None and new.parent is not None and _spans(new.parent, start, end):
            new = new.parent
        while new is not None and new.type not in self.grammar.pure["values"] and len(new.named_children) == 1:
            new = new.named_children[0]
        if new is None or not _spans(new, start, end) or new.type not in self.grammar.pure["values"]:
            return None
        return new if _chain(node) == _chain(new) else None

    def _bare(self, node: "Node") -> "Node":
        while self.grammar.plays(node, "group") and len(node.named_children) == 1:
            node = node.named_children[0]
        return node

    # Statements.

    def _statement(self) -> Way | None:
        """The first statement that changes, or that something comes before."""
        old = self._changed()
        new = self._framed(old) if old is not None and self._in_function(old) else None
        if old is None or new is None or not self._same_names(old, new):
            return None
        site = Site(self.path, old.start_byte + self.offset, None, True)
        return self._decided(old, site) or Way(site)

    def _changed(self) -> "Node | None":
        start = _first_code(self.old, self.start)
        node = self.before.descendant_for_byte_range(start, start)
        covering = self.before.descendant_for_byte_range(start, max(start, self.end - 1))
        while node is not None and not (self.grammar.plays(node.parent, "block") and _covers(node.parent, covering)):
            node = node.parent
        if node is None or not node.is_named or node.type == "comment":
            return None
        return node if not self.grammar.bracketed or can_follow(node) else None

    def _framed(self, old: "Node") -> "Node | None":
        """The first new statement, if everything around it stands as deep as before, and what follows is as it was."""
        first = _first_code(self.new, min(self.start, old.start_byte))
        new = self.after.descendant_for_byte_range(first, first)
        depth = len(_chain(old))
        while new is not None and not (self.grammar.plays(new.parent, "block") and len(_chain(new)) <= depth):
            new = new.parent
        if new is None or new.parent is None or new.start_byte != first or _chain(new) != _chain(old):
            return None
        if new.parent.end_byte < self.start + len(self.new[self.start : self.new_end].rstrip()):
            return None
        follower = next((n for n in [old, *_behind(old)] if n.start_byte >= self.end), None)
        if follower is None:
            return new if self._ends_alike(old, new) else None
        place = follower.start_byte + self.grown
        return new if any(n.start_byte == place and n.type == follower.type for n in [new, *_behind(new)]) else None

    def _ends_alike(self, old: "Node", new: "Node") -> bool:
        one, other = old.parent, new.parent
        while one is not None and other is not None:
            if one.end_byte >= self.end and other.end_byte > max(one.end_byte, self.end) + self.grown:
                return False
            one, other = one.parent, other.parent
        return one is None and other is None

    def _same_names(self, old: "Node", new: "Node") -> bool:
        """Whether the function binds and declares the same names, so that the rest of it means the same."""
        grammar = self.grammar
        gone = [n for n in [old, *_behind(old)] if n.start_byte < self.end]
        come = [n for n in [new, *_behind(new)] if n.start_byte < self.new_end]
        if bound(gone, grammar) == bound(come, grammar):
            return True
        function = self._function(old)
        if function is None:
            return False
        twin = self.after.descendant_for_byte_range(function.start_byte, function.start_byte)
        while twin is not None and twin.type != function.type:
            twin = twin.parent
        return twin is not None and bound([function], grammar) == bound([twin], grammar)

    def _decided(self, old: "Node", site: Site) -> Way | None:
        """The condition that a change is made under, where it is one."""
        node = self._branch(min(self.start, old.start_byte))
        if node is None:
            return None
        condition, body = self.grammar.field(node, "condition"), self.grammar.field(node, "consequence")
        if condition is None or body is None or not is_pure(condition, self.grammar):
            return None
        bare, otherwise = self._bare(condition), node.child_by_field_name("alternative")
        then = _without_head(_leaves(body)) if self.grammar.bracketed else _leaves(body)
        made = _Under(then, _leaves(otherwise) if otherwise is not None else [])
        usual = self._usual(old, node, made)
        text = self._asked(bare, self.new)
        return Way(site, text, usual) if usual is not None and text is not None else None

    def _branch(self, start: int) -> "Node | None":
        first = _first_code(self.new, start)
        node = self.after.descendant_for_byte_range(first, first)
        while node is not None and not self.grammar.plays(node.parent, "block"):
            node = node.parent
        return node if self.grammar.plays(node, "branch") else None

    def _usual(self, old: "Node", node: "Node", made: "_Under") -> bool | None:
        """The truth of a condition with which all is as it was: it leaves before, goes round, or chooses of two."""
        if node.end_byte > self.new_end:
            return None
        rest = self.new[node.end_byte : self.new_end].strip()
        if not made.otherwise and self.start == self.end <= old.start_byte:
            return None if rest else False
        whole = self.start <= old.start_byte and old.end_byte <= self.end
        if not whole or self.old[old.end_byte : self.end].strip():
            return None
        if not made.otherwise and rest == self.old[old.start_byte : old.end_byte]:
            return False
        if not made.otherwise and not rest and made.then == _leaves(old):
            return True
        return False if not rest and made.otherwise and _without_head(made.otherwise) == _leaves(old) else None

    def _function(self, node: "Node") -> "Node | None":
        parent = node.parent
        while parent is not None and not self.grammar.plays(parent, "function"):
            parent = parent.parent
        return parent

    def _in_function(self, node: "Node") -> bool:
        """Whether a node is in the body of a function."""
        inner, parent = node, node.parent
        while parent is not None:
            if self.grammar.plays(parent, "class"):
                return False
            if self.grammar.plays(parent, "function"):
                return parent.child_by_field_name(self.grammar.fields["body"]) == inner
            inner, parent = parent, parent.parent
        return False


@dataclass(frozen=True)
class _Under:
    """The words of the two branches of a conditional statement."""

    then: list[bytes]
    otherwise: list[bytes]


def _changed_lines(content: bytes, edit: Edit) -> tuple[int, int, int]:
    """Where an edit starts and ends in the old file, and ends in the new one, without lines that stay."""
    old = content[edit.start : edit.end].splitlines(keepends=True)
    new = edit.text.splitlines(keepends=True)
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - first
    pairs = zip(reversed(old), reversed(new), strict=False)
    last = min(most, next((i for i, (a, b) in enumerate(pairs) if a != b), most))
    start, tail = sum(map(len, old[:first])), sum(map(len, old[len(old) - last :]))
    return edit.start + start, edit.end - tail, edit.start + len(edit.text) - tail


def _narrowed(old: bytes, new: bytes) -> tuple[int, int]:
    """How many bytes two texts have in common at their start and at their end."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    most -= start
    return start, next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)


def _first_code(content: bytes, position: int) -> int:
    """The first byte at or behind a position that is not white space."""
    while content[position : position + 1].isspace():
        position += 1
    return position


def _chain(node: "Node") -> list[str]:
    """The kinds of the nodes around a node."""
    kinds, parent = [], node.parent
    while parent is not None:
        kinds.append(parent.type)
        parent = parent.parent
    return kinds


def _behind(statement: "Node") -> list["Node"]:
    parent = statement.parent
    beside = parent.named_children if parent is not None else []
    return [n for n in beside if n.start_byte > statement.start_byte and n.type != "comment"]


def _spans(node: "Node", start: int, end: int) -> bool:
    return node.start_byte == start and node.end_byte == end


def _covers(outer: "Node | None", inner: "Node | None") -> bool:
    return (
        outer is not None
        and inner is not None
        and outer.start_byte <= inner.start_byte
        and inner.end_byte <= outer.end_byte
    )


def _leaves(node: "Node") -> list[bytes]:
    return list(_words(node))


def _words(node: "Node") -> Iterator[bytes]:
    return (bytes_of(leaf) for leaf in walk(node) if not leaf.child_count and leaf.end_byte > leaf.start_byte)


def _without_head(words: list[bytes]) -> list[bytes]:
    """The words of an `else` without its own and its brackets."""
    words = words[1:] if words[0] == b"else" else words
    words = words[1:] if words[:1] == [b":"] else words
    return words[1:-1] if words[:1] == [b"{"] and words[-1:] == [b"}"] else words
