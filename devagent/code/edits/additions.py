"""What an answer brings along with a function: imports, helper functions, constants that the new code needs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.edits.layout import shifted
from devagent.code.language import Language, matches, parse, text_of
from devagent.code.symbol import Definition, definitions
from devagent.code.textfile import indentation

if TYPE_CHECKING:
    from tree_sitter import Node

_WORD = re.compile(rb"[A-Za-z_$][\w$]*")


@dataclass(frozen=True)
class Change:
    """Bytes to put in place of a range of bytes."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True)
class _Brought:
    """Something of the answer that might come along: the names it gives and its text."""

    names: frozenset[str]
    text: str
    place: str  # "import", "before" the target's top-level statement, or "member" of the target's class


def changed(source: bytes, changes: Iterable[Change]) -> bytes:
    """Source with changes made. Those that overlap an earlier one are left out; insertions keep their order."""
    pieces: list[bytes] = []
    position = 0
    for change in sorted(changes, key=lambda c: (c.start, c.end)):
        if change.start < position:
            continue
        pieces += [source[position : change.start], change.text]
        position = change.end
    return b"".join([*pieces, source[position:]])


def additions(
    source: bytes, answer: bytes, path: str, language: Language, target: Definition, used: Sequence[bytes]
) -> list[Change]:
    """The insertions that bring along what the new code (`used`) names and the file does not have."""
    known = _top_level_names(source, path, language)
    members = _member_names(source, path, language, target)
    candidates = _candidates(answer, path, language, target)
    words = {word.decode() for text in used for word in _WORD.findall(text)} - {target.symbol.short}
    taken: list[_Brought] = []
    while fresh := [
        b
        for b in candidates
        if b not in taken and b.names & words and not b.names <= (members if b.place == "member" else known)
    ]:
        taken += fresh
        words |= {word.decode() for b in fresh for word in _WORD.findall(b.text.encode())}
    ordered = [b for b in candidates if b in taken]
    newline = "\r\n" if b"\r\n" in source else "\n"
    return [
        c
        for place in ("import", "before", "member")
        if (c := _insertion(source, place, ordered, target, language, newline))
    ]


def _top_level_names(source: bytes, path: str, language: Language) -> set[str]:
    root = parse(source, language).root_node
    names = {text_of(n) for m in matches(root, language, "imports") for n in m.get("bound", ())}
    names |= {text_of(n) for m in matches(root, language, "constants") for n in m.get("name", ())}
    return names | {d.symbol.name for d in definitions(path, source, language) if not d.symbol.owner}


def _member_names(source: bytes, path: str, language: Language, target: Definition) -> set[str]:
    found = definitions(path, source, language)
    return {d.symbol.short for d in found if d.symbol.owner == target.symbol.owner}


def _candidates(answer: bytes, path: str, language: Language, target: Definition) -> list[_Brought]:
    root = parse(answer, language).root_node
    result = [
        _Brought(frozenset(text_of(n) for n in match["bound"]), text_of(match["import"][0]), "import")
        for match in _merged(matches(root, language, "imports"), "import", "bound")
        if "bound" in match
    ]
    imported = {b.text for b in result}
    result += [
        _Brought(frozenset(text_of(n) for n in match["name"]), text_of(match["constant"][0]), "before")
        for match in _merged(matches(root, language, "constants"), "constant", "name")
        if text_of(match["constant"][0]) not in imported
    ]
    for found in definitions(path, answer, language):
        symbol = found.symbol
        if symbol.short == target.symbol.short or found.node.has_error:
            continue
        text = answer[symbol.start_byte : symbol.end_byte].decode()
        if not symbol.owner and symbol.kind != "method" and symbol.name != target.symbol.owner:
            result = [b for b in result if b.text != text]
            result.append(_Brought(frozenset([symbol.name]), _flush(answer, symbol.start_byte, text), "before"))
        elif target.symbol.kind == "method" and symbol.owner == target.symbol.owner:
            result.append(_Brought(frozenset([symbol.short]), _flush(answer, symbol.start_byte, text), "member"))
    return result


def _merged(found: list[dict[str, list["Node"]]], whole: str, name: str) -> list[dict[str, list["Node"]]]:
    """Matches of the same statement as one, with all the names it gives."""
    merged: dict[int, dict[str, list[Node]]] = {}
    for match in found:
        kept = merged.setdefault(match[whole][0].id, {whole: match[whole]})
        if name in match:
            kept.setdefault(name, []).extend(match[name])
    return list(merged.values())


def _flush(answer: bytes, start: int, text: str) -> str:
    margin = indentation(answer[answer.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace"))
    return shifted(text, margin, "")


def _insertion(
    source: bytes, place: str, brought: Sequence[_Brought], target: Definition, language: Language, newline: str
) -> Change | None:
    texts = [b.text for b in brought if b.place == place]
    if not texts:
        return None
    if place == "import":
        offset = _after_imports(source, language)
        lead = newline if offset and not source[:offset].endswith(b"\n") else ""
        return Change(offset, offset, (lead + "".join(text + newline for text in texts)).encode())
    offset = _statement_start(source, target) if place == "before" else _line_start(source, target.symbol.start_byte)
    margin = indentation(source[offset : offset + 200].decode("utf-8", "replace"))
    gap = newline * (3 if language.indented and place == "before" else 2)
    joined = "".join(margin + shifted(text, "", margin) + gap for text in texts)
    return Change(offset, offset, joined.encode())


def _after_imports(source: bytes, language: Language) -> int:
    """Just after the line of the last import; without one, after the leading comments and docstring."""
    root = parse(source, language).root_node
    last = [m["import"][0].end_byte for m in matches(root, language, "imports")]
    if not last:
        for child in root.children:
            is_text = child.child_count > 0 and child.children[0].type in language.strings
            if child.type not in (*language.comments, "hash_bang_line") and not is_text:
                break
            last.append(child.end_byte)
    end = source.find(b"\n", max(last)) if last else -1
    return end + 1 if end >= 0 else (len(source) if last else 0)


def _statement_start(source: bytes, target: Definition) -> int:
    """The start of the line of the top-level statement that holds the target."""
    node = target.node
    while node.parent is not None and node.parent.parent is not None:
        node = node.parent
    return _line_start(source, node.start_byte)


def _line_start(source: bytes, offset: int) -> int:
    return source.rfind(b"\n", 0, offset) + 1
