"""A rewritten function taken apart: each of its changes alone, and what it added put elsewhere.

A small model often writes the right line together with wrong ones, or in the wrong place. Which parts are right, the
tests say; there are too few parts to be choosy.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from devagent.code.language import language_for
from devagent.code.normal import normal_form
from devagent.repair.edit import Edit
from devagent.repair.holes import between
from devagent.repair.sieve import is_code

_MOST_TOGETHER, _MOST_PLACES, _MOST_LINES, _MOST = 4, 40, 3, 150
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Hunk:
    """Items [start, end) of a sequence replaced by others."""

    start: int
    end: int
    new: tuple[bytes, ...]


def shreds(old: bytes, new: bytes, path: str, lines: tuple[int, int]) -> list[Edit]:
    """Versions of a file between `old` and `new` as edits of `old`, those with fewer of the changes first.

    `lines` are the first and the last line, 1-based, that may change. What cannot be parsed is left out, and so are
    both ends themselves.
    """
    language = language_for(path)
    seen = {normal_form(old, language), normal_form(new, language)}
    found: list[Edit] = []
    for content in _versions(old, new, lines):
        form = normal_form(content, language)
        if form not in seen and is_code(path, content):
            seen.add(form)
            found.append(between(old, content))
            if len(found) == _MOST:
                break
    return found


def _versions(old: bytes, new: bytes, lines: tuple[int, int]) -> Iterator[bytes]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    hunks = _hunks(before, after)
    for count in range(1, min(len(hunks), _MOST_TOGETHER)):
        for some in combinations(hunks, count):
            yield b"".join(_applied(before, some))
    for hunk in hunks:
        yield from _finer(before, hunk)
    for hunk in hunks:
        yield from _elsewhere(before, hunk, lines)


def _finer(before: Sequence[bytes], hunk: Hunk) -> Iterator[bytes]:
    """A hunk line by line, and its lines change by change."""
    if hunk.end - hunk.start != len(hunk.new):
        return
    for index, line in enumerate(hunk.new, hunk.start):
        single = Hunk(index, index + 1, (line,))
        if len(hunk.new) > 1:
            yield b"".join(_applied(before, [single]))
        tokens = _TOKEN.findall(before[index])
        parts = _hunks(tokens, _TOKEN.findall(line))
        for part in parts if len(parts) > 1 else ():
            text = b"".join(_applied(tokens, [part]))
            yield b"".join(_applied(before, [Hunk(index, index + 1, (text,))]))


def _elsewhere(before: Sequence[bytes], hunk: Hunk, lines: tuple[int, int]) -> Iterator[bytes]:
    """What a hunk adds, before each line of the function and behind the last one."""
    added = _block(hunk.new)
    if not added or len(added) > _MOST_LINES:
        return
    first, last = lines[0], min(lines[1], len(before))
    for index in range(first, min(last, first + _MOST_PLACES) + 1):
        beside = before[index] if index < last else before[last - 1]
        margin = beside[: len(beside) - len(beside.lstrip())]
        if beside.strip():
            yield b"".join(_applied(before, [Hunk(index, index, tuple(margin + line for line in added))]))


def _block(lines: Sequence[bytes]) -> list[bytes]:
    """Lines without their common margin."""
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return [line[margin:] for line in filled]


def _hunks(before: Sequence[bytes], after: Sequence[bytes]) -> list[Hunk]:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [Hunk(i, j, tuple(after[k:m])) for tag, i, j, k, m in blocks if tag != "equal"]


def _applied(items: Sequence[bytes], hunks: Sequence[Hunk]) -> Iterator[bytes]:
    position = 0
    for hunk in hunks:
        yield from items[position : hunk.start]
        yield from hunk.new
        position = hunk.end
    yield from items[position:]
