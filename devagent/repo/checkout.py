"""The user's work tree, file by file: reading and writing that follows no symlink and tears no file.

Every path is walked from the root folder by folder through descriptors, so that a folder swapped for a symlink
meanwhile leads to an error, never to a file elsewhere. Files are written beside their place and renamed into it. A path
that git, or another system's git, would read as its own is never written.
"""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from devagent.repo.objects import SYMLINK
from devagent.repo.paths import check_path, parents

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class OnDisk:
    """A file or symlink as the work tree holds it.

    `mode` is git's, `permissions` are the nine permission bits, `owner` is (uid, gid). Where a file is to be written,
    `None` for `permissions` leaves them to the umask, and `None` for `owner` leaves it to this process.
    """

    content: bytes
    mode: str
    permissions: int | None = None
    owner: tuple[int, int] | None = None


class Checkout:
    """The files under the root of a work tree; paths are relative, as git writes them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> OnDisk | None:
        """What is at `path`; `None` if there is no file or symlink, or its folder is none or a symlink."""
        folder, _, name = path.rpartition("/")
        try:
            with self._opened(folder) as parent:
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if stat.S_ISLNK(found.st_mode):
                    return OnDisk(os.fsencode(os.readlink(name, dir_fd=parent)), SYMLINK)
                return _read(name, parent) if stat.S_ISREG(found.st_mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def stage(self, path: str, file: OnDisk, part: str) -> None:
        """Write a file in full under the name `part` beside its place, on disk when this returns."""
        with self._place(path) as (parent, _):
            with suppress(FileNotFoundError):
                _unlink(part, parent)
            if file.mode == SYMLINK:
                os.symlink(file.content, part, dir_fd=parent)
                return
            usual = 0o777 if file.mode == "100755" else 0o666
            with os.fdopen(os.open(part, _NEW, usual, dir_fd=parent), "wb") as target:
                target.write(file.content)
                _adopt(target.fileno(), file)
                target.flush()
                os.fsync(target.fileno())

    def publish(self, path: str, part: str) -> None:
        """Put the staged `part` at `path` in one step."""
        with self._place(path) as (parent, name):
            os.rename(part, name, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)

    def remove(self, path: str) -> None:
        """Remove a file or symlink."""
        with self._place(path) as (parent, name):
            _unlink(name, parent)
            os.fsync(parent)

    def make_folder(self, path: str, permissions: int | None = None) -> None:
        """Make a folder; one that is there already stays as it is."""
        with self._place(path) as (parent, name), suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)
            if permissions is not None:
                _set_permissions(name, parent, permissions)
            os.fsync(parent)

    def remove_folder(self, path: str) -> None:
        """Remove a folder if it is empty, and leave it otherwise."""
        with suppress(OSError), self._place(path) as (parent, name):
            os.rmdir(name, dir_fd=parent)
            os.fsync(parent)

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none if it is no folder."""
        try:
            with self._opened(folder) as descriptor:
                return [entry.name for entry in os.scandir(descriptor)]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def folder_permissions(self, folder: str) -> int | None:
        """The permission bits of a folder, or `None` if it is no folder."""
        try:
            with self._opened(folder) as descriptor:
                return os.fstat(descriptor).st_mode & 0o777
        except (FileNotFoundError, NotADirectoryError):
            return None

    def obstacle(self, path: str, leaving: Collection[str]) -> str:
        """Why a file cannot be written at `path` once everything in `leaving` is gone; empty if nothing is in the way.

        Folders of a repository inside this one (submodules too) are out of bounds.
        """
        for above in parents(path):
            mode = self._mode(above)
            if mode == 0 or (above in leaving and not stat.S_ISDIR(mode)):
                return ""
            if not stat.S_ISDIR(mode):
                return f"{above} is not a folder"
            if any(name.lower() == ".git" for name in self.names(above)):
                return f"{above} is a repository of its own"
        mode = self._mode(path)
        if stat.S_ISDIR(mode) and path not in leaving:
            return "there is a folder of that name"
        return "" if mode == 0 or stat.S_IFMT(mode) in (stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR) else "it is no file"

    def _mode(self, path: str) -> int:
        folder, _, name = path.rpartition("/")
        try:
            with self._opened(folder) as parent:
                return os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0

    @contextmanager
    def _place(self, path: str) -> Iterator[tuple[int, str]]:
        """The folder in which a path is to be written, open, and the name in it. Whoever asks, nothing is git's own."""
        check_path(path)
        folder, _, name = path.rpartition("/")
        with self._opened(folder) as parent:
            yield parent, name

    @contextmanager
    def _opened(self, folder: str) -> Iterator[int]:
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in folder.split("/") if folder else []:
                inner = os.open(name, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)


def _read(name: str, parent: int) -> OnDisk:
    with os.fdopen(os.open(name, _FILE, dir_fd=parent), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(name)
        mode = "100755" if found.st_mode & stat.S_IXUSR else "100644"
        return OnDisk(file.read(), mode, found.st_mode & 0o777, (found.st_uid, found.st_gid))


def _set_permissions(name: str, parent: int, permissions: int) -> None:
    # Not by name: what has been put there meanwhile may be a symlink.
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        os.fchmod(descriptor, permissions)
    finally:
        os.close(descriptor)


def _unlink(name: str, parent: int) -> None:
    # On a read-only disk the system refuses before it looks whether there is such a file.
    os.stat(name, dir_fd=parent, follow_symlinks=False)
    os.unlink(name, dir_fd=parent)


def _adopt(descriptor: int, file: OnDisk) -> None:
    if file.owner and file.owner != (os.fstat(descriptor).st_uid, os.fstat(descriptor).st_gid):
        # Only root may give a file away; for anyone else the rewritten file is theirs, as after `git checkout`.
        with suppress(PermissionError):
            os.fchown(descriptor, *file.owner)
    if file.permissions is not None:
        os.fchmod(descriptor, file.permissions)
