"""Files on their way into and out of a sandbox: tar written by us, tar read with distrust.

Nothing here touches a disk. What a sandbox sends back is text and bytes in memory, or an error that names the member.
"""

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from devagent.errors import SandboxError
from devagent.sandbox.sandbox import File, FileMode, Tree

# One constant time makes equal trees equal archives. Caches keyed by time and size (bytecode above all) cannot serve
# old code because of it: none survives `Sandbox.sync`, which empties every writable place. With all times equal, no
# build tool takes a committed generated file for an outdated one. 2020-01-01, as zip cannot express 1970.
MODIFIED = 1_577_836_800

_PLAIN_TYPES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE)
_SPECIAL_BITS = 0o6000
_HEADERS_PER_MEMBER = 8 * tarfile.BLOCKSIZE
_TAR_MODES = {"100644": 0o644, "100755": 0o755, "120000": 0o777}


@dataclass(frozen=True)
class Caps:
    """How much an archive from a sandbox may hold: bytes of one file, bytes of all files, members."""

    file_bytes: int = 20_000_000
    total_bytes: int = 200_000_000
    members: int = 50_000

    @property
    def archive_bytes(self) -> int:
        """The longest archive within these caps that is read at all."""
        return self.total_bytes + self.members * _HEADERS_PER_MEMBER + tarfile.RECORDSIZE


def pack(files: Tree, *, owner: int) -> bytes:
    """A tar archive of `files`, all owned by user and group `owner`; equal trees give equal bytes.

    Raises `SandboxError` for a path that is absolute, has `..` in it, or lies below another file.
    """
    _check_tree(files)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        for path in sorted(files):
            header = _header(path, files[path], owner)
            tar.addfile(header, io.BytesIO(files[path].content) if header.isreg() else None)
    return buffer.getvalue()


def unpack(archive: bytes | IO[bytes], caps: Caps | None = None) -> dict[str, File]:
    """The regular files and symlinks of an untrusted archive; a symlink is its target as text.

    Raises `SandboxError`, naming the member, for anything else: absolute paths, `..`, control characters in names,
    hard links, devices, pipes, sparse files, setuid or setgid bits, duplicates, members below a file or a symlink,
    sizes and counts over `caps`, and archives that are cut short or followed by anything.
    """
    caps = caps or Caps()
    data = _read(archive, caps)
    files: dict[str, File] = {}
    seen: set[str] = set()
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="surrogateescape") as tar:
            while (member := tar.next()) is not None:
                path = _checked_path(member, caps)
                if path in seen:
                    raise _refusal(path, "appears twice")
                seen.add(path)
                total += member.size
                if total > caps.total_bytes or len(seen) > caps.members:
                    raise _refusal(path, f"exceeds {caps.total_bytes} bytes or {caps.members} members in all")
                if not member.isdir():
                    files[path] = _file(tar, member)
                # tarfile keeps every header it has seen; one pass needs none of them.
                tar.members = []  # type: ignore[attr-defined]
            _check_end(data, tar.offset)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise SandboxError("the sandbox sent a damaged archive", why=str(error)) from error
    _check_nesting(files, seen)
    return files


def check_path(path: str) -> None:
    """Raise `SandboxError` unless `path` is relative, normal, and free of `..` and NUL."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise SandboxError(f"unsafe path {path[:200]!r}", why="a workspace holds relative paths without '..' only")


def parents(path: str) -> Iterable[str]:
    """The folders above a relative path, nearest first, without the root."""
    return (str(folder) for folder in PurePosixPath(path).parents if str(folder) != ".")


def _header(path: str, file: File, owner: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(path)
    header.mode, header.mtime = _TAR_MODES[file.mode], MODIFIED
    header.uid = header.gid = owner
    if file.mode == "120000":
        header.type = tarfile.SYMTYPE
        header.linkname = file.content.decode("utf-8", "surrogateescape")
    else:
        header.size = len(file.content)
    return header


def _check_tree(files: Tree) -> None:
    for path in files:
        check_path(path)
        if below := next((folder for folder in parents(path) if folder in files), None):
            raise SandboxError(f"unsafe path {path[:200]!r}", why=f"{below[:200]!r} is a file")


def _read(archive: bytes | IO[bytes], caps: Caps) -> bytes:
    data = archive if isinstance(archive, bytes) else archive.read(caps.archive_bytes + 1)
    if len(data) > caps.archive_bytes:
        raise SandboxError("the sandbox sent too large an archive", why=f"more than {caps.archive_bytes} bytes")
    return data


def _checked_path(member: tarfile.TarInfo, caps: Caps) -> str:
    path = member.name.removeprefix("./") or "."
    if member.type not in _PLAIN_TYPES or member.sparse is not None:
        raise _refusal(path, "is not a regular file, directory or symlink")
    if member.mode & _SPECIAL_BITS:
        raise _refusal(path, "is setuid or setgid")
    if not 0 <= member.size <= caps.file_bytes or (member.size and not member.isreg()):
        raise _refusal(path, f"has a size of {member.size} bytes")
    if any(ord(c) < 32 or ord(c) == 127 for c in path + member.linkname):
        raise _refusal(path, "has control characters in its name or target")
    if path != "." or not member.isdir():
        try:
            check_path(path)
        except SandboxError as error:
            raise _refusal(path, "leads out of the archive") from error
    return path


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo) -> File:
    if member.issym():
        return File(member.linkname.encode("utf-8", "surrogateescape"), "120000")
    stream = tar.extractfile(member)
    content = stream.read() if stream else b""
    if len(content) != member.size:
        raise tarfile.ReadError(f"{member.name[:200]!r} is cut short")
    mode: FileMode = "100755" if member.mode & 0o100 else "100644"
    return File(content, mode)


def _check_end(data: bytes, end: int) -> None:
    # tarfile takes a broken header in the middle for the end, so that what follows it would silently be missing.
    rest = data[end:]
    if len(rest) < tarfile.BLOCKSIZE or rest.count(0) != len(rest):
        raise tarfile.ReadError("it does not end where it says")


def _check_nesting(files: Iterable[str], seen: Iterable[str]) -> None:
    names = frozenset(files)
    for path in seen:
        if any(folder in names for folder in parents(path)):
            raise _refusal(path, "lies below a file or symlink")


def _refusal(path: str, why: str) -> SandboxError:
    return SandboxError(f"refused {path[:200]!r} from the sandbox", why=f"it {why}")
