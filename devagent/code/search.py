"""Searching and reading files, as a tool for models: bounded in time and size whatever is asked."""

import re
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devagent.code.context.excerpts import excerpt
from devagent.errors import UsageError

MAX_MATCHES = 100
MAX_LINES = 400
_MAX_LINE = 300
_MAX_QUERY = 200
_MAX_SECONDS = 2.0
_MAX_OPEN_REPEATS = 2
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")


@dataclass(frozen=True)
class Found:
    """The lines that match: (path, 1-based line, text). `more` says that there were others."""

    matches: tuple[tuple[str, int, str], ...]
    more: bool = False

    def __str__(self) -> str:
        lines = [f"{path}:{line}: {text}" for path, line, text in self.matches] or ["nothing found"]
        return "\n".join([*lines, "…"] if self.more else lines)


def find_text(
    files: Mapping[str, bytes], query: str, *, regex: bool = False, ignore_case: bool = False, limit: int = MAX_MATCHES
) -> Found:
    """The lines of the files in which the query stands, by path and line.

    Lines are searched up to 300 characters, files with NUL bytes not at all, for 2 seconds at most.

    Raises `UsageError` for an empty query, a malformed pattern, or one that could take exponential time.
    """
    matching = _matcher(query, regex=regex, ignore_case=ignore_case)
    deadline = time.monotonic() + _MAX_SECONDS
    found: list[tuple[str, int, str]] = []
    for path in sorted(files):
        if b"\0" in files[path]:
            continue
        for number, raw in enumerate(files[path].split(b"\n"), start=1):
            line = raw[: 4 * _MAX_LINE].decode("utf-8", "replace").rstrip("\r")[:_MAX_LINE]
            if not matching(line):
                continue
            if len(found) >= limit or time.monotonic() > deadline:
                return Found(tuple(found), more=True)
            found.append((path, number, line.strip()))
        if time.monotonic() > deadline:
            return Found(tuple(found), more=True)
    return Found(tuple(found))


def read_range(files: Mapping[str, bytes], path: str, start: int = 1, end: int | None = None) -> str:
    """Lines of a file with their numbers, at most 400. Raises `UsageError` when there is no such file or line."""
    if path not in files:
        near = sorted(p for p in files if p.rpartition("/")[2] == path.rpartition("/")[2])
        raise UsageError(f"there is no file {path}", hint=f"Did you mean {near[0]}?" if near else "")
    total = files[path].count(b"\n") + (not files[path].endswith(b"\n"))
    if not 1 <= start <= max(total, 1):
        raise UsageError(f"{path} has {total} lines", hint=f"Ask for lines 1 to {total}")
    last = min(total if end is None else end, start + MAX_LINES - 1)
    note = f"\n({path} has {total} lines)" if last < total else ""
    return excerpt(files[path], start, last) + note


def _matcher(query: str, *, regex: bool, ignore_case: bool) -> Callable[[str], object]:
    if not query or len(query) > _MAX_QUERY:
        raise UsageError("there is nothing to search for" if not query else "the search is too long")
    flags = re.IGNORECASE if ignore_case else 0
    if not regex:
        return re.compile(re.escape(query), flags).search
    _refuse_costly(query)
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of Python's, about odd patterns
            return re.compile(query, flags).search
    except (re.error, OverflowError) as error:
        raise UsageError("the pattern is malformed", why=str(error)) from error


def _refuse_costly(pattern: str) -> None:
    """Python's matcher backtracks: patterns that could take more than quadratic time on a line are refused."""
    bare = _CLASS.sub("x", pattern)
    if _REPEATED_GROUP.search(bare) or len(_REPEAT.findall(bare)) > _MAX_OPEN_REPEATS or "(?P=" in bare:
        raise UsageError(
            "the pattern is too costly",
            why=f"it repeats a group, or has more than {_MAX_OPEN_REPEATS} repeats",
            hint="Search for less of it",
        )
