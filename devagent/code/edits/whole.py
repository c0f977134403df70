"""Whole files and whole symbols: a named piece of code, fenced.

`path/of/file.py`                 `path/of/file.py::Class.method`
```python                         ```python
the complete file                 the complete method
```                               ```
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from devagent.code.edits.edit import Edit, ReplaceSymbol, WriteFile
from devagent.code.edits.lines import bodies
from devagent.code.edits.matching import Level, find_lines
from devagent.code.edits.names import NOBODY, Named, named_in_comment
from devagent.code.errors import CannotParse, EditError
from devagent.code.language import Language, language_for, parse
from devagent.code.symbol import Symbol, symbols
from devagent.code.textfile import is_too_large, read_text

if TYPE_CHECKING:
    from tree_sitter import Node

MAY_GO = 0.25
"""The share of a file's top-level definitions that a piece which is the whole file may lack."""

NEARLY_WHOLE = 0.8
"""The share of a file's lines that a piece has to have if it lacks more definitions than that."""

MUCH = 10
"""The lines of a file without definitions from which on a piece of half as many is not taken for all of it."""

_SEND = "Send the whole file, only the functions that change, or a diff"


@dataclass(frozen=True)
class Piece:
    """A fenced piece of code, with the language and the file that the answer names for it."""

    text: str
    language: str = ""
    named: Named = NOBODY


def edits_of(piece: Piece, path: str, content: bytes | None) -> list[Edit]:
    """What a piece of code asks for in a file that has this content; nothing where it only quotes the file.

    A piece of nothing but definitions that the file has, and others beside them, replaces those; any other is the
    whole file. Raises `EditError` where it may as well be a part of it.
    """
    if content is not None and is_too_large(content):
        return [WriteFile(path, piece.text)]  # which is refused, as any edit of such a file
    text = _without_label(piece, content)
    if content is None:
        return [WriteFile(path, text)]
    old = read_text(content)[0].replace("\r\n", "\n")
    if symbol := _symbol(piece.named, path, old):
        return [ReplaceSymbol(path, symbol, text)]
    if quotes(text, old):
        return []
    defined, known = symbols(path, text.encode()), symbols(path, old.encode())
    names = {d.name for d in defined}
    missing = [d for d in _tops(known) if d.name not in names]
    language = language_for(path)
    if missing and language and (parts := _parts(path, text, defined, known, language)):
        return [parts]
    if doubt := _doubt(piece, bodies(text), bodies(old), missing, known):
        raise EditError(f"the code for {path} may be the whole file or a part of it", why=doubt, hint=_SEND)
    return [WriteFile(path, text)]


def fits(piece: Piece, path: str, content: bytes) -> bool:
    """Whether a piece of code is about this file: all it defines is defined there."""
    defined = _tops(symbols(path, piece.text.encode()))
    known = {d.name for d in symbols(path, read_text(content)[0].encode())}
    return bool(defined) and all(d.name in known for d in defined)


def quotes(text: str, old: str) -> bool:
    """Whether a piece of code only says what stands in the file: all of it, or a part as it is but for layout."""
    wanted, there = bodies(text.strip("\n")), bodies(old.strip("\n"))
    if not any(map(str.strip, wanted)) or not (places := find_lines(there, wanted)):
        return False
    level = places[0].level
    return level is Level.EXACT or (level is not Level.LOOKALIKES and len(wanted) < len(there))


def rendered(edits: Sequence[WriteFile | ReplaceSymbol]) -> str:
    """Whole files and symbols in this format."""
    return "\n".join(map(_rendered, edits))


def _rendered(edit: WriteFile | ReplaceSymbol) -> str:
    name, text = (edit.path, edit.text) if isinstance(edit, WriteFile) else (f"{edit.path}::{edit.name}", edit.source)
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"`{name}`\n{ticks}\n{text}{ticks}\n"


