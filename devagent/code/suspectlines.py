"""Which line of a suspect function to look at first."""

import re
from collections.abc import Collection, Sequence

from devagent.code.errors import CannotParse
from devagent.code.frames import Frame
from devagent.code.language import captures, language_for, parse, walk
from devagent.code.spectrum import Spectrum
from devagent.code.symbol import Symbol
from devagent.code.words import words

_WORK = re.compile(r"[<>=!]=|[<>]|[-+*/%&|^]|\b(?:and|or|not|in|is|if|else|while|return|yield)\b|[\[(]|\b\d+\b")
_DECIDES = re.compile(
    r"[<>=!]=|[<>]|[-+*/%&|^]|\b(?:and|or|not|in|is|if|elif|else|for|while|break|continue)\b|\[|\b\d+\b"
)


def suspect_lines(
    symbol: Symbol, content: bytes, spectrum: Spectrum, stack: Sequence[Frame], said: str, changed: Collection[int] = ()
) -> tuple[tuple[int, float], ...]:
    """The lines of a function that hold code, each with a score, most suspicious first.

    What failing tests run and passing ones do not counts most; then whether a line is `changed` since the last commit,
    lines in the traceback, words of the failure, and how much a line computes.
    """
    lines = content.split(b"\n")
    told = set(words(said))
    traced = {frame.line for frame in stack if frame.path == symbol.path}
    ran = any(spectrum.suspicion(symbol.path, line) > 0 for line in symbol.lines)
    scored = []
    for line in _code_lines(symbol, content):
        text = lines[line - 1].decode("utf-8", "replace")
        seen = spectrum.suspicion(symbol.path, line) if ran else 0.5
        shared = len(told & set(words(text)))
        score = 0.55 * seen + 0.1 * (line in traced) + 0.1 * min(shared, 2) / 2 + 0.25 * _work(text)
        score += 0.3 * (line in changed)
        scored.append((line, round(score, 4)))
    return tuple(sorted(scored, key=lambda entry: (-entry[1], entry[0])))


def work_in(text: str) -> int:
    """How many operators, branches, subscripts and numbers some code has: what it does itself, calls aside."""
    return len(_DECIDES.findall(text))


def _work(line: str) -> float:
    return min(len(_WORK.findall(line)), 5) / 5


def _code_lines(symbol: Symbol, content: bytes) -> list[int]:
    """The lines on which a token begins that is neither comment nor docstring, the head of the function left out."""
    language = language_for(symbol.path)
    if language is None:
        return list(symbol.lines)
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return list(symbol.lines)
    top = root.descendant_for_byte_range(symbol.start_byte, symbol.end_byte) or root
    skipped = {node.id for node in captures(top, language, "docstrings", "docstring")}
    found: set[int] = set()
    dropped: set[int] = set()
    for node in walk(top):
        rows = range(node.start_point.row + 1, node.end_point.row + 2)
        if node.id in skipped:
            dropped.update(rows)
        elif (
            node.child_count == 0
            and node.type not in language.comments
            and content[node.start_byte : node.end_byte].strip(b" {}();,\n")
        ):
            found.add(rows[0])
    inside = sorted(line for line in found - dropped if line in symbol.lines)
    return inside[1:] if len(inside) > 1 else inside
