"""Real source files and random edits of them: three versions as two people might have made them."""

import random
import re
from collections.abc import Callable
from pathlib import Path

from devagent.code.language import format_for
from devagent.merge.structure.element import Element, Source
from devagent.merge.structure.rules import rules_for
from devagent.merge.versions import Versions, split_lines

_SCENARIOS = Path(__file__).parent / "scenarios"
_PACKAGE = Path(__file__).parents[2] / "devagent"
SOURCES = sorted(_SCENARIOS.glob("*/ours.*")) + sorted((_PACKAGE / "merge").glob("*.py"))

Edit = Callable[[random.Random, list[bytes]], None]


def parsed(path: str, text: str | bytes) -> Element:
    """The root element of a text."""
    language = format_for(path)
    assert language is not None
    rules = rules_for(language.name)
    assert rules is not None
    return Source(text if isinstance(text, bytes) else text.encode(), language, rules).root


def three_versions(seed: int) -> Versions:
    """A file and two edited copies of it, the same for the same seed."""
    chance = random.Random(seed)
    source = chance.choice(SOURCES)
    base = list(split_lines(source.read_bytes())[: chance.randint(5, 120)])
    sides = [edited(chance, base) for _ in range(2)]
    return Versions(f"file{source.suffix}", b"".join(base), *map(b"".join, sides))


def edited(chance: random.Random, lines: list[bytes]) -> list[bytes]:
    """The lines after one to four edits."""
    copy = list(lines)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_EDITS)(chance, copy)
    return copy


def _rename(chance: random.Random, lines: list[bytes]) -> None:
    at = _somewhere(chance, lines)
    words = list(re.finditer(rb"\w+", lines[at]))
    if words:
        word = chance.choice(words)
        lines[at] = lines[at][: word.start()] + b"new_%d" % chance.randint(0, 99) + lines[at][word.end() :]


def _delete(chance: random.Random, lines: list[bytes]) -> None:
    at = _somewhere(chance, lines)
    del lines[at : at + chance.choice([1, 1, 2, 5])]
    lines[:] = lines or [b"\n"]


def _repeat(chance: random.Random, lines: list[bytes]) -> None:
    at, to = _somewhere(chance, lines), _somewhere(chance, lines)
    copy = [
        re.sub(rb"(\w{4,})", rb"\1_%d" % chance.randint(0, 9), line) for line in lines[at : at + chance.randint(1, 8)]
    ]
    lines[to:to] = copy


def _move(chance: random.Random, lines: list[bytes]) -> None:
    at = _somewhere(chance, lines)
    taken = lines[at : at + chance.choice([1, 3])]
    del lines[at : at + len(taken)]
    to = chance.randint(0, len(lines))
    lines[to:to] = taken


def _indent(chance: random.Random, lines: list[bytes]) -> None:
    at = _somewhere(chance, lines)
    lines[at : at + 3] = [b"    " + line for line in lines[at : at + 3]]


def _somewhere(chance: random.Random, lines: list[bytes]) -> int:
    return chance.randrange(len(lines))


_EDITS: tuple[Edit, ...] = (_rename, _rename, _delete, _repeat, _repeat, _move, _indent)
