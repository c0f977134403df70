"""What an answer may ask for: the few kinds of edits that every format comes down to."""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["100644", "100755"]


@dataclass(frozen=True)
class Hunk:
    """Lines to find in a file and the lines to put in their place, each ended by a line feed.

    What else an answer says of the place decides between several: `line` is where the first of the lines stands
    (1-based; 0 where it is not said), `scope` are lines above it (`def name`), outermost first, `at_end` says that
    the file ends with them. `final_newline` is whether the file ends with a newline afterwards, where that is said.
    """

    search: str
    replace: str
    line: int = 0
    scope: tuple[str, ...] = ()
    at_end: bool = False
    final_newline: bool | None = None


@dataclass(frozen=True)
class ReplaceText:
    """Replace quoted lines of a file, each hunk at the one place where its lines stand."""

    path: str
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True)
class ReplaceSymbol:
    """Put the complete new source of a function, method or class in the place of the old.

    `line` is one of its lines where several share the name; `also` are other symbols that the source replaces, `brings`
    new ones that have to come along.
    """

    path: str
    name: str
    source: str
    line: int | None = None
    also: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplaceLines:
    """Put `text` in place of the lines `start` to `end` (1-based, inclusive); `end = start - 1` inserts before."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class WriteFile:
    """Give a file this content, or make it; `new` says that there is no such file yet.

    An existing file keeps its encoding, line ends and final newline.
    """

    path: str
    text: str
    new: bool = False
    final_newline: bool = True


@dataclass(frozen=True)
class DeleteFile:
    """Remove a file."""

    path: str


@dataclass(frozen=True)
class MoveFile:
    """Give a file another path, where none is yet."""

    path: str
    to: str


@dataclass(frozen=True)
class SetMode:
    """Make a file executable, or not."""

    path: str
    mode: Mode


Edit = ReplaceText | ReplaceSymbol | ReplaceLines | WriteFile | DeleteFile | MoveFile | SetMode
