"""What living sandboxes stand on (images, environment folders) is held, so that nobody removes it from under them.

A process holds a thing by a shared lock, until it ends in whatever way. While one is being looked for or made its name
is not known yet: then the whole collection is held.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from devagent.config.resources import runtime_folder

_POLL = 0.05
_PATIENCE = 2.0
_mine: dict[Path, int] = {}


@contextlib.asynccontextmanager
async def looking() -> AsyncIterator[None]:
    """Hold everything, for as long as a name is not known; waits while things are being removed."""
    path = _folder() / "all.lock"
    while (descriptor := _locked(path, fcntl.LOCK_SH)) is None:
        await asyncio.sleep(_POLL)
    try:
        yield
    finally:
        os.close(descriptor)


@contextlib.asynccontextmanager
async def alone(name: str, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """Be the only one at something; calls `waiting` where somebody else is at it, and waits."""
    told = False
    while (descriptor := _locked(_file(name), fcntl.LOCK_EX)) is None:
        if not told:
            waiting()
            told = True
        await asyncio.sleep(_POLL)
    try:
        yield
    finally:
        os.close(descriptor)


def hold(name: str) -> None:
    """Hold a thing until this process ends. To be called within `looking`."""
    path = _file(name)
    if path not in _mine:
        descriptor = _locked(path, fcntl.LOCK_SH)
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


@contextlib.contextmanager
def removing() -> Iterator[bool]:
    """Keep everybody from taking things into use; gives whether that could be had within two seconds."""
    path, deadline = _folder() / "all.lock", time.monotonic() + _PATIENCE
    while (descriptor := _locked(path, fcntl.LOCK_EX)) is None and time.monotonic() < deadline:
        time.sleep(_POLL)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_held(name: str) -> bool:
    """Whether a living process holds this thing. Only within `removing` will that still hold a moment later."""
    path = _file(name)
    if not path.exists():
        return False
    descriptor = _locked(path, fcntl.LOCK_EX)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def forget(name: str) -> None:
    """Remove the lock of a thing that is gone. To be called within `removing`."""
    _file(name).unlink(missing_ok=True)


def _folder() -> Path:
    folder = runtime_folder() / "held"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _file(name: str) -> Path:
    return _folder() / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.lock"


def _locked(path: Path, kind: int) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