def _without_label(piece: Piece, content: bytes | None) -> str:
    """The text of a piece without a first line that only names the file, unless that is a line of the file."""
    first, _, rest = piece.text.partition("\n")
    names = named_in_comment(first, (piece.named.path,))
    ours = names and names.path.endswith((f"/{piece.named.path}", piece.named.path))
    if not ours or (content is not None and read_text(content)[0].startswith(first)):
        return piece.text
    return rest.lstrip("\n")


def _tops(found: Collection[Symbol]) -> list[Symbol]:
    return [d for d in found if not d.owner]


def _symbol(named: Named, path: str, old: str) -> str:
    """The symbol that a piece of code is, by what the answer says; one that it only mentions if the file has it."""
    known = {d.name for d in symbols(path, old.encode())}
    return named.symbol or (named.about if named.about in known else "")


def _doubt(
    piece: Piece, text: list[str], old: list[str], missing: Collection[Symbol], known: Collection[Symbol]
) -> str:
    """Why a piece may not be the whole of a file; empty where it surely is."""
    if len(missing) > MAY_GO * len(_tops(known)) and len(text) < NEARLY_WHOLE * len(old):
        return f"it lacks {', '.join(f'`{d.name}`' for d in list(missing)[:5])}, which the file has"
    if not known and len(old) >= MUCH and len(text) * 2 < len(old):
        return f"it has {len(text)} lines, the file {len(old)}"
    kept = {line.strip() for line in old} & {line.strip() for line in text} - {""}
    if not piece.named.sure and len(kept) * 2 < len({line.strip() for line in old} - {""}):
        return "the file is only mentioned above it, and has other lines"
    return ""


def _parts(
    path: str, text: str, defined: Sequence[Symbol], known: Sequence[Symbol], language: Language
) -> ReplaceSymbol | None:
    """The definitions of a piece that consists of nothing else, each standing for the one the file has."""
    tops = _tops(defined)
    if not tops or not _only_definitions(text, tops, language):
        return None
    names: list[str] = []
    brought: list[str] = []
    for top in tops:
        same = [d for d in known if d.name == top.name]
        same = same or [d for d in known if d.short == top.name and d.kind == "method"]
        if not same:
            brought.append(top.name)
        else:
            names += (
                _members(top, defined, known) if top.kind == "class" else [same[0].name if len(same) == 1 else top.name]
            )
    if not names:
        return None
    first, *others = dict.fromkeys(names)
    return ReplaceSymbol(path, first, text, also=tuple(others), brings=tuple(brought))


def _members(top: Symbol, defined: Sequence[Symbol], known: Sequence[Symbol]) -> list[str]:
    """The class, or those of its methods that a piece has which lacks others of them."""
    owned = f"{top.name}."
    new = [d.name for d in defined if d.name.startswith(owned) and d.kind == "method"]
    old = [d.name for d in known if d.name.startswith(owned) and d.kind == "method"]
    if set(old) <= set(new):
        return [top.name]
    if not new or not set(new) <= set(old):
        raise EditError(
            f"the class `{top.name}` in the answer lacks methods that it has",
            why=", ".join(name for name in old if name not in new),
            hint="Send the whole class, only methods that change, or a diff",
        )
    return new


def _only_definitions(text: str, tops: list[Symbol], language: Language) -> bool:
    """Whether nothing else stands at the top level but imports and comments."""
    source = text.encode()
    try:
        root = parse(source, language).root_node
    except CannotParse:
        return False
    spans = sorted((d.start_byte, d.end_byte) for d in tops)
    return all(
        _covered(child, spans) or child.type in language.comments or "import" in child.type
        for child in root.children
        if child.is_named
    )


def _covered(node: "Node", spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a node lies in one of some spans of bytes, which are sorted and apart."""
    at = bisect_right(spans, node.start_byte, key=itemgetter(0)) - 1
    return at >= 0 and node.end_byte <= spans[at][1]
