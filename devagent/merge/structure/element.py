"""The parts of a source file as the merge sees them: elements, with what stands between them.

An element is a syntax node with the comments, decorators and attributes that describe it. The elements of a parent and
the gaps between them tile its text. Separators (`,` and `;`) belong to the gaps, so that an element can be taken out or
put in anywhere and its neighbours keep their bytes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from devagent.code.language import Language, parse
from devagent.merge.structure.rules import Rules

if TYPE_CHECKING:
    from tree_sitter import Node

WORD = re.compile(rb"[\w\x80-\xff]+|[^\s\w]")
_TERM = re.compile(rb"[\w\x80-\xff]")
_NOT_BETWEEN = re.compile(rb"[^\s,;]")
_SEPARATORS = frozenset({b",", b";"})
START, END = "start", "end"


@dataclass(frozen=True, eq=False)
class Source:
    """One version of a file with the syntax it is written in."""

    content: bytes
    language: Language
    rules: Rules

    @cached_property
    def root(self) -> "Element":
        """The whole file. Raises `CannotParse`."""
        node = parse(self.content, self.language).root_node
        return Element(self, 0, len(self.content), node.type, node=node)


class Element:
    """A part of a source file, without the white space around it.

    Attributes:
        node: its syntax node; for a node with comments or prefixes, the node that those describe.
        parts: the pieces that it is put together from, where there are several.
        field: the field of its parent that it fills.
    """

    __slots__ = ("__dict__", "end", "field", "node", "parts", "source", "start", "type")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        kind: str,
        *,
        node: "Node | None" = None,
        field: str | None = None,
        parts: tuple["Element", ...] = (),
    ) -> None:
        self.source, self.start, self.end, self.type = source, start, end, kind
        self.node, self.field, self.parts = node, field, parts

    @cached_property
    def text(self) -> bytes:
        """Its source, byte for byte."""
        return self.source.content[self.start : self.end]

    @cached_property
    def words(self) -> Counter[bytes]:
        """How often each word and punctuation mark stands in it."""
        return Counter(WORD.findall(self.text))

    @cached_property
    def size(self) -> int:
        """The number of words and punctuation marks in it."""
        return self.words.total()

    @cached_property
    def terms(self) -> Counter[bytes]:
        """Its words without those that say nothing about it: punctuation, keywords, the name of the object itself."""
        common = _common_words(self.source.language)
        return Counter(word for word in self.words.elements() if word not in common and _TERM.match(word))

    @cached_property
    def weight(self) -> int:
        """The number of its terms."""
        return self.terms.total()

    @cached_property
    def shape(self) -> tuple[str | bytes, ...]:
        """Its leaves and how they are nested: equal for elements that differ in white space only."""
        return tuple(_shape(self))

    @cached_property
    def kind(self) -> str:
        """What the rules of the language call it: its node type, or `call` for a call that declares something."""
        return self.source.rules.kind(self.node, self.type)

    @property
    def is_import(self) -> bool:
        """Whether it brings names in."""
        return self.kind in self.source.rules.imports

    @property
    def family(self) -> str:
        """Its kind, but one for all imports."""
        return "import" if self.is_import else self.kind

    @cached_property
    def key(self) -> bytes | None:
        """What tells it from its siblings of the same kind (a name, a signature, a key); `None` where nothing does."""
        return self.source.rules.key(self.node, self.kind)

    @cached_property
    def children(self) -> tuple["Element", ...]:
        """What it consists of, in order; nothing for a leaf and for what must not be taken apart."""
        return self.parts or _children(self)

    @property
    def framed(self) -> tuple["Element", ...]:
        """Its children between two empty elements that mark its start and its end."""
        start = Element(self.source, self.start, self.start, START)
        end = Element(self.source, self.end, self.end, END)
        return start, *self.children, end

    @property
    def is_group(self) -> bool:
        """Whether it is a node together with what describes it."""
        return bool(self.parts)

    def same_as(self, other: "Element") -> bool:
        """Whether both are the same code, white space apart."""
        if self.text == other.text:
            return True
        return self.type == other.type and self.words == other.words and self.shape == other.shape


@cache
def _common_words(language: Language) -> frozenset[bytes]:
    return frozenset(word.encode() for word in (*language.keywords, *language.own))


def _shape(element: Element) -> Iterator[str | bytes]:
    if not element.children:
        yield element.text
        return
    for child in element.children:
        yield child.type
        yield from _shape(child)
    yield END


def _children(element: Element) -> tuple[Element, ...]:
    """The children of a node, each with the comments and prefixes that belong to it."""
    node, source = element.node, element.source
    if node is None or node.type in source.language.strings or (node.has_error and node.parent is not None):
        return ()
    members = list(_members(element, node))
    if not _is_tiled(element, members):
        return ()
    return tuple(_Grouping(source).grouped(members))


def _members(element: Element, node: "Node") -> Iterator[Element]:
    source, at = element.source, element.start
    for child, field in _fielded(node):
        for inner, start, end in _apart(child, source):
            text = source.content[start:end]
            bare = text.strip()
            if not bare or (not inner.is_named and bare in _SEPARATORS) or start < at or start >= element.end:
                continue
            start += len(text) - len(text.lstrip())
            at = min(start + len(bare), element.end)
            yield _unwrapped(Element(source, start, at, inner.type, node=inner, field=field))


def _unwrapped(element: Element) -> Element:
    """A decorated or exported definition as a group: the definition, with what stands before it."""
    inner = element.source.rules.wrapped(element.node) if element.node is not None else None
    if inner is None:
        return element
    parts = element.children
    main = next((part for part in parts if part.node == inner or inner.start_byte in range(part.start, part.end)), None)
    return element if main is None else _group(list(parts), main, element.field)


def _apart(node: "Node", source: Source) -> Iterator[tuple["Node", int, int]]:
    """A node and where it stands; behind it the comments that the grammar counts to it, and the layout does not."""
    loose = list(_loose_comments(node, source.language)) if source.rules.loose_comments else []
    yield node, node.start_byte, loose[0].start_byte if loose else node.end_byte
    for comment in loose:
        yield comment, comment.start_byte, comment.end_byte


def _loose_comments(node: "Node", language: Language) -> list["Node"]:
    """Comments at the end of a node that are not indented further than it."""
    found: list[Node] = []
    last = node.children
    while last:
        comments = list(takewhile(lambda child: child.type in language.comments, reversed(last)))
        found = [*reversed(comments), *found]
        last = last[-1 - len(comments)].children if len(comments) < len(last) else []
    column = node.start_point.column
    return list(dropwhile(lambda comment: comment.start_point.column > column, found))


def _fielded(node: "Node") -> Iterator[tuple["Node", str | None]]:
    """The children of a node with their fields, by a cursor: asking for the field of the n-th child takes n steps."""
    cursor = node.walk()
    more = cursor.goto_first_child()
    while more:
        if cursor.node is not None:
            yield cursor.node, cursor.field_name
        more = cursor.goto_next_sibling()


def _is_tiled(element: Element, members: list[Element]) -> bool:
    """Whether there is nothing but white space and separators between the members."""
    content, at = element.source.content, element.start
    for member in members:
        if _NOT_BETWEEN.search(content, at, member.start):
            return False
        at = member.end
    return bool(members) and not _NOT_BETWEEN.search(content, at, element.end)


class _Grouping:
    """Gives comments and prefixes to what they stand before, and a comment at the end of a line to what it ends."""

    def __init__(self, source: Source) -> None:
        self.content = source.content
        self.comments = frozenset(source.language.comments)
        self.prefixes = frozenset(source.language.prefixes)
        self.done: list[Element] = []
        self.waiting: list[Element] = []

    def grouped(self, members: list[Element]) -> list[Element]:
        """The members, grouped."""
        for member in members:
            self._take(member)
        return self.done + self.waiting

    def _take(self, member: Element) -> None:
        is_comment = member.type in self.comments
        if self.waiting and not self._belongs(self.waiting[-1], member):
            self._flush()
        if is_comment and not self.waiting and self._ends_a_line(member):
            self.done[-1] = _group([self.done[-1], member], main=self.done[-1])
        elif is_comment or member.type in self.prefixes:
            self.waiting.append(member)
        else:
            self.done.append(_group([*self.waiting, member], main=member) if self.waiting else member)
            self.waiting = []

    def _flush(self) -> None:
        self.done += self.waiting
        self.waiting = []

    def _belongs(self, waiting: Element, following: Element) -> bool:
        """Whether a comment or prefix describes what follows: no blank line between, and no mere punctuation."""
        if following.node is not None and not following.node.is_named:
            return False
        return waiting.type in self.prefixes or self.content.count(b"\n", waiting.end, following.start) < 2

    def _ends_a_line(self, comment: Element) -> bool:
        if not self.done:
            return False
        last = self.done[-1]
        is_code = last.node is not None and last.node.is_named and last.type not in self.comments
        return is_code and b"\n" not in self.content[last.end : comment.start]


def _group(members: Sequence[Element], main: Element, field: str | None = None) -> Element:
    parts = tuple(part for member in members for part in (member.parts or (member,)))
    start, end = parts[0].start, parts[-1].end
    return Element(main.source, start, end, main.type, node=main.node, field=field or main.field, parts=parts)
