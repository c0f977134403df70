"""What an answer about names cannot be sure of: files that were left out or do not parse, where they mention a name."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from devagent.code.index.asked import Asked
from devagent.code.index.broken import lines_from_text
from devagent.code.index.index import Index

_MOST_BYTES, _MOST_FILES = 20_000_000, 2000
_ALIKE, _NEAR = 0.75, 3
DOES_NOT_PARSE = "does not parse"
NOT_READ = ("too large", "not here", "parsing took", "the parser")
"""How the reasons begin for which a file is left out that somebody wrote by hand."""


def doubts(index: Index, name: str, *, generated: bool = True) -> list[str]:
    """The places where a name stands that could not be read: `path: why it was left out`, `path:line: does not parse`.

    Arguments:
        name: without what stands before it.
        generated: also in files that were left out because nobody wrote them.
    """
    word = re.compile(rb"(?<![\w$])" + re.escape(name.encode("utf-8", "replace")) + rb"(?![\w$])")
    left_out = {path: why for path, why in index.left_out().items() if generated or why.startswith(NOT_READ)}
    return [*_in_left_out(index, word, left_out), *_in_broken(index, word)]


def doubts_about(index: Index, shown: Iterable[str], within: str = "") -> list[str]:
    """What a list of files cannot be sure of: those in it that do not parse whole, and those that were not read.

    Arguments:
        shown: the files that are shown.
        within: a file or folder, from the top; "" for all.
    """
    broken = index.broken()
    parts = [f"{path}:{broken[path].partition('-')[0]}: {DOES_NOT_PARSE}" for path in sorted(shown) if path in broken]
    missing = (
        f"{path}: {why}"
        for path, why in index.left_out().items()
        if why.startswith(NOT_READ) and (not within or path == within or path.startswith(f"{within}/"))
    )
    return [*missing, *parts]


def _in_left_out(index: Index, word: "re.Pattern[bytes]", left_out: dict[str, str]) -> Iterator[str]:
    for path, why in list(left_out.items())[:_MOST_FILES]:
        if word.search(_content(index.root / path)):
            yield f"{path}: {why}"


def _in_broken(index: Index, word: "re.Pattern[bytes]") -> Iterator[str]:
    for path, stretches in list(index.broken().items())[:_MOST_FILES]:
        content = _content(index.root / path)
        if not word.search(content):
            continue
        lines = content.split(b"\n")
        numbers = (n for first, last in lines_from_text(stretches) for n in range(first, min(last, len(lines)) + 1))
        at = next((number for number in numbers if word.search(lines[number - 1])), None)
        if at is not None:
            yield f"{path}:{at}: {DOES_NOT_PARSE}"


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def near_names(index: Index, asked: Asked) -> list[str]:
    """Names that are defined and look like one that is not: what is called so elsewhere, or nearly so."""
    from difflib import get_close_matches

    qualified = index.qualified_names()
    by_last: dict[str, list[str]] = {}
    for name in qualified:
        by_last.setdefault(name.rpartition(".")[2], []).append(name)
    lowered = {name.lower(): name for name in sorted(by_last)}
    exact = [asked.last] if asked.last in by_last else []
    close = get_close_matches(asked.last.lower(), _of_like_length(lowered, asked.last), _NEAR, _ALIKE)
    lasts = list(dict.fromkeys([*exact, *(lowered[name] for name in close)]))
    found = [name for last in lasts for name in sorted(by_last[last], key=lambda each: (len(each), each))]
    return found[:_NEAR]


def _of_like_length(names: dict[str, str], name: str) -> list[str]:
    """Comparing takes long, and what is much longer or shorter is not alike."""
    return [other for other in names if abs(len(other) - len(name)) <= max(2, len(name) // 3)]
