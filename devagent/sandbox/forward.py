"""The proxy that is a build's only way out. It runs here, speaks HTTP, and connects to what `reach` allows.

Everything a client says is the word of untrusted code. A connection carries one tunnel or one request: whatever came
behind a request would go, unread, to whoever answers the first.
"""

import asyncio
import base64
import contextlib
import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from devagent.sandbox.inside.wire import WAY_OUT_PORT
from devagent.sandbox.network import BuildNetwork, NetworkSettings
from devagent.sandbox.output import one_line
from devagent.sandbox.reach import NotFound, Reach, Refused

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

WAY_OUT = f"http://127.0.0.1:{WAY_OUT_PORT}"
"""Where a build finds its forwarder."""

MOST_CONNECTIONS = 256
_CONNECT_TIMEOUT = 15.0
_HEAD_TIMEOUT = 60.0
_CHUNK = 1 << 16
_MOST_TOLD = 10
_MOST_UNKNOWN = 1000
# One or two are a forgotten setting; more are an attempt, and nobody is to be talked into those.
_MOST_HINTED = 2
# Strict, so that nothing is read differently by whoever comes next.
_LINE = re.compile(rb"([A-Z]+) ([!-~]+) HTTP/1\.[01]")
_HEADER = re.compile(rb"([!#-'*+.0-9A-Z^-z|~-]+):[ \t]*([^\r\n\0]*)")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_HOST = re.compile(r"[a-z0-9._:%-]+")
_OF_ONE_CONNECTION = (b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade")


class Forwarder:
    """Serves the connections of one build.

    Arguments:
        reach: what it may reach.
        proxies: the user's own, which reach it in our place: "http", "https", "all" → URL, "no" → hosts without one.
        tell: takes a line for the user, once for each thing that was refused.
    """

    def __init__(self, reach: Reach, proxies: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self.reach, self._proxies, self._tell = reach, proxies, tell
        self._serving: set[asyncio.Task[None]] = set()
        self._unknown_here: set[str] = set()
        self.refused: list[str] = []
        self.told: list[str] = []

    @classmethod
    def of(cls, settings: NetworkSettings, allowed: BuildNetwork, tell: Callable[[str], None]) -> "Forwarder":
        """The forwarder for a build with these settings, which reaches their indexes beside what is allowed."""
        return cls(Reach.of([*settings.indexes, *allowed.endpoints]), settings.proxies, tell)

    @property
    def hint(self) -> str:
        """What to do where a build needed what it was refused; empty where nothing was."""
        if not 0 < len(self.refused) <= _MOST_HINTED:
            return ""
        named = ", ".join(f'"{endpoint}"' for endpoint in self.refused)
        return f"If builds may reach it: sandbox.build_hosts = [{named}]"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a new connection, in a task of its own."""
        if len(self._serving) >= MOST_CONNECTIONS:
            writer.close()
            return
        task = asyncio.get_running_loop().create_task(self._serve((reader, writer)))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        """End all connections."""
        serving = tuple(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, client: Streams) -> None:
        with _closing(client):
            try:
                request = await _request(client[0])
                await (self._tunnel if request.method == "CONNECT" else self._pass_on)(request, client)
            except _Answer as answer:
                client[1].write(answer.bytes())
                await client[1].drain()
            except (OSError, EOFError):
                pass  # one side has gone, and the other sees the end of its connection

    async def _tunnel(self, request: "_Request", client: Streams) -> None:
        host, port = _endpoint(_url(f"//{request.target}"), 443)
        remote, proxy = await self._open("https", host, port)
        with _closing(remote):
            if proxy:
                await _ask_for_tunnel(remote, proxy, host, port)
            client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await both(_copy(client[0], remote[1]), _copy(remote[0], client[1]))

    async def _pass_on(self, request: "_Request", client: Streams) -> None:
        url = _url(request.target)
        if url.scheme != "http":
            raise _Answer("400 Bad Request", "this is a proxy")
        host, port = _endpoint(url, 80)
        length = request.length
        remote, proxy = await self._open("http", host, port)
        with _closing(remote):
            remote[1].write(request.head_for(url, proxy))
            await both(_copy(client[0], remote[1], length), _copy(remote[0], client[1]))

    async def _open(self, scheme: str, host: str, port: int) -> tuple[Streams, SplitResult | None]:
        """A connection to a host, or to the user's proxy that is to reach it. Raises `_Answer`."""
        try:
            self.reach.check(host, port)
            if proxy := self._proxy(scheme, host, port):
                await self._look_up(host, port)
                return await _connect_to(proxy), proxy
            return await _connect(await self.reach.resolve(host, port), port), None
        except Refused as refusal:
            self._note(host, port, refusal)
            raise _Answer("403 Forbidden", refusal.why) from None
        except NotFound:
            raise _Answer("502 Bad Gateway", f"{host} has no address") from None
        except (OSError, EOFError) as error:
            raise _Answer("502 Bad Gateway", f"{host}:{port} cannot be reached: {error}") from None

    def _proxy(self, scheme: str, host: str, port: int) -> SplitResult | None:
        url = self._proxies.get(scheme) or self._proxies.get("all", "")
        if not url or _is_direct(host, port, self._proxies.get("no", "")):
            return None
        return urlsplit(url if "//" in url else f"http://{url}")

    async def _look_up(self, host: str, port: int) -> None:
        """Raise `Refused` for a name that leads inside; one that only the proxy knows is for the proxy to judge."""
        if host not in self._unknown_here:
            try:
                await self.reach.resolve(host, port)
            except NotFound:
                if len(self._unknown_here) < _MOST_UNKNOWN:
                    self._unknown_here.add(host)

    def _note(self, host: str, port: int, refusal: Refused) -> None:
        shown = one_line(f"[{host}]:{port}" if ":" in host else f"{host[:100]}:{port}")
        if shown in self.refused or len(self.refused) > _MOST_TOLD:
            return
        self.refused.append(shown)
        where = f" ({refusal.found})" if refusal.found not in ("", host) else ""
        line = f"the build asked for {shown}{where}; {refusal.why}"
        if len(self.refused) > _MOST_TOLD:
            line = "the build goes on asking for what is out of its reach"
        self.told.append(line)
        self._tell(line)


class _Answer(Exception):
    """What the client is told before its connection ends: a status line, and why in one line."""

    def __init__(self, status: str, why: str = "") -> None:
        self.status, self.why = status, why
        super().__init__(status)

    def bytes(self) -> bytes:
        body = f"{self.why}\n".encode(errors="replace")
        head = f"HTTP/1.1 {self.status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


class _Request(NamedTuple):
    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def length(self) -> int:
        """The bytes of its body. Raises `_Answer` where that is not said once and plainly."""
        said = [value for key, value in self.headers if key.lower() == b"content-length"]
        chunked = any(key.lower() == b"transfer-encoding" for key, _ in self.headers)
        if chunked or len(said) > 1 or not all(_LENGTH.fullmatch(value) for value in said):
            raise _Answer("411 Length Required")
        return int(said[0]) if said else 0

    def head_for(self, url: SplitResult, proxy: SplitResult | None) -> bytes:
        """The request as the server gets it, or the user's proxy."""
        where = url._replace(fragment="") if proxy else url._replace(scheme="", netloc="", fragment="")
        target = where.geturl() or "/"
        lines = [f"{self.method} {target if proxy or target.startswith('/') else '/' + target} HTTP/1.1".encode()]
        lines.append(b"Host: " + url.netloc.rpartition("@")[2].encode())
        kept = ((key, value) for key, value in self.headers if key.lower() not in (*_OF_ONE_CONNECTION, b"host"))
        lines += [key + b": " + value for key, value in kept]
        lines += [b"Connection: close", *_authorization(proxy), b"\r\n"]
        return b"\r\n".join(lines)


async def _request(reader: asyncio.StreamReader) -> _Request:
    """The head of the request that a client sends. Raises `_Answer`."""
    try:
        async with asyncio.timeout(_HEAD_TIMEOUT):
            head = await reader.readuntil(b"\r\n\r\n")
    except TimeoutError:
        raise _Answer("408 Request Timeout") from None
    except asyncio.LimitOverrunError:
        raise _Answer("431 Request Header Fields Too Large") from None
    first, *lines = head[:-4].split(b"\r\n")
    line, headers = _LINE.fullmatch(first), [_HEADER.fullmatch(header) for header in lines]
    if not line or not all(headers):
        raise _Answer("400 Bad Request", "this cannot be read")
    pairs = tuple((header[1], header[2]) for header in headers if header)
    return _Request(line[1].decode(), line[2].decode(), pairs)


def _url(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise _Answer("400 Bad Request", "that is no address") from None


def _endpoint(url: SplitResult, port: int) -> tuple[str, int]:
    try:
        found = (url.hostname or "").rstrip("."), url.port or port
    except ValueError:
        raise _Answer("400 Bad Request", "there is no such port") from None
    if not _HOST.fullmatch(found[0]):
        raise _Answer("400 Bad Request", "that is no host")
    return found


def _is_direct(host: str, port: int, without: str) -> bool:
    """Whether NO_PROXY names a host: as it is, with its port, by a domain that it is in, or by a network."""
    for name in filter(None, (word.strip().lower() for word in without.split(","))):
        bare = name.removesuffix(f":{port}").lstrip("*.").strip("[]")
        if name == "*" or host == bare or host.endswith(f".{bare}"):
            return True
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(host) in ipaddress.ip_network(bare, strict=False):
                return True
    return False


async def _connect(addresses: list[str], port: int) -> Streams:
    """A connection to the first of these addresses that takes it."""
    trouble: OSError | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                return await asyncio.open_connection(address, port)
        except OSError as error:  # a timeout is one
            trouble = trouble or error
    raise trouble or OSError("it has no address")


async def _connect_to(proxy: SplitResult) -> Streams:
    if proxy.scheme not in ("http", "https"):
        raise OSError(f"a proxy of the kind {proxy.scheme} is not spoken to")
    async with asyncio.timeout(_CONNECT_TIMEOUT):
        secure = proxy.scheme == "https"
        port = proxy.port or (443 if secure else 80)
        return await asyncio.open_connection(proxy.hostname or "", port, ssl=secure or None)


async def _ask_for_tunnel(remote: Streams, proxy: SplitResult, host: str, port: int) -> None:
    reader, writer = remote
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {name} HTTP/1.1".encode(), f"Host: {name}".encode(), *_authorization(proxy), b"\r\n"]
    writer.write(b"\r\n".join(lines))
    try:
        async with asyncio.timeout(_HEAD_TIMEOUT):
            status = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0].decode("latin-1")
    except (OSError, EOFError, asyncio.LimitOverrunError):
        raise _Answer("502 Bad Gateway", "the proxy does not answer") from None
    if status.split(" ")[1:2] != ["200"]:
        raise _Answer("502 Bad Gateway", f"the proxy says: {status}")


def _authorization(proxy: SplitResult | None) -> list[bytes]:
    if proxy is None or proxy.username is None:
        return []
    word = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return [b"Proxy-Authorization: Basic " + base64.b64encode(word)]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int | None = None) -> None:
    """Copy to the end, and pass the end on; or just `size` bytes."""
    while size != 0 and (chunk := await reader.read(_CHUNK if size is None else min(size, _CHUNK))):
        writer.write(chunk)
        await writer.drain()
        size = None if size is None else size - len(chunk)
    if size is None and writer.can_write_eof():
        writer.write_eof()


async def both(one: Awaitable[None], other: Awaitable[None]) -> None:
    """Do both, until both are done or one fails, which ends the other."""
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


@contextlib.contextmanager
def _closing(streams: Streams) -> Iterator[None]:
    try:
        yield
    finally:
        streams[1].close()
