"""What a repository brings, shown so that nothing in it can hide, and the list of what is trusted."""

import difflib
import json
import time
import unicodedata
from collections.abc import Iterator, Sequence

from devagent.config.brought import FOLDER
from devagent.report.output import print_rows
from devagent.workflows.results import VERSION
from devagent.workflows.trust import Look, Record

BAR = "  │ "
"""Stands before every line of a file, so that no file can look like what devagent says of it."""

_HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """A text with every character that a terminal would obey, reorder by, or not show, written as its number."""
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in _HIDDEN else f"<U+{ord(c):04X}>" for c in text)


def print_look(look: Look, *, as_json: bool) -> None:
    """Every file, in full or as what changed since it was trusted, and what the files would set."""
    if as_json:
        # Every character beyond ASCII as its number: a terminal may be looking.
        print(json.dumps(look.to_json(), indent=1))
        return
    if look.standing == "nothing":
        print(f"{look.repository} brings no settings of its own: there is no {FOLDER} with any.")
        return
    for line in _lines(look):
        print(line)


def print_records(records: Sequence[Record], *, as_json: bool) -> None:
    """One row for each state that is trusted."""
    if as_json:
        repositories = [record.to_json() for record in records]
        print(json.dumps({"devagent": VERSION, "kind": "trusted", "repositories": repositories}, indent=1))
        return
    if not records:
        print("Nothing is trusted.")
        return
    rows = [
        (visible(record.repository), time.strftime("%Y-%m-%d %H:%M", time.localtime(state.at)), state.hash)
        for record in records
        for state in record.trusted
    ]
    print_rows([("repository", "trusted", "hash"), *rows])


def print_trusted(look: Look, *, as_json: bool) -> None:
    """That it is trusted now."""
    print(json.dumps(look.to_json(), indent=1) if as_json else f"trusted {look.brought.hash}")


def print_revoked(states: int, *, as_json: bool) -> None:
    """That nothing is trusted any more; `states` were."""
    if as_json:
        print(json.dumps({"devagent": VERSION, "kind": "revoked", "states": states}, indent=1))
    else:
        print("revoked: nothing of this repository is trusted any more" if states else "nothing of it was trusted")


def _lines(look: Look) -> Iterator[str]:
    files, before = look.brought.files, look.before if look.standing == "changed" else {}
    for path in sorted({*files, *before}):
        old, new = before.get(path), files.get(path)
        if new is None:
            yield f"{FOLDER}/{path} is gone"
        elif old is None:
            yield f"{FOLDER}/{path}{' is new' if before else ''}"
            yield from _barred(_split(new))
        elif old == new:
            yield f"{FOLDER}/{path} is as it was"
        else:
            yield f"{FOLDER}/{path} changed"
            yield from _barred(list(difflib.unified_diff(_split(old), _split(new), lineterm=""))[2:])
        yield ""
    yield "This sets:" if look.standing == "trusted" else "This would set:"
    yield from (f"  {key} = {visible(json.dumps(value, ensure_ascii=False))}" for key, value in look.settings.items())
    for path in sorted(look.brought.prompts):
        own = "in place of devagent's own" if f"prompts/{path}" in look.replaced else "beside devagent's own"
        yield f"  prompts/{path}, {own}"
    if not look.settings and not look.brought.prompts:
        yield "  nothing"
    yield f"\nhash {look.brought.hash}" + (", which you trust" if look.standing == "trusted" else "")


def _split(text: str) -> list[str]:
    return [visible(line) for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n")]


def _barred(lines: Sequence[str]) -> Iterator[str]:
    return (BAR + line for line in lines)
