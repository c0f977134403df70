"""Why quoted lines were not found: the lines of the file that look most like them."""

import re
from collections import Counter
from collections.abc import Sequence

from devagent.code.edits.lines import Line
from devagent.code.edits.lookalikes import plain

MAX_SHOWN = 12
MAX_LINE = 160
_WORD = re.compile(r"\w+|[^\w\s]")
_MAX_COMMON = 50


def nearest(lines: Sequence[Line], wanted: Sequence[str]) -> str:
    """The lines of the file that look most like the wanted ones, numbered as in the file that the answer is about."""
    if not any(line.text.strip() for line in lines):
        return "The file is empty"
    start = _by_equal_lines(lines, wanted)
    if start is None:
        start = _by_words(lines, wanted)
    if start is None:
        return f"Nothing in it looks alike; it has {len(lines)} lines"
    first, last = max(start, 0), min(start + len(wanted), len(lines))
    shown = range(first, min(max(last, first + 1), first + MAX_SHOWN))
    text = "The nearest lines are:\n" + "\n".join(_numbered(lines[row]) for row in shown)
    return text + _difference(lines, wanted, start)


def _by_equal_lines(lines: Sequence[Line], wanted: Sequence[str]) -> int | None:
    """The row at which the most of the wanted lines would stand, if they stood where they do, up to layout."""
    rows: dict[str, list[int]] = {}
    for row, line in enumerate(lines):
        rows.setdefault(_core(line.text), []).append(row)
    votes: Counter[int] = Counter()
    for offset, text in enumerate(map(_core, wanted)):
        places = rows.get(text, [])
        if text and len(places) <= _MAX_COMMON:
            votes.update({row - offset: len(text) for row in places})
    return max(votes, key=lambda start: (votes[start], -start), default=None)


def _by_words(lines: Sequence[Line], wanted: Sequence[str]) -> int | None:
    """The row at which the line that has the most in common with the longest wanted one would have it stand."""
    longest = max(range(len(wanted)), key=lambda offset: len(wanted[offset].strip()))
    words = _words(wanted[longest])
    best, row = max((_alike(words, _words(line.text)), -row) for row, line in enumerate(lines))
    return -row - longest if best > 0 else None


def _difference(lines: Sequence[Line], wanted: Sequence[str], start: int) -> str:
    """The first line in which the two differ."""
    for offset, text in enumerate(wanted):
        row = start + offset
        if not 0 <= row < len(lines):
            return f"\nbut the answer goes on with: {text.strip()[:MAX_LINE]}" if row >= len(lines) else ""
        if _core(lines[row].text) != _core(text):
            return f"\nbut for line {lines[row].number or 'the new one'} the answer has: {text.strip()[:MAX_LINE]}"
    return "\nbut in the answer they are nested otherwise" if start >= 0 else ""


def _numbered(line: Line) -> str:
    return f"{line.number or '+'}: {line.text.rstrip()[:MAX_LINE]}"


def _core(text: str) -> str:
    return " ".join(plain(text).split())


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain(text[:1000])))


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (len(a | b) or 1)
