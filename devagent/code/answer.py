"""What a model's answer holds: fenced code blocks, search/replace blocks, the source of one function."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devagent.code.language import language_for
from devagent.code.symbol import symbols

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)$")
_STARTS_CODE = re.compile(
    r"^\s*(?:@\w|def\s+\w|async\s+(?:def|function)\b|class\s+\w|import\s+\S|from\s+\S+\s+import\b|function\b|export\s|"
    r"(?:const|let|var)\s+\S+\s*=|module\.exports|exports\.\w|(?:static\s+|async\s+)*[\w#$]+\s*\([^)]*\)\s*\{\s*$|#!|//|/\*)"
)
_SEARCH, _MIDDLE, _REPLACE = (re.compile(rf"^\s*{mark}") for mark in ("<{5,9} ?SEARCH", "={5,9}$", ">{5,9} ?REPLACE"))


@dataclass(frozen=True)
class CodeBlock:
    """A piece of code in an answer. `truncated` says that the answer ended before the block did."""

    language: str
    text: str
    truncated: bool = False


@dataclass(frozen=True)
class Replacement:
    """A search/replace block: the lines to find and what stands in their place. `path` as the answer named it."""

    search: str
    replace: str
    path: str = ""


def code_blocks(answer: str) -> list[CodeBlock]:
    """The fenced blocks of an answer in order; the whole answer if it has no fence and plainly is code.

    An answer that starts inside a block (the prompt opened the fence) and a block that never closes are understood.
    """
    lines = answer.replace("\r\n", "\n").split("\n")
    fences = [(row, match) for row, line in enumerate(lines) if (match := _FENCE.match(line))]
    if not fences:
        return [CodeBlock("", answer.strip("\n") + "\n")] if _is_code(lines) else []
    blocks = []
    if len(fences) % 2 and not fences[0][1][2].strip() and _is_code(lines[: fences[0][0]]):
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


def replacements(answer: str) -> list[Replacement]:
    """The complete search/replace blocks of an answer, with the file name that stands above each, if one does."""
    lines = answer.replace("\r\n", "\n").split("\n")
    found: list[Replacement] = []
    row = 0
    while row < len(lines):
        middle = _find(lines, _MIDDLE, row + 1) if _SEARCH.match(lines[row]) else None
        end = _find(lines, _REPLACE, middle + 1) if middle is not None else None
        if middle is None or end is None:
            row += 1
            continue
        path = _path_above(lines, row) or (found[-1].path if found else "")
        found.append(Replacement(_joined(lines[row + 1 : middle]), _joined(lines[middle + 1 : end]), path))
        row = end + 1
    return found


def _fenced(lines: list[str], fences: Sequence[tuple[int, re.Match[str]]]) -> Iterator[CodeBlock]:
    position = 0
    while position < len(fences):
        row, opening = fences[position]
        position += 1
        while position < len(fences) and not _closes(fences[position][1], opening):
            position += 1
        info = opening[2].split()
        language = info[0].lower() if info else ""
        if position == len(fences):
            yield _block(language, lines[row + 1 :], truncated=True)
            return
        yield _block(language, lines[row + 1 : fences[position][0]])
        position += 1


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    return fence[1][0] == opening[1][0] and len(fence[1]) >= len(opening[1]) and not fence[2].strip()


def _block(language: str, lines: list[str], *, truncated: bool = False) -> CodeBlock:
    return CodeBlock(language, textwrap.dedent("\n".join(lines)).strip("\n") + "\n", truncated)


def _is_code(lines: Sequence[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    return bool(_STARTS_CODE.match(first))


def _suits(fence: str, path: str) -> bool:
    language = language_for(path)
    return language is not None and fence in language.fences


def _find(lines: Sequence[str], pattern: re.Pattern[str], start: int) -> int | None:
    for row in range(start, len(lines)):
        if pattern.match(lines[row]):
            return row
        if _SEARCH.match(lines[row]):
            return None
    return None


def _path_above(lines: Sequence[str], row: int) -> str:
    for above in range(row - 1, max(row - 4, -1), -1):
        text = lines[above].strip()
        if not text or _FENCE.match(lines[above]):
            continue
        named = text.strip("*`#: ")
        return named if re.fullmatch(r"[\w./@+-]+\.\w+", named) else ""
    return ""


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
