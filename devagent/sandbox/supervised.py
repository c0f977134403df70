"""The supervisor of a sandbox, seen from devagent: a process, two pipes, one request at a time."""

import asyncio
import contextlib
import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from devagent.errors import SandboxError
from devagent.sandbox import namespaces
from devagent.sandbox.inside import wire
from devagent.sandbox.inside.wire import Header, Plan
from devagent.sandbox.terminal import Terminal, passing_on

_START_TIMEOUT = 15.0
_ASK_TIMEOUT = 120.0
_KILL_TIMEOUT = 10.0
_CLOSE_TIMEOUT = 2.0


@dataclass(frozen=True)
class Ended:
    """How a program ended: its status (negative: the signal), and why the supervisor or devagent ended it, if so.

    `reason` is "" (by itself), "memory" (the watchdog's limit), "asked" (see `timed_out`), or "lost" (it could not be
    killed, and the whole sandbox was). `left` are the names of the processes that it left running.
    """

    status: int
    reason: str
    timed_out: bool = False
    left: tuple[str, ...] = ()

    @property
    def by_itself(self) -> bool:
        """Whether nobody here had a part in its end."""
        return not self.reason and not self.timed_out and self.status != -signal.SIGKILL


class Supervised:
    """One running sandbox. After an error it is closed and answers no more."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.alive = True

    @classmethod
    async def start(cls, plan: Plan, purpose: str) -> Self:
        """Bring up a sandbox. `purpose` is shown by `ps`. The descriptor of the plan's `way_out` is lent to it.

        Raises `SandboxError`.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *namespaces.launcher(purpose),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=namespaces.launcher_environment(),
            start_new_session=True,
            pass_fds=[plan["way_out"]] if plan["way_out"] >= 0 else [],
        )
        supervised = cls(process)
        await supervised.ask({"plan": plan}, timeout=_START_TIMEOUT)
        return supervised

    async def ask(self, header: Header, payload: bytes = b"", *, timeout: float = _ASK_TIMEOUT) -> tuple[Header, bytes]:
        """The answer to one request. Raises `SandboxError`: refused, too slow (seconds), or gone."""
        try:
            async with asyncio.timeout(timeout):
                await self._send(header, payload)
                answer, content = await self._receive()
        except TimeoutError:
            await self.close()
            raise SandboxError("the sandbox does not answer", why=f"no reply in {timeout:g} s") from None
        except BaseException:
            # Half an answer may still be on its way; whoever reads next would take it for theirs.
            await self.close()
            raise
        if "error" in answer:
            raise SandboxError("the sandbox failed", why=f"{answer['error']} {answer.get('path', '')}".strip())
        return answer, content

    async def run(self, header: Header, stdin: bytes, take: Callable[[bytes], bool], timeout: float) -> Ended:
        """Run a program; its output goes to `take`, which answers False to have it killed.

        Arguments:
            timeout: seconds after which it is killed with everything it started.
        """
        await self._send(header, stdin)
        reading = asyncio.create_task(self._output(take))
        try:
            finished, _ = await asyncio.wait({reading}, timeout=timeout)
            if not finished:
                await self._kill()
                await asyncio.wait({reading}, timeout=_KILL_TIMEOUT)
        except asyncio.CancelledError:
            await self._kill()
            await asyncio.wait({reading}, timeout=_KILL_TIMEOUT)
            raise
        finally:
            if not reading.done():
                reading.cancel()
                await asyncio.wait({reading})
                await self.close()
        return await self._ended(reading, timed_out=not finished)

    async def attach(self, header: Header, terminal: Terminal) -> Ended:
        """Run a program connected to a terminal until it ends."""
        await self._send({**header, "op": "attach", "size": terminal.size})
        try:
            async with passing_on(terminal, self._type, self._resize):
                answer = await self._shown(terminal)
        except BaseException:
            # Half an answer may still be on its way; whoever reads next would take it for theirs.
            await self.close()
            raise
        if "error" in answer:
            raise SandboxError("the program could not be started", why=str(answer["error"]))
        return Ended(answer["status"], answer["reason"])

    async def close(self) -> None:
        """End the sandbox and everything in it. Safe to call twice."""
        self.alive = False
        assert self._process.stdin is not None
        self._process.stdin.close()
        # That ends the supervisor. Only reading the other pipes to their end lets go of them here.
        ending = asyncio.ensure_future(self._process.communicate())
        if not (await asyncio.wait({ending}, timeout=_CLOSE_TIMEOUT))[0]:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await asyncio.wait({ending}, timeout=_CLOSE_TIMEOUT)
            ending.cancel()

    async def _ended(self, reading: asyncio.Task[Header], *, timed_out: bool) -> Ended:
        lost = Ended(-signal.SIGKILL, "lost", timed_out)
        if reading.cancelled() or not reading.done():
            return lost
        try:
            answer = reading.result()
        except SandboxError:
            await self.close()
            return lost
        if "error" in answer:
            raise SandboxError("the program could not be started", why=str(answer["error"]))
        timed_out = timed_out and bool(answer["reason"])
        return Ended(answer["status"], answer["reason"], timed_out, tuple(answer["left"]))

    async def _output(self, take: Callable[[bytes], bool]) -> Header:
        wanted = True
        while True:
            header, payload = await self._receive()
            if header.get("done"):
                return header
            if wanted and not take(payload):
                wanted = False
                await self._kill()

    async def _shown(self, terminal: Terminal) -> Header:
        while True:
            header, payload = await self._receive()
            if header.get("done"):
                return header
            if not terminal.show(header["stream"], payload):
                await self._kill()

    async def _type(self, typed: bytes) -> None:
        await self._send({"op": "type"}, typed)

    async def _resize(self, rows: int, columns: int) -> None:
        await self._send({"op": "resize", "size": (rows, columns)})

    async def _kill(self) -> None:
        with contextlib.suppress(SandboxError):
            await self._send({"op": "kill"})

    async def _send(self, header: Header, payload: bytes = b"") -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(wire.encode(header, payload))
            await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise SandboxError("the sandbox is gone", why=await self._last_words()) from error

    async def _receive(self) -> tuple[Header, bytes]:
        assert self._process.stdout is not None
        try:
            prefix = await self._process.stdout.readexactly(wire.LENGTHS_SIZE)
            header_size, payload_size = wire.lengths(prefix)
            header = json.loads(await self._process.stdout.readexactly(header_size))
            return header, await self._process.stdout.readexactly(payload_size)
        except asyncio.IncompleteReadError as error:
            raise SandboxError("the sandbox ended unexpectedly", why=await self._last_words()) from error

    async def _last_words(self) -> str:
        assert self._process.stderr is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                said = await self._process.stderr.read(1 << 16)
                return (said.decode(errors="replace").strip().splitlines() or [""])[-1]
        return ""
