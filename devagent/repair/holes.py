"""Holes: statements of a function taken out one at a time, for a model to fill without seeing what stood there.

Masking the suspicious line instead of showing it is the idea of cloze-style repair (AlphaRepair): a model asked to
rewrite buggy code mostly copies it, one asked to continue around a gap writes what it finds natural there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import language_for, parse
from devagent.repair.edit import Change, Edit, Span, edit, line_of
from devagent.repair.grammar import Grammar, grammar_of
from devagent.repair.sieve import is_code

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_LINES = 4


@dataclass(frozen=True)
class Hole:
    """Bytes [start, end) of a file to be filled, on a 1-based line.

    A statement, the head of a compound one, or nothing: the place before a statement.
    """

    start: int
    end: int
    line: int

    @property
    def inserts(self) -> bool:
        """Whether nothing is taken out."""
        return self.start == self.end


def hole_at(content: bytes, path: str, line: int) -> Hole | None:
    """The hole where a statement stands that begins on a line or goes on there; `None` when none does."""
    language = language_for(path)
    grammar = grammar_of(language.name) if language is not None else None
    if language is None or grammar is None:
        return None
    start, end = _line(content, line)
    try:
        node = parse(content, language).root_node.named_descendant_for_byte_range(start, start + 1)
    except CannotParse:
        return None
    statement = _statement(node, grammar)
    if statement is None or start == end:
        return None
    if statement.start_byte < start and grammar.plays(statement, "compound"):
        return Hole(start, end, line)  # a later head of it: `elif`, `else`, `} catch {`
    return Hole(statement.start_byte, _end(statement, grammar), line_of(content, statement.start_byte))


def before(hole: Hole) -> Hole:
    """The hole right before the statement of another one."""
    return Hole(hole.start, hole.start, hole.line)


def fillings(content: bytes, path: str, hole: Hole, text: str, *, complete: bool) -> list[Edit]:
    """The edits that an answer may mean and that are code: its first line, its first two, and so on.

    `complete` says that the answer ended by itself, so that its last line is whole.
    """
    lines = text.rstrip().split("\n")
    whole = lines if complete or len(lines) == 1 else lines[:-1]
    indent = _indent(content, hole.start)
    head = _opens(content[hole.start : hole.end].decode(errors="replace"))
    found: list[Edit] = []
    for count in range(1, min(len(whole), _MOST_LINES) + 1):
        filling = "\n".join(whole[:count]).rstrip()
        if whole[count - 1].strip() and _opens(filling) <= head:
            filling += f"\n{indent}" if hole.inserts else ""
            change = Change((Span(hole.start, hole.end, filling.encode()),))
            found.append(edit(content, change, "filled", hole.line, 0.0))
    return [e for e in found if e.content != content and is_code(path, e.content)]


def between(content: bytes, new: bytes) -> Edit:
    """Two versions of a file as one edit: what differs between their common beginning and end."""
    start = _common(content, new)
    end = _common(content[start:][::-1], new[start:][::-1])
    change = Change((Span(start, len(content) - end, new[start : len(new) - end]),))
    return edit(content, change, "filled", line_of(content, start), 0.0)


def _opens(text: str) -> bool:
    """Whether a block has to follow."""
    return text.rstrip().endswith((":", "{"))


def _common(one: Iterable[int], other: Iterable[int]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _statement(node: "Node | None", grammar: Grammar) -> "Node | None":
    while node is not None and not grammar.plays(node.parent, "block"):
        node = node.parent
    return node


def _end(statement: "Node", grammar: Grammar) -> int:
    """Where a statement ends, a compound one with its head."""
    text, body = statement.text or b"", next((c for c in statement.named_children if grammar.plays(c, "block")), None)
    if not grammar.plays(statement, "compound"):
        return statement.end_byte
    inner = body.start_byte - statement.start_byte if body is not None else 0
    end = text.find(b"\n", inner) if grammar.bracketed or body is None else text.rfind(b"\n", 0, inner)
    return statement.start_byte + (end if end >= 0 else len(text))


def _line(content: bytes, number: int) -> tuple[int, int]:
    """Where the code of a 1-based line begins and ends."""
    lines = content.split(b"\n")
    begin = sum(len(line) + 1 for line in lines[: number - 1])
    text = lines[number - 1].rstrip()
    return begin + len(text) - len(text.lstrip()), begin + len(text)


def _indent(content: bytes, offset: int) -> str:
    start = content.rfind(b"\n", 0, offset) + 1
    return content[start:offset].decode(errors="replace")
