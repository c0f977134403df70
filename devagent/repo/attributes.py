"""What git's attributes say of paths."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from devagent.repo.git import Repository

_LONGEST = 200
"""Characters of a marker that nobody means to exceed; more would only fill memory."""
_UNSET = ("unspecified", "unset", "set", "")


@dataclass(frozen=True)
class Attributes:
    """The attributes of a path that matter to a merge.

    Arguments:
        filter: the filter of git's that the file goes through; empty where none is configured.
        merge: the merge driver that is named; `binary` and `union` are built in. Empty for the usual merge.
        marker_size: characters of a conflict marker.
    """

    filter: str = ""
    merge: str = ""
    marker_size: int = 7


def attributes(repo: Repository, paths: Sequence[str]) -> dict[str, Attributes]:
    """The attributes of each of these paths."""
    asked = ("filter", "merge", "conflict-marker-size")
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answers = repo.git.run("check-attr", "-z", "--stdin", *asked, stdin=stdin).stdout.split(b"\0")[:-1]
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    for path, name, value in zip(*(map(os.fsdecode, answers[n::3]) for n in range(3)), strict=True):
        found[path][name] = value
    return {path: _read(values, repo.git.filters) for path, values in found.items()}


def _read(values: dict[str, str], filters: frozenset[str]) -> Attributes:
    size, merge = values["conflict-marker-size"], values["merge"]
    return Attributes(
        filter=values["filter"] if values["filter"] in filters else "",
        merge="binary" if merge == "unset" else "" if merge in _UNSET else merge,
        marker_size=min(int(size), _LONGEST) if size.isdecimal() and len(size) < 10 and int(size) > 0 else 7,
    )
