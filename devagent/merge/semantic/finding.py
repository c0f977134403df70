"""What is told of a semantic conflict."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """In which way the two sides do not fit together. The value is what people call it."""

    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    SIGNATURE = "signature changed"
    UNBOUND = "name lost"
    DUPLICATE = "defined twice"
    OBLIGATION = "not implemented"
    OVERRIDE = "override no longer fits"


@dataclass(frozen=True)
class Spot:
    """A line of a file, from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One semantic conflict.

    Arguments:
        at: where the merged file has what no longer fits.
        what: what stands there, in a few words: "uses area".
        user: the name of the side that brought it, `changer`: of the one that took away what it needs.
        did: what the changer did: "removed", "renamed to surface".
        was: where the definition was before.
        now: where what is left of it is in the merged files; `None` where nothing is.
        advice: what to do.
        commit: the commit that did it, as a short id and its subject; empty while nobody asked git.
    """

    kind: Kind
    name: str
    at: Spot
    what: str
    user: str
    changer: str
    did: str
    was: Spot | None = None
    now: Spot | None = None
    advice: str = ""
    commit: str = ""

    def __str__(self) -> str:
        was = f" ({self.was} before)" if self.was and self.was != self.now else ""
        now = f" at {self.now}" if self.now and self.now.path not in self.did else ""
        by = f" in {self.commit}" if self.commit else ""
        return f"{self.at}: {self.user} {self.what}, {self.changer} {self.did}{now}{was}{by}. {self.advice}"
