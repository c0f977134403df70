"""The Docker engine through its SDK: asynchronous, and with errors in one line."""

import asyncio
import contextlib
import functools
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Self, TypeVar

from devagent.errors import SandboxError

P = ParamSpec("P")
T = TypeVar("T")

CALL_TIMEOUT = 120
ANSWER_TIMEOUT = 10.0
"""Seconds for the first answer of an engine that listens: one that builds for others may take several."""

STDOUT = 1
_FRAME = struct.Struct(">BxxxL")
_CHUNK = 65536
_POLL = 0.25
_LOCAL = "unix://"
_USUAL = f"{_LOCAL}/var/run/docker.sock"


class Engine:
    """A connection to a Docker engine, local or remote, with threads of its own for the calls that block.

    Threads of its own, because a pool shared with others could be full of readers when a kill has to be sent.
    """

    def __init__(self, client: Any, facts: Mapping[str, Any]) -> None:
        self.client, self.facts = client, facts
        self._threads = ThreadPoolExecutor(4, "devagent-docker")

    @property
    def address(self) -> str:
        """Where the engine listens, as `DOCKER_HOST` says it."""
        return os.environ.get("DOCKER_HOST") or _USUAL

    @classmethod
    async def connect(cls, *, timeout: float = ANSWER_TIMEOUT) -> Self:
        """Reach the engine that `DOCKER_HOST` or the current context names, within about `timeout` seconds.

        Raises `SandboxError` when the SDK is missing, no engine answers, or it does not run Linux containers.
        """
        client, facts = await asyncio.to_thread(_connect, timeout)
        if facts.get("OSType", "linux") != "linux":
            client.close()
            raise SandboxError("the Docker engine runs no Linux containers", hint="Switch it to Linux containers")
        return cls(client, facts)

    async def call(self, doing: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking SDK call in a thread.

        Any failure is a `SandboxError`: "cannot DOING: reason", or that the engine has gone away.
        """
        loop = asyncio.get_running_loop()
        with _explained(doing, connected=True):
            return await loop.run_in_executor(self._threads, functools.partial(function, *args, **kwargs))

    async def exec(
        self,
        container: str,
        argv: Sequence[str],
        *,
        user: str = "0:0",
        env: Mapping[str, str] | None = None,
        tty: bool = False,
    ) -> "Exec":
        """Start a program in a running container, with its stdin open, or with a terminal of its own."""
        return await self.call("run a program in the sandbox", self._exec, container, argv, user, env or {}, tty)

    def _exec(self, container: str, argv: Sequence[str], user: str, env: Mapping[str, str], tty: bool) -> "Exec":
        api = self.client.api
        made = api.exec_create(container, list(argv), stdin=True, user=user, environment=dict(env), tty=tty)
        return Exec(self, made["Id"], api.exec_start(made["Id"], socket=True, tty=tty), tty=tty)

    async def inspect(self, image: str) -> Mapping[str, Any] | None:
        """What the engine says about an image; `None` where it has none of that name."""
        from docker.errors import ImageNotFound

        def inspect() -> Mapping[str, Any] | None:
            with contextlib.suppress(ImageNotFound):
                facts: Mapping[str, Any] = self.client.api.inspect_image(image)
                return facts
            return None

        return await self.call(f"look for the image {image}", inspect)

    @contextlib.contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Let the engine be silent for this long within a call."""
        api = self.client.api
        waited, api.timeout = api.timeout, seconds
        try:
            yield
        finally:
            api.timeout = waited

    async def remove(self, container: str) -> None:
        """Kill and remove a container with its anonymous volumes; one that is gone already is fine."""
        from docker.errors import APIError

        def remove() -> None:
            try:
                self.client.api.remove_container(container, force=True, v=True)
            except APIError as error:
                # Gone, or being removed by somebody else at this moment.
                if error.status_code not in (404, 409):
                    raise

        await self.call("remove a container", remove)

    def close(self) -> None:
        """Let go of the connection and the threads. Safe to call twice."""
        self.client.close()
        self._threads.shutdown(wait=False)


class Exec:
    """A program running in a container, with a stream to it and one from it."""

    def __init__(self, engine: Engine, id: str, stream: Any, *, tty: bool = False) -> None:  # noqa: A002
        self.id = id
        self._engine, self._stream, self._tty = engine, stream, tty
        self._socket = getattr(stream, "_sock", stream)
        # The limit for an answer to a call is not one for the silence of a program.
        self._socket.settimeout(None)

    async def send(self, data: bytes) -> None:
        """Write all of `data` to the program's stdin."""
        await self._engine.call("send to the sandbox", self._socket.sendall, data)

    async def type(self, typed: bytes) -> None:
        """Pass on what somebody typed; nothing closes the program's stdin."""
        if typed:
            await self.send(typed)
        elif not self._tty:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    async def resize(self, rows: int, columns: int) -> None:
        """Tell the program's terminal its size."""
        resize = self._engine.client.api.exec_resize
        await self._engine.call("resize the terminal", resize, self.id, height=rows, width=columns)

    async def drain(self, take: Callable[[int, bytes], bool]) -> None:
        """Hand each chunk to `take(stream, bytes)` in a thread until it returns False or the output ends."""
        await self._engine.call("read from the sandbox", self._drain, take)

    async def state(self) -> tuple[bool, int]:
        """Whether the program still runs, and its exit code if not."""
        facts = await self._engine.call("look after the sandbox", self._engine.client.api.exec_inspect, self.id)
        return bool(facts["Running"]), int(-1 if facts["ExitCode"] is None else facts["ExitCode"])

    async def wait(
        self, reader: "asyncio.Future[None]", *, timeout: float, stop: Callable[[], bool] = lambda: False
    ) -> int | None:
        """The program's exit code; `None` once `timeout` seconds are over or `stop()` says so.

        It is the program that is waited for: its output, which `reader` drains, may end earlier, or later when a
        child holds it open.
        """
        deadline, pause = time.monotonic() + timeout, 0.005
        while (left := deadline - time.monotonic()) > 0:
            await asyncio.wait([reader], timeout=min(_POLL, left))
            if stop():
                return None
            running, code = await self.state()
            if not running:
                return code
            if reader.done():
                await asyncio.sleep(min(pause, left))
                pause = min(2 * pause, _POLL)
        return None

    def close(self) -> None:
        """Close the streams, which also ends a `drain` under way. The program is not killed by this."""
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown, which would pull the TLS object from under a reader in another thread.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        # The response first: it flushes the file that the stream would have closed.
        for closable in (getattr(self._stream, "_response", None), self._stream, self._socket):
            with contextlib.suppress(OSError, ValueError):
                if closable is not None:
                    closable.close()

    def _drain(self, take: Callable[[int, bytes], bool]) -> None:
        for stream, chunk in self._chunks():
            if not take(stream, chunk):
                return

    def _chunks(self) -> Iterator[tuple[int, bytes]]:
        while self._tty and (chunk := self._receive(_CHUNK)):
            yield STDOUT, chunk
        while len(header := self._read(_FRAME.size)) == _FRAME.size:
            stream, left = _FRAME.unpack(header)
            while left and (chunk := self._receive(min(left, _CHUNK))):
                left -= len(chunk)
                yield stream, chunk

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (chunk := self._receive(size - len(data))):
            data += chunk
        return data

    def _receive(self, size: int) -> bytes:
        try:
            return bytes(self._socket.recv(size))
        except (OSError, ValueError):
            # Closed by `close` in another thread, or the connection broke: either way there is no more.
            return b""


def _connect(timeout: float) -> tuple[Any, Mapping[str, Any]]:
    try:
        import docker
    except ImportError as error:
        raise SandboxError("Docker cannot be used", why=f"the Python package is missing ({error})") from error
    with _explained("reach the Docker engine", hint="Start it, or choose another with DOCKER_HOST"):
        _knock(os.environ.get("DOCKER_HOST") or _USUAL, timeout)
        client = docker.from_env(timeout=timeout)
        try:
            facts = client.info()
        except BaseException:  # also when interrupted: no connection may stay open
            client.close()
            raise
        client.api.timeout = CALL_TIMEOUT
        return client, facts


def _knock(address: str, timeout: float) -> None:
    """Raise `OSError` where nobody listens at a socket of this machine: the library would leave its own end open."""
    if address.startswith(_LOCAL):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(timeout)
            door.connect("/" + address.removeprefix(_LOCAL).lstrip("/"))


@contextlib.contextmanager
def _explained(doing: str, *, hint: str = "", connected: bool = False) -> Iterator[None]:
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except APIError as error:
        raise SandboxError(f"cannot {doing}", why=_line(error.explanation or error), hint=hint) from error
    except (DockerException, RequestException, OSError) as error:
        if connected and isinstance(_root(error), ConnectionError | FileNotFoundError):
            gone = "the Docker engine has gone away"
            raise SandboxError(gone, why=_where() + _line(_root(error)), hint="Start it and try again") from error
        # What is below an answer that is none says less than the library does.
        reason = _root(error) if isinstance(_root(error), OSError) else error
        raise SandboxError(f"cannot {doing}", why=_where() + _line(reason), hint=hint) from error


def _where() -> str:
    """The address that the user gave for the engine, before a reason."""
    address = os.environ.get("DOCKER_HOST", "")
    return f"{address}: " if address else ""


def _root(error: BaseException) -> BaseException:
    """The first link of a chain of exceptions: the refused connection below three layers of HTTP client."""
    while (earlier := error.__cause__ or error.__context__) is not None:
        error = earlier
    return error


def _line(reason: object) -> str:
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return " ".join(text.split())[:300] or type(reason).__name__
