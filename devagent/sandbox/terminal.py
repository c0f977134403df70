"""Somebody connected to a program in a sandbox while it runs: at a terminal, or by pipes in its place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Protocol, runtime_checkable

from devagent.errors import SandboxError
from devagent.sandbox.sandbox import Command

_SIZE_TRIES, _SIZE_PAUSE = 10, 0.1


class Terminal(Protocol):
    """The user's side of the connection.

    `size` is rows and columns; `None` says that there is no terminal, and the program gets pipes.
    """

    @property
    def size(self) -> tuple[int, int] | None:
        """Rows and columns as of now."""
        ...

    def connected(self) -> AbstractContextManager[None]:
        """Take what is typed while this context lasts."""
        ...

    async def typed(self) -> bytes:
        """What is typed next; nothing at the end of it."""
        ...

    async def resized(self) -> None:
        """Wait until the size has changed."""
        ...

    def show(self, stream: int, chunk: bytes) -> bool:
        """Show output (`stream` is 1 or 2) as it is, terminal sequences included; false when nobody looks any more."""
        ...


@runtime_checkable
class Attachable(Protocol):
    """A sandbox whose programs somebody can be connected to."""

    async def attach(self, command: Command, terminal: Terminal) -> int:
        """Run a command connected to a terminal, and give its exit code; nothing it started is alive afterwards.

        The command's time limit, stdin and output limit do not count. Raises `SandboxError`.
        """
        ...


@asynccontextmanager
async def passing_on(
    terminal: Terminal, send: Callable[[bytes], Awaitable[None]], resize: Callable[[int, int], Awaitable[None]]
) -> AsyncIterator[None]:
    """Send what is typed, and each new size, while the context lasts."""
    tasks = [asyncio.create_task(_type(terminal, send)), asyncio.create_task(_size(terminal, resize))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        # What went wrong with them is the end of the program, which whoever reads from it sees as well.
        await asyncio.gather(*tasks, return_exceptions=True)


async def _type(terminal: Terminal, send: Callable[[bytes], Awaitable[None]]) -> None:
    while chunk := await terminal.typed():
        await send(chunk)
    await send(b"")


async def _size(terminal: Terminal, resize: Callable[[int, int], Awaitable[None]]) -> None:
    while (size := terminal.size) is not None:
        for _ in range(_SIZE_TRIES):
            try:
                await resize(*size)
                break
            except SandboxError:
                # The program is only just starting, or has ended.
                await asyncio.sleep(_SIZE_PAUSE)
        await terminal.resized()
