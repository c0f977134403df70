"""A TOML file of settings: dotted keys and their values, and the line that each of them stands on.

`tomllib` tells no lines. They are found by reading the file's beginning again and again, one line longer each time:
the first beginning that has a key ends with the line that completes it. That is done for messages only.
"""

import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from devagent.errors import UsageError

Flat = dict[str, Any]

PATIENCE = 1.0
"""Seconds after which looking for a line is given up; a file of some hundred lines takes a tenth of that."""

MAX_DEPTH = 8
"""Tables within tables that are looked into. No setting lies that deep."""

# What `tomllib` takes for a key of n parts grows with n², in time and in memory: gigabytes for a file of 64 KiB.
_ENDLESS_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""")


@dataclass(frozen=True)
class Document:
    """A file of settings. `name` is what messages call it."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> "Document | None":
        """The file at `path`, `None` where there is none. Raises `UsageError` for what cannot be read as text."""
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UsageError(f"{path} cannot be read", why=(error.strerror or str(error)).lower()) from None
        return cls(str(path), decoded(str(path), content))

    @cached_property
    def values(self) -> Flat:
        """Values by dotted key; an empty table is a key of its own. Raises `UsageError` for what is not TOML."""
        return dict(_leaves(parsed(self.name, self.text)))

    def place(self, key: str) -> str:
        """File and line of a dotted key, for people."""
        line = self.line(key)
        return f"{self.name}, line {line}" if line else self.name

    def line(self, key: str) -> int:
        """The line on which a dotted key is set; 0 where it cannot be told."""
        lines = self.text.split("\n")
        complete, end = 0, time.monotonic() + PATIENCE
        for number in range(1, len(lines) + 1):
            if time.monotonic() > end:
                return 0
            try:
                found = tomllib.loads("\n".join(lines[:number]) + "\n")
            except (ValueError, RecursionError):
                continue
            if _has(found, key.split(".")):
                return complete + 1
            complete = number
        return 0


def decoded(name: str, content: bytes) -> str:
    """The text of a file. Raises `UsageError` naming the line of the first byte that is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}, line {line}: this is not UTF-8") from None


def parsed(name: str, text: str, first_line: int = 1) -> dict[str, Any]:
    """A TOML document. Raises `UsageError` naming file and line; `first_line` is that of `text` in its file."""
    if endless := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, endless.start()) + first_line
        raise UsageError(f"{name} is not TOML that can be read", why=f"line {line}: a key of more than 64 parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Its message ends with "(at line 3, column 5)", or "(at end of document)".
        reason, _, where = str(error).rpartition(" (at ")
        number = where.removeprefix("line ").partition(",")[0]
        line = int(number) if number.isdigit() else text.count("\n") + 1
        why = reason or str(error)
        raise UsageError(
            f"{name} is not TOML", why=f"line {line + first_line - 1}: {why[:1].lower()}{why[1:]}"
        ) from None
    except (RecursionError, ValueError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it is too long"
        raise UsageError(f"{name} is not TOML that can be read", why=why) from None


def _leaves(table: Mapping[str, Any], above: str = "", depth: int = MAX_DEPTH) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict) and value and depth:
            yield from _leaves(value, f"{above}{name}.", depth - 1)
        else:
            yield f"{above}{name}", value


def _has(table: Any, parts: list[str]) -> bool:
    """Whether a dotted key is set. A part may hold dots itself, where the file quotes it."""
    if not parts:
        return True
    return isinstance(table, dict) and any(
        _has(table[name], parts[n:]) for n in range(1, len(parts) + 1) if (name := ".".join(parts[:n])) in table
    )
