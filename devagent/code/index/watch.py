"""Which files a work tree has, asked of git only when that may have changed.

What git would list hangs on the folders (a file that comes or goes changes its folder), on the files that say what is
ignored, and on what was added to git's index by force. All of these are looked at, which takes a few milliseconds.
"""

import json
import os
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

_RULES = ".gitignore"
_RACY_NS = 50_000_000
"""A time of change so young says nothing: the clock of file systems ticks more slowly than programs write."""


class Listing(Protocol):
    """Asks git. Paths are POSIX, from the top of the work tree."""

    def paths(self) -> Sequence[str]:
        """Every file that git tracks or would offer to track."""
        ...

    def ignored(self) -> Sequence[str]:
        """The folders that git ignores as a whole."""
        ...


class Watch(NamedTuple):
    """The files that a tree had, and what must be as it was for that to hold.

    `folders` has the time of change and a checksum of the names of each folder, `rules` the time and size of each file
    that says what is ignored, `entries` is how many git's index holds.
    """

    paths: list[str]
    folders: dict[str, list[int]]
    rules: dict[str, list[int]]
    entries: int

    def to_text(self) -> str:
        """The watch as text that `from_text` reads."""
        return json.dumps(self, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "Watch | None":
        """A watch as it was; `None` where there was none."""
        return cls(*json.loads(text)) if text else None

    def held(self, root: str, git_dir: Path) -> "Watch | None":
        """The watch as of now, if git would list the same files: this one where nothing has moved. Else `None`."""
        if self.entries != _entries(git_dir) or any(_status(path) != seen for path, seen in self.rules.items()):
            return None
        now, moved = time.time_ns(), {}
        for folder, (before, names) in self.folders.items():
            path = f"{root}/{folder}" if folder else root
            try:
                changed = os.stat(path).st_mtime_ns  # noqa: PTH116  thousands of them, on the way of every command
                if changed == before:
                    continue
                if _checksum(os.listdir(path)) != names:  # noqa: PTH208
                    return None
            except OSError:
                return None
            moved[folder] = [changed if now - changed > _RACY_NS else 0, names]
        changes = any(self.folders[folder] != seen for folder, seen in moved.items())
        return self._replace(folders={**self.folders, **moved}) if changes else self


def watched(root: str, git_dir: Path, common_dir: Path, listing: Listing, suffixes: frozenset[str]) -> Watch:
    """Ask git for the files, and note what that hangs on. Kept are the paths that end with one of the suffixes."""
    paths = listing.paths()
    entries = _entries(git_dir)
    folders = _ancestors(paths)
    ignored = {path.rstrip("/") for path in listing.ignored()} | {".git"}
    rules = [f"{root}/{path}" for path in paths if path.endswith(_RULES)]
    rules += [str(common_dir / "info" / "exclude"), *_global_rules()]
    return Watch(
        sorted(path for path in paths if os.path.splitext(path)[1].lower() in suffixes),  # noqa: PTH122
        _seen(root, folders, ignored),
        {path: _status(path) for path in rules},
        entries,
    )


def _ancestors(paths: Sequence[str]) -> set[str]:
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


def _seen(root: str, folders: set[str], ignored: set[str]) -> dict[str, list[int]]:
    """Each folder's time and names. One without files that is not ignored is looked at too: files may come."""
    seen: dict[str, list[int]] = {}
    pending = sorted(folders)
    now = time.time_ns()
    while pending:
        folder = pending.pop()
        path = f"{root}/{folder}" if folder else root
        try:
            changed = os.stat(path).st_mtime_ns  # noqa: PTH116
            with os.scandir(path) as entries:
                found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            continue
        names = [name for name, _ in found]
        seen[folder] = [changed if now - changed > _RACY_NS else 0, _checksum(names)]
        for name, is_folder in found:
            inside = f"{folder}/{name}" if folder else name
            if is_folder and inside not in folders and inside not in ignored:
                folders.add(inside)
                pending.append(inside)
        if ".git" in names and folder:
            del seen[folder]
    return seen


def _checksum(names: list[str]) -> int:
    return zlib.crc32(os.fsencode("\0".join(sorted(names))))


def _entries(git_dir: Path) -> int:
    """How many entries git's index has; -1 without one."""
    try:
        with (git_dir / "index").open("rb") as file:
            return int.from_bytes(file.read(12)[8:], "big")
    except OSError:
        return -1


def _status(path: str) -> list[int]:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return [0, 0]
    return [status.st_mtime_ns, status.st_size]


def _global_rules() -> list[str]:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    return [f"{home}/git/ignore"]
