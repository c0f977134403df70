"""Syntax problems of a file, and those that a change brought in."""

import codecs
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.language import Language, nodes_of, parse, text_of, walk
from devagent.code.textfile import read_text

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_SOURCE = 200
"""Characters of a line that are shown with a problem."""

_MAX_QUOTE = 60


@dataclass(frozen=True)
class SyntaxProblem:
    """Something the grammar does not allow: its 1-based line, what is wrong, and that line of the source."""

    line: int
    text: str
    source: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" + (f" in `{self.source}`" if self.source else "")


def syntax_errors(content: bytes, language: Language) -> list[SyntaxProblem]:
    """The syntax problems of a file, top to bottom. Raises `CannotParse`: then nothing is known."""
    content = _readable(content)
    root = parse(content, language).root_node
    lines = content.split(b"\n")
    found = {
        (row, text): SyntaxProblem(row + 1, text, lines[row].decode("utf-8", "replace").strip()[:MAX_SOURCE])
        for row, text in _problems(root, language)
    }
    return sorted(found.values(), key=lambda problem: problem.line)


def new_syntax_errors(before: bytes | None, after: bytes, language: Language) -> list[SyntaxProblem]:
    """The problems `after` has and `before` had not. Lines that merely moved are not new. Raises `CannotParse`."""
    now = syntax_errors(after, language)
    if not now or before is None:
        return now
    old = Counter((problem.text, problem.source) for problem in syntax_errors(before, language))
    new = []
    for problem in now:
        key = (problem.text, problem.source)
        old[key] -= 1
        if old[key] < 0:
            new.append(problem)
    return new


def _readable(content: bytes) -> bytes:
    """A file in the encoding that grammars are made for, if it has another one that says so."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return read_text(content)[0].encode() if wide else content


def _problems(root: "Node", language: Language) -> Iterator[tuple[int, str]]:
    for node in walk(root, lambda inner: inner.has_error):
        if node.is_missing:
            yield node.start_point.row, f"`{node.type}` is missing"
        elif node.is_error:
            yield node.start_point.row, _unexpected(node)
    if language.indented:
        for block in (root, *nodes_of(root, language, language.blocks)):
            yield from _indentation(block, language)


def _unexpected(node: "Node") -> str:
    quoted = " ".join(text_of(node).split())
    return f"unexpected `{quoted[:_MAX_QUOTE]}`" if quoted else "unexpected end"


def _indentation(block: "Node", language: Language) -> Iterator[tuple[int, str]]:
    """Tree-sitter forgives empty blocks and ragged indentation; the language does not."""
    statements = [child for child in block.children if child.is_named and child.type not in language.comments]
    if not statements:
        if block.parent is not None:
            yield max(block.start_point.row - (block.start_point.column == 0), 0), "an indented block is missing"
        return
    rows: dict[int, int] = {}
    for statement in statements:
        rows.setdefault(statement.start_point.row, statement.start_point.column)
    expected = 0 if block.parent is None else next(iter(rows.values()))
    continued = _continued(block)
    for row, column in rows.items():
        if row not in continued and column != expected and not (row == 0 and column == len(codecs.BOM_UTF8)):
            yield row, "the indentation does not fit the lines around it"


def _continued(block: "Node") -> set[int]:
    """The rows that hold the end of a statement which began above, so that a column there says nothing."""
    spans = ((child.start_point.row, child.end_point.row) for child in block.children)
    return {end for start, end in spans if start < end}
