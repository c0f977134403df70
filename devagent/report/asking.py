"""Reading what a person types in answer to a question, so that a deadline or Ctrl-C ends the waiting."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

_MOST = 4096


async def typed_line() -> str:
    """The next line of stdin; empty at its end. Whoever is cancelled meanwhile need not wait for it."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def give(line: str) -> None:
        if not answer.done():
            answer.set_result(line)

    def read() -> None:
        # Not by way of sys.stdin, whose lock nobody could take from this thread when the program ends.
        line = os.read(sys.stdin.fileno(), _MOST).decode(errors="replace")
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits any more
            loop.call_soon_threadsafe(give, line)

    threading.Thread(target=read, name="answer", daemon=True).start()
    return await answer


def typed_line_now() -> str:
    """The next line of stdin; empty at its end. Nothing else goes on meanwhile, but Ctrl-C ends it at once."""
    with _interruptible():
        return sys.stdin.readline()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """While a loop runs, Ctrl-C is a wish that the loop grants later: never, while it waits in a read."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
