"""The way out of a container without a network: a program inside carries connections over its own stdin and stdout.

So a build needs no network of the engine's at all: none is made and none is left behind, no address of this machine is
on the other side, and it is the same where the engine is remote. The program is `inside/relay.pl`, which tells the
frames. Untrusted code shares its container and may say what it likes: no more than a window of bytes is ever kept for
one connection, and whoever sends more has sent its last.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from devagent.errors import SandboxError
from devagent.sandbox.engine import STDOUT, Engine, Exec
from devagent.sandbox.forward import MOST_CONNECTIONS, both
from devagent.sandbox.inside.wire import WAY_OUT_PORT
from devagent.sandbox.output import plain

Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]

_FRAME = struct.Struct(">IBI")
_ROOM = struct.Struct(">I")
_DATA, _END, _MORE, _RESET, _READY = range(5)
_WINDOW = 1 << 18
_CHUNK = 1 << 16
_MOST_UNSENT = 1 << 16
_START_TIMEOUT = 20.0
_NO_PERL = 121
_SCRIPT = f'command -v perl >/dev/null || exit {_NO_PERL}; exec perl -e "$1" {WAY_OUT_PORT} {_WINDOW}'


@dataclass
class _Line:
    """One connection. `held` bytes from inside have arrived and not been passed on; `room` may still be sent there."""

    number: int
    arrived: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    held: int = 0
    ended: bool = False
    room: int = _WINDOW
    has_room: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Relay:
    """The connections of one container. `accept` takes the streams of each new one."""

    def __init__(self, process: Exec, accept: Accept) -> None:
        self._process, self._accept = process, accept
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._received = bytearray()
        self._trouble = b""
        self._lines: dict[int, _Line] = {}
        self._latest = 0
        self._to_send: asyncio.Queue[bytes] = asyncio.Queue()
        self._reading = asyncio.ensure_future(process.drain(self._take))
        self._sending = asyncio.ensure_future(self._send())

    @classmethod
    async def start(cls, engine: Engine, container: str, accept: Accept) -> "Relay":
        """Have what connects to a running container's loopback carried here. Raises `SandboxError`."""
        program = (Path(__file__).parent / "inside/relay.pl").read_text(encoding="utf-8")
        relay = cls(await engine.exec(container, ["/bin/sh", "-c", _SCRIPT, "sh", program]), accept)
        waiting = asyncio.ensure_future(relay._ready.wait())
        try:
            await asyncio.wait({waiting, relay._reading}, timeout=_START_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
            if not relay._ready.is_set():
                raise await relay._not_started()
        except BaseException:  # also when cancelled: the thread that reads would wait for ever
            await relay.close()
            raise
        finally:
            waiting.cancel()
        return relay

    async def close(self) -> None:
        """End the program inside and all connections. Safe to call twice."""
        self._process.close()
        tasks = [self._reading, self._sending, *(line.task for line in self._lines.values() if line.task)]
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _not_started(self) -> SandboxError:
        _, code = await self._process.state()
        if code == _NO_PERL:
            return SandboxError(
                "nothing can be installed on this base image",
                why="it has no perl, which carries the connections of a build",
                hint='Use another one, or give builds the engine\'s network: sandbox.build_network = "open"',
            )
        said = " ".join(plain(self._trouble.decode(errors="replace")).split())
        return SandboxError("the build has no way to its package index", why=said[:300] or "nothing answers inside")

    def _take(self, stream: int, chunk: bytes) -> bool:
        """Called in a thread."""
        if stream == STDOUT:
            self._loop.call_soon_threadsafe(self._read, chunk)
        else:
            self._trouble = (self._trouble + chunk)[-1000:]
        return True

    def _read(self, chunk: bytes) -> None:
        self._received += chunk
        while len(self._received) >= _FRAME.size:
            number, kind, size = _FRAME.unpack_from(self._received)
            end = _FRAME.size + size
            if size > _WINDOW:
                self._process.close()
                self._received.clear()
            if len(self._received) < end:
                return
            self._heed(number, kind, bytes(self._received[_FRAME.size : end]))
            del self._received[:end]

    def _heed(self, number: int, kind: int, payload: bytes) -> None:
        line = self._lines.get(number)
        if kind == _READY:
            self._ready.set()
        elif line is not None:
            self._continue(line, kind, payload)
        elif kind == _DATA and number > self._latest and len(self._lines) < MOST_CONNECTIONS:
            self._begin(number)
            self._continue(self._lines[number], kind, payload)
        elif kind == _DATA:
            # Also what was under way when its connection ended here.
            self._say(number, _RESET)

    def _begin(self, number: int) -> None:
        self._latest = number
        line = self._lines[number] = _Line(number)
        line.task = self._loop.create_task(self._carry(line))
        line.task.add_done_callback(lambda task: self._ended(line, task))

    def _continue(self, line: _Line, kind: int, payload: bytes) -> None:
        if kind == _DATA and payload and not line.ended and line.held + len(payload) <= _WINDOW:
            line.held += len(payload)
            line.arrived.put_nowait(payload)
        elif kind == _END and not line.ended:
            line.ended = True
            line.arrived.put_nowait(b"")
        elif kind == _MORE and len(payload) == _ROOM.size and line.room + _ROOM.unpack(payload)[0] <= _WINDOW:
            line.room += _ROOM.unpack(payload)[0]
            line.has_room.set()
        elif line.task:
            line.task.cancel()

    async def _carry(self, line: _Line) -> None:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            self._accept(*await asyncio.open_connection(sock=theirs))
            await both(self._outwards(line, writer), self._inwards(line, reader))
        except OSError:
            self._say(line.number, _RESET)
        finally:
            writer.close()

    def _ended(self, line: _Line, task: "asyncio.Task[None]") -> None:
        del self._lines[line.number]
        if task.cancelled():
            self._say(line.number, _RESET)

    async def _outwards(self, line: _Line, writer: asyncio.StreamWriter) -> None:
        while chunk := await line.arrived.get():
            writer.write(chunk)
            await writer.drain()
            line.held -= len(chunk)
            self._say(line.number, _MORE, _ROOM.pack(len(chunk)))
        writer.write_eof()

    async def _inwards(self, line: _Line, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(min(line.room, _CHUNK)):
            line.room -= len(chunk)
            self._say(line.number, _DATA, chunk)
            while not line.room:
                line.has_room.clear()
                await line.has_room.wait()
        self._say(line.number, _END)

    def _say(self, number: int, kind: int, payload: bytes = b"") -> None:
        if self._to_send.qsize() > _MOST_UNSENT:
            self._process.close()
            return
        self._to_send.put_nowait(_FRAME.pack(number, kind, len(payload)) + payload)

    async def _send(self) -> None:
        while True:
            await self._process.send(await self._to_send.get())
