"""The same code in other clothes: equality up to comments, docstrings and layout."""

import textwrap
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import MAX_BYTES, Language, captures, parse, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


def normal_form(content: bytes, language: Language | None) -> str:
    """The tokens of some code, one after the other, without comments, docstrings and layout.

    Where indentation is structure it shows as braces. Text that cannot be parsed has its words as its tokens;
    what is too large to be parsed stays as it is, because its words would take gigabytes.
    """
    if language is None or len(content) > MAX_BYTES:
        return _words(content)
    source = textwrap.dedent(content.decode("utf-8", "replace").replace("\r\n", "\n")).encode()
    try:
        root = parse(source, language).root_node
    except CannotParse:
        return _words(content)
    skipped = {node.id for node in captures(root, language, "docstrings", "docstring")}
    return " ".join(_tokens(root, language, skipped))


def same_code(a: bytes, b: bytes, language: Language | None) -> bool:
    """Whether two pieces of code differ at most in comments, docstrings and layout."""
    return normal_form(a, language) == normal_form(b, language)


def _words(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return text if len(content) > MAX_BYTES else " ".join(text.split())


def _tokens(root: "Node", language: Language, skipped: set[int]) -> list[str]:
    tokens: list[str] = []
    pending: list[Node | str] = [root]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            tokens.append(current)
        elif current.type in language.comments or current.id in skipped:
            continue
        elif current.child_count == 0 or current.type in language.strings:
            tokens.append(text_of(current))
        else:
            pending.extend(reversed(_parts(current, language, skipped)))
    return [token for token in tokens if token not in ("", ";")]


def _parts(node: "Node", language: Language, skipped: set[int]) -> list["Node | str"]:
    """The children of a node; the statements of an indented block in braces, each with its end marked."""
    if not language.indented or (node.parent is not None and node.type not in language.blocks):
        return list(node.children)
    parts: list[Node | str] = ["{"]
    for child in node.children:
        if child.is_named and child.type not in language.comments and child.id not in skipped:
            parts += [child, "\n"]
    return [*parts, "}"]
