"""Locks between processes, on files: the kernel drops a lock with its holder, in whatever way that ends."""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from devagent.journal.files import open_private

EXCLUSIVE, SHARED = fcntl.LOCK_EX, fcntl.LOCK_SH

_POLL = 0.05


def take(path: Path, kind: int = EXCLUSIVE, *, patience: float = 0.0, make: bool = True) -> int | None:
    """A descriptor that holds the lock until it is closed; `None` where it could not be had.

    Arguments:
        kind: `EXCLUSIVE` for one holder, `SHARED` for any number of them and no exclusive one.
        patience: seconds after which somebody else's lock is no longer waited for.
        make: whether the file is made where it is not there; else that raises `FileNotFoundError`.
    """
    deadline = time.monotonic() + patience
    flags = os.O_RDWR | os.O_CREAT if make else os.O_RDWR
    while (descriptor := _held(open_private(path, flags), kind)) is None:
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL)
    return descriptor


async def wait_for(path: Path, kind: int = EXCLUSIVE, waiting: Callable[[], None] = lambda: None) -> int:
    """A descriptor that holds the lock, however long that takes; calls `waiting` once where somebody else has it."""
    told = False
    while (descriptor := take(path, kind)) is None:
        if not told:
            waiting()
            told = True
        await asyncio.sleep(_POLL)
    return descriptor


@contextlib.contextmanager
def trying(path: Path, kind: int = EXCLUSIVE, *, patience: float = 0.0) -> Iterator[bool]:
    """Hold the lock if it can be had within `patience` seconds; gives whether it is held."""
    descriptor = take(path, kind, patience=patience)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextlib.asynccontextmanager
async def holding(path: Path, kind: int = EXCLUSIVE, waiting: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Hold the lock, which is waited for as by `wait_for`."""
    descriptor = await wait_for(path, kind, waiting)
    try:
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path, kind: int = SHARED) -> bool:
    """Whether somebody has a lock that rules out one of this `kind`: by default an exclusive one, else any at all.

    To look is to hold the lock for an instant. Nothing is written, so that it works on a read-only disk.
    """
    try:
        descriptor = _held(os.open(path, os.O_RDONLY | os.O_CLOEXEC), kind)
    except FileNotFoundError:
        return False
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def _held(descriptor: int, kind: int) -> int | None:
    """The descriptor, with the lock; closed and `None` where somebody else's lock rules that out."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return descriptor
