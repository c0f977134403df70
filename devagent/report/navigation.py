"""Answers of `def`, `refs` and `callers`, a line for each place; and how far the index is, while one waits for it."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devagent.report.shown import json_text, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devagent.code.index.index import Progress
    from devagent.workflows.navigation import Line, Navigation

_UNSURE = "  (not sure: only the name is the same)"
_EVERY = 0.2
_LAST = re.compile(r"[.:#]+")


def print_navigation(found: "Navigation", *, as_json: bool) -> None:
    """The places, one a line: `path:line: text`. What there is to be said besides is on stderr."""
    if as_json:
        print(json_text(found.to_json(), indent=1))
        return
    for line in found.lines:
        print(shown(_told(line, found.question)))
    sys.stdout.flush()
    if found.summary:
        near = f". Did you mean {_either(found.near)}?" if found.near else ""
        print(shown(f"devagent: {found.summary}{near}"), file=sys.stderr)
    say_not_sure(f"{_LAST.split(found.name)[-1]} also stands", found.not_sure)


def say_not_sure(what: str, places: "Sequence[str]") -> None:
    """Say on stderr what could not be read: in how many places, and the first of them."""
    if places:
        count = "a place" if len(places) == 1 else f"{len(places):,} places"
        first = f": {places[0]}" if len(places) == 1 else f", the first is {places[0]}"
        print(shown(f"devagent: not sure: {what} in {count} that could not be read{first}"), file=sys.stderr)


def _either(names: "Sequence[str]") -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


@contextmanager
def counting() -> Iterator["Progress | None"]:
    """Tells on a terminal how many files have been read, if it takes a while; the line is gone at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    last, told = time.monotonic(), False

    def progress(done: int, total: int) -> None:
        nonlocal last, told
        if time.monotonic() - last > _EVERY:
            last, told = time.monotonic(), True
            print(f"\r\x1b[Kreading {done:,} of {total:,} files", end="", file=sys.stderr, flush=True)

    try:
        yield progress
    finally:
        if told:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _told(line: "Line", question: str) -> str:
    spot = line.spot
    text = spot.signature if question == "def" and spot.signature else line.text
    within = f"  (in {spot.within})" if question == "callers" and spot.within else ""
    return f"{spot.path}:{spot.line}: {text}{within}{'' if spot.sure else _UNSURE}"
