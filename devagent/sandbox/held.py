"""What living sandboxes stand on (images, environment folders) is held, so that nobody removes it from under them.

A process holds a thing by a shared lock, until it ends in whatever way. While one is being looked for or made its name
is not known yet: then the whole collection is held.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path

from devagent.config.resources import runtime_folder
from devagent.journal import lock

_PATIENCE = 2.0
_mine: dict[Path, int] = {}


def looking() -> AbstractAsyncContextManager[None]:
    """Hold everything, for as long as a name is not known; waits while things are being removed."""
    return lock.holding(_everything(), lock.SHARED)


def alone(name: str, waiting: Callable[[], None]) -> AbstractAsyncContextManager[None]:
    """Be the only one at something; calls `waiting` where somebody else is at it, and waits."""
    return lock.holding(_file(name), waiting=waiting)


def hold(name: str) -> None:
    """Hold a thing until this process ends. To be called within `looking`."""
    path = _file(name)
    if path not in _mine:
        descriptor = lock.take(path, lock.SHARED)
        if descriptor is None:
            raise AssertionError("nothing is removed while somebody is looking")
        _mine[path] = descriptor
    os.utime(_mine[path])


def let_go() -> None:
    """Hold nothing any more: for a process that goes on after its work."""
    while _mine:
        os.close(_mine.popitem()[1])


def last_held(name: str) -> float:
    """When a thing was last taken into use, in seconds since the epoch; 0 where nobody knows."""
    try:
        return _file(name).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def removing() -> AbstractContextManager[bool]:
    """Keep everybody from taking things into use; gives whether that could be had within two seconds."""
    return lock.trying(_everything(), patience=_PATIENCE)


def is_held(name: str) -> bool:
    """Whether a living process holds this thing. Only within `removing` will that still hold a moment later."""
    return lock.is_held(_file(name), lock.EXCLUSIVE)


def forget(name: str) -> None:
    """Remove the lock of a thing that is gone. To be called within `removing`."""
    _file(name).unlink(missing_ok=True)


def _folder() -> Path:
    folder = runtime_folder() / "held"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _everything() -> Path:
    return _folder() / "all.lock"


def _file(name: str) -> Path:
    return _folder() / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.lock"
