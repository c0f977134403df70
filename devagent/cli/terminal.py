"""The terminal that a command was started in, or the pipes in its place, for a program in a sandbox."""

import asyncio
import contextlib
import os
import signal
import termios
import threading
import tty
from collections.abc import Callable, Iterator

_STDIN, _STDOUT = 0, 1
_CHUNK = 1 << 16
_AHEAD = 16
"""Chunks that are read before the program has taken them."""


class HostTerminal:
    """The user's side of a connection, while the context `connected` lasts.

    Arguments:
        before: called when the terminal is to be the program's.
    """

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before
        self.is_terminal = os.isatty(_STDIN) and os.isatty(_STDOUT)
        self._typed: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)
        self._changed = asyncio.Event()

    @property
    def size(self) -> tuple[int, int] | None:
        """Rows and columns; `None` where there is no terminal."""
        if not self.is_terminal:
            return None
        size = os.get_terminal_size(_STDOUT)
        return size.lines, size.columns

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Read what is typed; on a terminal key by key, Ctrl-C included, which is the program's to understand."""
        loop = asyncio.get_running_loop()
        self._before()
        # A daemon, because nothing ends a read from a terminal: it must not be waited for.
        threading.Thread(target=self._listen, args=(loop,), name="typing", daemon=True).start()
        if not self.is_terminal:
            yield
            return
        settings = termios.tcgetattr(_STDIN)
        loop.add_signal_handler(signal.SIGWINCH, self._changed.set)
        tty.setraw(_STDIN, termios.TCSANOW)  # what was typed ahead is kept
        try:
            yield
        finally:
            termios.tcsetattr(_STDIN, termios.TCSANOW, settings)
            loop.remove_signal_handler(signal.SIGWINCH)

    async def typed(self) -> bytes:
        """What is typed next; nothing at the end of it."""
        return await self._typed.get()

    async def resized(self) -> None:
        """Wait until the terminal has another size."""
        await self._changed.wait()
        self._changed.clear()

    def show(self, stream: int, chunk: bytes) -> bool:
        """Write output as it is; false when whoever read it has gone."""
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(stream, rest) :]
        except BrokenPipeError:
            return False
        return True

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        chunk = b"anything"
        while chunk:
            try:
                chunk = os.read(_STDIN, _CHUNK)
            except OSError:
                chunk = b""  # a closed stdin has nothing to say
            try:
                asyncio.run_coroutine_threadsafe(self._typed.put(chunk), loop).result()
            except (RuntimeError, asyncio.CancelledError):
                return  # the loop has ended, and the command with it
