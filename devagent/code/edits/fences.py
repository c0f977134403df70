"""The fenced code blocks of an answer, and the source of one function among them."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devagent.code.edits import begin_patch, search_replace
from devagent.code.language import language_for
from devagent.code.symbol import symbols

FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)$")
"""A line that opens or closes a block: its marks, and what is said beside them."""

_STARTS_CODE = re.compile(
    r"^\s*(?:@\w|def\s+\w|async\s+(?:def|function)\b|class\s+\w|import\s+\S|from\s+\S+\s+import\b|function\b|export\s|"
    r"(?:const|let|var)\s+\S+\s*=|module\.exports|exports\.\w|(?:static\s+|async\s+)*[\w#$]+\s*\([^)]*\)\s*\{\s*$|#!|//|/\*)"
)


@dataclass(frozen=True)
class CodeBlock:
    """A piece of code in an answer. `truncated` says that the answer ended before the block did."""

    language: str
    text: str
    truncated: bool = False


def code_blocks(answer: str) -> list[CodeBlock]:
    """The fenced blocks of an answer in order; the whole answer if it has no fence and plainly is code.

    An answer that starts inside a block (the prompt opened the fence) and a block that never closes are understood.
    """
    lines = answer.replace("\r\n", "\n").split("\n")
    fences = [(row, match) for row, line in enumerate(lines) if (match := FENCE.match(line))]
    if not fences:
        return [CodeBlock("", answer.strip("\n") + "\n")] if is_code(lines) else []
    blocks = []
    if len(fences) % 2 and not fences[0][1][2].strip() and is_code(lines[: fences[0][0]]):
        blocks.append(_block("", lines[: fences[0][0]]))
        fences = fences[1:]
    return blocks + list(_fenced(lines, fences))


def source_for(answer: str, path: str, name: str) -> CodeBlock | None:
    """The block that defines the symbol `name` of `path`: the last that does, else the longest, else `None`."""
    blocks = code_blocks(answer)
    short = name.rpartition(".")[2]
    defining = [block for block in blocks if short in {s.short for s in symbols(path, block.text.encode())}]
    if defining:
        return defining[-1]
    suited = [block for block in blocks if _suits(block.language, path)] or blocks
    return max(suited, key=lambda block: len(block.text), default=None)


def closing_row(lines: Sequence[str], opening: int, *, nests: bool = False) -> int | None:
    """The row at which the block that `opening` begins ends; `None` where it does not.

    Fences in search/replace blocks and patches are theirs. `nests` says that a block may hold others, as Markdown does.

    Raises `EditError` where such a block or patch has no end.
    """
    fence = FENCE.match(lines[opening])
    assert fence is not None
    column, depth, row = _column(lines[opening]), 0, opening + 1
    while row < len(lines):
        other = FENCE.match(lines[row])
        if search_replace.starts(lines, row):
            row = search_replace.end_of(lines, row)
        elif begin_patch.begins(lines[row]):
            row = begin_patch.end_of(lines, row)
        elif other is not None and _column(lines[row]) <= column + 3 * nests and _as_long(other, fence):
            if not other[2].strip() and depth == 0:
                return row
            depth += 1 if other[2].strip() and nests else -1 if not other[2].strip() else 0
        row += 1
    return None


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _fenced(lines: list[str], fences: Sequence[tuple[int, re.Match[str]]]) -> Iterator[CodeBlock]:
    position = 0
    while position < len(fences):
        row, opening = fences[position]
        position += 1
        while position < len(fences) and not closes(fences[position][1], opening):
            position += 1
        info = opening[2].split()
        language = info[0].lower() if info else ""
        if position == len(fences):
            yield _block(language, lines[row + 1 :], truncated=True)
            return
        yield _block(language, lines[row + 1 : fences[position][0]])
        position += 1


def closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    """Whether a fence closes the block that another opened."""
    return _as_long(fence, opening) and not fence[2].strip()


def _as_long(fence: re.Match[str], opening: re.Match[str]) -> bool:
    return fence[1][0] == opening[1][0] and len(fence[1]) >= len(opening[1])


def _block(language: str, lines: list[str], *, truncated: bool = False) -> CodeBlock:
    return CodeBlock(language, textwrap.dedent("\n".join(lines)).strip("\n") + "\n", truncated)


def is_code(lines: Sequence[str]) -> bool:
    """Whether lines plainly are code and not prose, by the first that is not blank."""
    first = next((line for line in lines if line.strip()), "")
    return bool(_STARTS_CODE.match(first))


def _suits(fence: str, path: str) -> bool:
    language = language_for(path)
    return language is not None and fence in language.fences
