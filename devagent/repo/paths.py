"""Which paths devagent may create in a repository: none that git, or another system's git, reads as its own."""

import posixpath
import re
import unicodedata
from collections.abc import Iterable

from devagent.errors import UsageError

# NTFS drops trailing dots and spaces, ends a name at a colon (streams) and knows .git as GIT~1.
_NTFS_DOT_GIT = re.compile(r"(\.git|git~[0-9]+)[ .]*(:.*)?", re.IGNORECASE)


# git refuses to read these through a symlink, and what it reads decides what it runs.
_READ_BY_GIT = {".gitmodules", ".gitattributes", ".gitignore", ".mailmap"}


def parents(path: str) -> list[str]:
    """The folders that hold `path`, outermost first, without the root."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def check_path(path: str) -> None:
    """Raise `UsageError` unless `path` is a plain relative path that is safe on every system git runs on."""
    trouble = _trouble(path)
    if trouble:
        raise UsageError(f"unsafe path {path!r}", why=trouble)


def check_link(path: str, target: str) -> None:
    """Raise `UsageError` if a symlink at `path` would lead out of the repository or into `.git`."""
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if not target or target.startswith("/") or inside == ".." or inside.startswith("../"):
        raise UsageError(f"unsafe symlink {path!r}", why=f"it leads out of the repository to {target!r}")
    if inside != ".":
        check_path(inside)
    if _folded(posixpath.basename(path)) in _READ_BY_GIT:
        raise UsageError(f"unsafe symlink {path!r}", why="git reads a file of that name")


def clashes(added: Iterable[str], existing: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs (added, existing) that a file system which ignores case or Unicode form takes for the same name."""
    known: dict[str, set[str]] = {}
    for path in existing:
        for name in (*parents(path), path):
            known.setdefault(_folded(name), set()).add(name)
    found = []
    for path in added:
        for name in (*parents(path), path):
            others = known.setdefault(_folded(name), {name})
            if name not in others:
                found.append((name, min(others)))
    return found


def _trouble(path: str) -> str:
    if not path:
        return "it is empty"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "it is absolute"
    if "\\" in path:
        return "it has a backslash"
    if any(unicodedata.category(c) == "Cc" for c in path):
        return "it has a control character"
    for name in path.split("/"):
        if name in ("", ".", ".."):
            return f"it has the part {name!r}"
        if _is_dot_git(name):
            return "it lies in .git"
    return ""


def _is_dot_git(name: str) -> bool:
    # HFS+ ignores format characters (zero-width joiners and the like) when it compares names.
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return bool(_NTFS_DOT_GIT.fullmatch(visible) or _NTFS_DOT_GIT.fullmatch(_folded(visible)))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
