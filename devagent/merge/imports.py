"""Import statements of both sides, united name by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devagent.merge.versions import Lines
from devagent.merge.weave import key

_STATEMENT = re.compile(
    rb"\s*(?:import\b|from\b.+\bimport\b|use\b|export\b.+\bfrom\b|pub use\b|(?:const|var|let)\b.*\brequire\()"
)
_PLAIN = re.compile(rb"(?P<head>\s*from\s+[\w.]+\s+import\s+)(?P<names>[\w*][\w\s.,*]*?)(?P<tail>,?\s*)", re.DOTALL)
_ENCLOSED = re.compile(
    rb"(?P<head>[^(){}]*?[({]\s*)(?P<names>[\w*][\w\s.,*:$]*?)(?P<tail>,?\s*[)}][^(){}]*)", re.DOTALL
)
_OPEN = re.compile(rb"[({]")
_CLOSE = re.compile(rb"[)}]")
_LONGEST = 4_000
"""Bytes of a statement whose names are told apart."""
_MOST_LINES = 40
"""Lines that one statement may have."""


@dataclass(frozen=True)
class Statement:
    """One import: its text, and, where it lists names, what stands before, between and behind them."""

    text: bytes
    head: bytes
    names: tuple[bytes, ...]
    tail: bytes

    @property
    def id(self) -> bytes:
        """What it imports from: equal for statements that can be united."""
        return key(self.head).rstrip(b"({") + (b"" if self.names else key(self.tail))

    def having(self, names: Sequence[bytes]) -> bytes:
        """The statement with other names, laid out as it is."""
        inside = self.text[len(self.head) : len(self.text) - len(self.tail)]
        gap = re.search(rb",(\s*)", inside)
        return self.head + (b"," + (gap[1] if gap else b" ")).join(names) + self.tail


def united(base: Lines, ours: Lines, theirs: Lines) -> bytes | None:
    """The imports of both sides: what either added, without what either dropped; `None` if anything else stands there.

    Our order is kept; what only they have comes after what it comes after on their side.
    """
    parsed = [statements(lines) for lines in (base, ours, theirs)]
    if any(found is None for found in parsed) or not all(parsed[1:]):
        return None
    before, left, right = ({statement.id: statement for statement in found or ()} for found in parsed)
    order = list(left)
    place = len(order)
    for name in right:
        if name in left:
            place = order.index(name) + 1
        else:
            order.insert(place, name)
            place += 1
    return b"".join(text for name in order for text in _statement(name, before, left, right))


def statements(lines: Lines) -> list[Statement] | None:
    """The import statements in these lines; `None` if other code stands between them."""
    found = []
    waiting = list(lines[::-1])
    while waiting:
        text = waiting.pop()
        if not text.strip():
            continue
        if not _STATEMENT.match(text):
            return None
        count = 1
        while waiting and count < _MOST_LINES and (_is_open(text) or text.rstrip().endswith(b"\\")):
            text += waiting.pop()
            count += 1
        found.append(_parsed(text))
    return found


def _is_open(text: bytes) -> bool:
    return len(_OPEN.findall(text)) > len(_CLOSE.findall(text))


def _parsed(text: bytes) -> Statement:
    match = None if len(text) > _LONGEST else _PLAIN.fullmatch(text) or _ENCLOSED.fullmatch(text)
    if match is None or b"\\" in text:
        return Statement(text, text, (), b"")
    names = tuple(name.strip() for name in match["names"].split(b","))
    return Statement(text, match["head"], names, match["tail"])


def _statement(
    name: bytes, base: Mapping[bytes, Statement], ours: Mapping[bytes, Statement], theirs: Mapping[bytes, Statement]
) -> Iterator[bytes]:
    """The text of one import in the result, if it stays."""
    old, left, right = (side.get(name) for side in (base, ours, theirs))
    shown = left or right
    assert shown is not None
    if not shown.names:
        if old is None or (left and right):
            yield shown.text
        return
    names = _three_way(*(statement.names if statement else () for statement in (old, left, right)))
    for statement in (left, right):
        if statement and set(statement.names) == set(names):
            yield statement.text
            return
    if names:
        wide = max((s for s in (left, right) if s), key=lambda s: len(s.names))
        yield wide.having(sorted(names) if all(_is_sorted(s.names) for s in (left, right) if s) else names)


def _three_way(base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]) -> list[bytes]:
    every = dict.fromkeys((*ours, *theirs))
    return [name for name in every if name not in base or (name in ours and name in theirs)]


def _is_sorted(names: Sequence[bytes]) -> bool:
    return list(names) == sorted(names)
