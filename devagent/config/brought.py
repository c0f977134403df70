"""The files a repository brings for devagent: settings and prompts of its own, read once and held in memory.

    .devagent/config.toml
    .devagent/prompts/roles/NAME.md  phases/NAME.md  chains/NAME.toml

They are read from the work tree, because that is where the user reads them, and never a second time: what was hashed
is what is used. Folders and files are opened through descriptors that follow no link, and in bounded size and number.
Reading them does not mean that they count; that takes the user's trust in their hash.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devagent.config.document import Document, decoded
from devagent.errors import UsageError

Kind = Literal["roles", "phases", "chains"]

FOLDER = ".devagent"
CONFIG = "config.toml"
KINDS: Mapping[Kind, str] = {"roles": ".md", "phases": ".md", "chains": ".toml"}
"""The kinds of prompt files, and how their names end."""

MAX_FILE, MAX_ALL, MAX_FILES, MAX_NAMES = 65_536, 262_144, 64, 1_000
"""Most bytes of one file and of all together, most files of one kind, most names in one folder."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""What roles, phases and chains may be called: nothing that could lead to another folder."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_READ_HERE = {"": (CONFIG, "prompts"), "prompts": tuple(KINDS)}
_NEVER = {"": ("models", "sandboxes"), "prompts": ("models",)}


@dataclass(frozen=True)
class Brought:
    """What a repository brings: the text of each file by its path below `.devagent`."""

    files: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.files)

    @property
    def hash(self) -> str:
        """The SHA-256 over all files, by path and bytes, in hexadecimal."""
        digest = hashlib.sha256(b"devagent trust 1\n")
        for path, text in sorted(self.files.items()):
            content = text.encode()
            digest.update(f"{len(path)} {path} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    @property
    def config(self) -> Document | None:
        """The settings among them."""
        return Document(f"{FOLDER}/{CONFIG}", self.files[CONFIG]) if CONFIG in self.files else None

    @property
    def prompts(self) -> dict[str, str]:
        """The prompt files among them, by path below `prompts/`."""
        return {p.removeprefix("prompts/"): text for p, text in self.files.items() if p.startswith("prompts/")}


def read_brought(root: Path) -> Brought:
    """The files that the repository with this work tree brings.

    Raises `UsageError` naming the file where one is a link or no plain file, is too large, is not UTF-8, is called
    what nothing may be called, or is of a kind that no repository may bring.
    """
    top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with _closing(top), _closing(_open(FOLDER, top, "")) as folder:
        found = _read_folder(folder) if folder is not None else {}
    if sum(len(text.encode()) for text in found.values()) > MAX_ALL:
        raise UsageError(f"the files in {FOLDER} are too large", why=f"more than {MAX_ALL:,} bytes together")
    return Brought(found)


def _read_folder(folder: int) -> dict[str, str]:
    names = _names(folder, "")
    found = {CONFIG: _read(CONFIG, folder, CONFIG)} if CONFIG in names else {}
    with _closing(_open("prompts", folder, "prompts")) as prompts:
        if prompts is not None:
            _names(prompts, "prompts")
            for kind in KINDS:
                with _closing(_open(kind, prompts, f"prompts/{kind}")) as inner:
                    found |= _read_kind(inner, kind) if inner is not None else {}
    return found


def _read_kind(folder: int, kind: Kind) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _names(folder, f"prompts/{kind}"):
        path = f"prompts/{kind}/{name}"
        if not name.endswith(KINDS[kind]):
            continue
        if not NAME.fullmatch(name.removesuffix(KINDS[kind])):
            hint = "A name has letters, digits, - and _, at most 64 of them"
            raise UsageError(f"{FOLDER}/{path} cannot be called that", hint=hint)
        if len(found) == MAX_FILES:
            raise UsageError(f"there are more than {MAX_FILES} files in {FOLDER}/prompts/{kind}")
        found[path] = _read(name, folder, path)
    return found


def _names(folder: int, path: str) -> list[str]:
    """The names in a folder, which is at `path` below ours."""
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > MAX_NAMES:
                raise UsageError(f"{_below(path)} holds more than {MAX_NAMES} names")
    _check_spelling(names, path)
    return sorted(names)


def _check_spelling(names: list[str], path: str) -> None:
    """Raises `UsageError` for what no repository may bring, and for what another file system would take for a file."""
    for name in names:
        folded = name.casefold()
        if folded in _NEVER.get(path, ()):
            raise UsageError(
                f"{_below(path, name)}: a repository may not bring {folded}",
                why="they are for the user to decide",
                hint="Remove it, or put it into your own configuration folder",
            )
        if folded in _READ_HERE.get(path, ()) and name != folded:
            raise UsageError(f"{_below(path, name)} is not read", why=f"it has to be written {folded}")


def _read(name: str, folder: int, path: str) -> str:
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        raise UsageError(f"{FOLDER}/{path} is not read", why=_why(error)) from None
    with _closing(descriptor):
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(f"{FOLDER}/{path} is not read", why="it is no plain file")
        content = _beginning(descriptor, MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise UsageError(f"{FOLDER}/{path} is too large", why=f"more than {MAX_FILE:,} bytes")
    return decoded(f"{FOLDER}/{path}", content)


def _beginning(descriptor: int, length: int) -> bytes:
    content = b""
    while len(content) < length and (part := os.read(descriptor, length - len(content))):
        content += part
    return content


def _open(name: str, above: int, path: str) -> int | None:
    """A descriptor of a folder below another; `None` where there is no folder of that name."""
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except FileNotFoundError:
        return None
    except OSError as error:
        link = _is_link(name, above)
        if error.errno == errno.ENOTDIR and not link:
            return None
        raise UsageError(f"{_below(path)} is not read", why=_why(error, link=link)) from None


@contextmanager
def _closing(descriptor: int | None) -> Iterator[int | None]:
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _why(error: OSError, *, link: bool = False) -> str:
    if link or error.errno == errno.ELOOP:
        return "it is a symlink, and those are not followed"
    return (error.strerror or str(error)).lower()


def _below(*parts: str) -> str:
    """What a path below the folder is called."""
    return "/".join(filter(None, (FOLDER, *parts)))
