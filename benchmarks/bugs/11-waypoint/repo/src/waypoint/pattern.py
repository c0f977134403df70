"""Patterns of paths: ``/users/<int:id>/files/<path:rest>``."""

import re
from dataclasses import dataclass

from .errors import PatternError

_PARAM = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Fixed:
    text: str


@dataclass(frozen=True)
class Param:
    name: str
    kind: str


def split_path(path):
    """The segments of a path; a slash at the end makes no difference."""
    return [segment for segment in path.strip("/").split("/") if segment]


def parse_pattern(pattern):
    """The parts of a pattern, a Fixed or a Param for each segment."""
    if not pattern.startswith("/"):
        raise PatternError(f"a pattern begins with a slash: {pattern!r}")
    parts = []
    for segment in split_path(pattern):
        match = _PARAM.fullmatch(segment)
        if match:
            parts.append(Param(match[2], match[1] or "str"))
        elif "<" in segment or ">" in segment:
            raise PatternError(f"what is {segment!r}?")
        else:
            parts.append(Fixed(segment))
    names = [part.name for part in parts if isinstance(part, Param)]
    if len(names) != len(set(names)):
        raise PatternError(f"a name is used twice: {pattern!r}")
    for part in parts[:-1]:
        if isinstance(part, Param) and part.kind == "path":
            raise PatternError(f"a path can only come last: {pattern!r}")
    return parts
