"""Edits: what a template proposes, and what it makes of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN = 60


@dataclass(frozen=True)
class Span:
    """Bytes [start, end) of a file replaced by `text`."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True)
class Change:
    """One idea of a template: spans that do not overlap, and how likely it is among the ideas of that template."""

    spans: tuple[Span, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Edit:
    """A file with one small change.

    `content` is the whole new file, `line` is 1-based in the old one; bytes [start, end) of the old one have become
    `text`. `score` says how likely the edit seemed, on no particular scale.
    """

    content: bytes
    line: int
    template: str
    description: str
    start: int
    end: int
    text: bytes
    score: float = 0.0


def edit(content: bytes, change: Change, template: str, line: int, score: float) -> Edit:
    """What a change makes of a file."""
    new = apply_spans(content, change.spans)
    start, end = min(span.start for span in change.spans), max(span.end for span in change.spans)
    text = new[start : len(new) - (len(content) - end)]
    return Edit(new, line, template, describe(content, change.spans), start, end, text, score)


def apply_spans(content: bytes, spans: Iterable[Span]) -> bytes:
    """`content` with all spans replaced; they must not overlap."""
    pieces: list[bytes] = []
    position = 0
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        pieces += [content[position : span.start], span.text]
        position = span.end
    return b"".join([*pieces, content[position:]])


def describe(content: bytes, spans: tuple[Span, ...]) -> str:
    """A change in words: "line 12: `<` → `<=`"."""
    return "; ".join(_describe(content, span) for span in spans)


def line_of(content: bytes, offset: int) -> int:
    """The 1-based line of a byte offset."""
    return content.count(b"\n", 0, offset) + 1


def _describe(content: bytes, span: Span) -> str:
    old, new = _shown(content[span.start : span.end]), _shown(span.text)
    where = f"line {line_of(content, span.start)}"
    if not old:
        return f"{where}: inserted `{new}`"
    if not new:
        return f"{where}: removed `{old}`"
    return f"{where}: `{old}` → `{new}`"


def _shown(text: bytes) -> str:
    words = " ".join(text.decode("utf-8", "replace").split())
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
