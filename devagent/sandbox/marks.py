"""A process that makes containers leaves a mark while it lives. One without its process tells the next command that
there may be containers to remove: asking the engine every time would cost each command what few of them need.
"""

import atexit
import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from devagent.config.resources import runtime_folder
from devagent.errors import CannotRun
from devagent.journal.lock import take

_mine: dict[Path, int] = {}


def leave() -> None:
    """Leave the mark of this process, until it ends in an orderly way."""
    path = _folder() / f"{os.getpid()}.lock"
    if path in _mine:
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _mine[path] = descriptor
    atexit.register(path.unlink, missing_ok=True)


def some_are_dead() -> bool:
    """Whether there may be something to remove. Cheap, and no reason for a command to fail: then there is nothing."""
    try:
        with _dead() as found:
            return bool(found)
    except (CannotRun, OSError):
        return False


@contextlib.contextmanager
def of_the_dead() -> Iterator[bool]:
    """Whether processes were killed that had left a mark; at the end of the context their marks are gone."""
    with _dead() as found:
        yield bool(found)
        for path in found:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _dead() -> Iterator[list[Path]]:
    dead: dict[Path, int] = {}
    try:
        for path in _folder().glob("*.lock"):
            if path not in _mine and (descriptor := _taken(path)) is not None:
                dead[path] = descriptor
        yield list(dead)
    finally:
        for descriptor in dead.values():
            os.close(descriptor)


def _folder() -> Path:
    folder = runtime_folder() / "containers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _taken(path: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError):
        return take(path, make=False)
    return None
