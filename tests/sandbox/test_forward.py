"""The forwarder: tunnels and requests to what is in reach, and to nothing else, whatever a client sends."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reach import Resolving

from devagent.sandbox.forward import Forwarder
from devagent.sandbox.reach import Reach

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Origin:
    """A server that keeps what it was sent and gives one answer."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") -> None:
        self.answer, self.heard = answer, b""
        self.port = 0

    async def __aenter__(self) -> "Origin":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard += await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        if self.answer.startswith(b"HTTP/1.1 200 Connection"):
            self.heard += await reader.readuntil(b"!")
            writer.write(b"?")
        writer.close()


def run(work: Coroutine[Any, Any, None], **names: list[str]) -> Resolving:
    with asyncio.Runner(loop_factory=lambda: Resolving(names | {"127.0.0.1": ["127.0.0.1"]})) as runner:
        runner.run(work)
        loop = runner.get_loop()
    assert isinstance(loop, Resolving)
    return loop


async def said(forwarder: Forwarder, *parts: bytes) -> bytes:
    """All that the forwarder answers to these bytes; each further part is sent after some answer."""
    server = await asyncio.start_server(forwarder.accept, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    heard = b""
    for number, part in enumerate(parts):
        if number:
            heard += await reader.read(1 << 16)
        writer.write(part)
    try:
        return heard + await asyncio.wait_for(reader.read(-1), 5)
    except ConnectionResetError:
        return heard
    finally:
        writer.close()
        server.close()
        await forwarder.close()


def forwarder(*named: int, told: list[str] | None = None, **proxies: str) -> Forwarder:
    tell = told.append if told is not None else lambda _: None
    return Forwarder(Reach.of([("127.0.0.1", port) for port in named]), proxies, tell)


def test_a_request_is_passed_on_alone_and_without_what_concerns_the_proxy() -> None:
    async def work() -> None:
        async with Origin() as origin:
            url = f"http://127.0.0.1:{origin.port}/a?b=c"
            first = f"GET {url} HTTP/1.1\r\nHost: other\r\nProxy-Authorization: Basic x\r\nX-Kept: 1\r\n\r\n".encode()
            behind = b"GET http://10.0.0.5/ HTTP/1.1\r\n\r\n"
            answer = await said(forwarder(origin.port), first + behind)
        assert answer.endswith(b"hi")
        host = f"Host: 127.0.0.1:{origin.port}"
        assert origin.heard.decode() == f"GET /a?b=c HTTP/1.1\r\n{host}\r\nX-Kept: 1\r\nConnection: close\r\n\r\n"

    run(work())


def test_a_tunnel_carries_bytes_both_ways() -> None:
    async def work() -> None:
        async with Origin(b"HTTP/1.1 200 Connection x\r\n\r\n") as origin:
            connect = f"CONNECT 127.0.0.1:{origin.port} HTTP/1.1\r\n\r\n".encode()
            answer = await said(forwarder(origin.port), connect, b"ping\r\n\r\n", b"pong!")
        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"?")
        assert origin.heard == b"ping\r\n\r\npong!"

    run(work())


def test_a_refusal_is_told_once_with_the_address_and_a_flood_of_them_not_at_all() -> None:
    told: list[str] = []

    async def work() -> None:
        one = forwarder(told=told)
        for _ in range(3):
            answer = await said(one, b"CONNECT 10.0.0.5:443 HTTP/1.1\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 403 ") and b"out of reach" in answer
        assert told == ["the build asked for 10.0.0.5:443; private addresses are out of reach of builds"]
        assert one.hint == 'If builds may reach it: sandbox.build_hosts = ["10.0.0.5:443"]'
        await said(one, b"GET http://name.example/ HTTP/1.1\r\n\r\n")
        assert told[1:] == [
            "the build asked for name.example:80 (10.1.1.1); private addresses are out of reach of builds"
        ]
        for number in range(100):
            await said(one, b"CONNECT 10.0.0.%d:22 HTTP/1.1\r\n\r\n" % number)
        assert len(told) == 11 and one.hint == ""

    run(work(), **{"name.example": ["10.1.1.1"]})


def test_an_address_is_looked_up_once_so_that_another_answer_gains_nothing() -> None:
    async def work() -> None:
        # 192.0.2.0/24 leads nowhere; what matters is that nobody asks a second time.
        await said(forwarder(), b"GET http://turning.example/ HTTP/1.1\r\n\r\n")

    loop = run(work(), **{"turning.example": ["10.9.9.9", "127.0.0.1"]})
    assert loop.asked.count("turning.example") == 1


def test_the_users_proxy_gets_the_name_and_the_password_which_the_build_does_not() -> None:
    async def work() -> None:
        async with Origin(b"HTTP/1.1 200 Connection x\r\n\r\n") as proxy:
            url = f"http://me:pass%40word@127.0.0.1:{proxy.port}"
            connect = b"CONNECT only-the-proxy-knows.example:443 HTTP/1.1\r\n\r\n"
            assert (await said(forwarder(https=url), connect, b"pong!")).endswith(b"?")
        head = proxy.heard.decode()
        assert head.startswith("CONNECT only-the-proxy-knows.example:443 HTTP/1.1\r\n")
        assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:pass@word').decode()}\r\n" in head
        async with Origin() as proxy:
            request = b"GET http://plain.example/x HTTP/1.1\r\nHost: 10.0.0.5\r\n\r\n"
            assert (await said(forwarder(all=f"127.0.0.1:{proxy.port}"), request)).endswith(b"hi")
        assert proxy.heard.startswith(b"GET http://plain.example/x HTTP/1.1\r\nHost: plain.example\r\n")

    run(work())


def test_a_proxy_of_the_users_is_not_asked_for_what_is_inside_or_needs_none() -> None:
    async def work() -> None:
        async with Origin() as proxy, Origin() as direct:
            url = f"http://127.0.0.1:{proxy.port}"
            for target in ("10.0.0.5:443", "inside.example:443", f"127.0.0.1:{proxy.port}", "localhost:443"):
                answer = await said(forwarder(https=url), f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
                assert answer.startswith(b"HTTP/1.1 403 ")
            request = f"GET http://127.0.0.1:{direct.port}/ HTTP/1.1\r\n\r\n".encode()
            await said(forwarder(direct.port, http=url, no="example.org, 127.0.0.0/8"), request)
            assert direct.heard and not proxy.heard

    run(work(), **{"inside.example": ["192.168.0.9"]})


def test_a_proxy_that_refuses_is_quoted_and_one_of_another_kind_is_not_spoken_to() -> None:
    async def work() -> None:
        async with Origin(b"HTTP/1.1 407 Who are you\r\n\r\n") as proxy:
            answer = await said(
                forwarder(https=f"http://127.0.0.1:{proxy.port}"), b"CONNECT a.example:443 HTTP/1.1\r\n\r\n"
            )
        assert answer.startswith(b"HTTP/1.1 502 ") and b"407 Who are you" in answer
        answer = await said(forwarder(https="socks5://127.0.0.1:9"), b"CONNECT a.example:443 HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 502 ") and b"socks5" in answer

    run(work())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET ftp://a.example/ HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT a.example:99999 HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT [::1 HTTP/1.1\r\n\r\n", b"400"),
        (b"POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST http://a.example/ HTTP/1.1\r\nContent-Length: 5\r\nContent-length: 0\r\n\r\n", b"411"),
        (b"POST http://a.example/ HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", b"411"),
        (b"GET http://a.example/ HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n", b"400"),
        (b"GET http://a.example/ HTTP/1.1\r\nA: b\nHost: c\r\n\r\n", b"400"),
        (b"GET http://a.example/\nX HTTP/1.1\r\n\r\n", b"400"),
        (b"GET http://a.example/ HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", b"431"),
        (b"CONNECT nowhere.example:443 HTTP/1.1\r\n\r\n", b"502"),
    ],
)
def test_what_cannot_be_served_is_answered(request_: bytes, status: bytes) -> None:
    async def work() -> None:
        answer = await said(forwarder(), request_)
        assert answer.startswith(b"HTTP/1.1 " + status) or (status == b"431" and not answer)

    run(work())


@given(st.binary(max_size=200), st.sampled_from([b"", b"CONNECT ", b"GET http://", b"GET http://a.example:"]))
def test_no_bytes_bring_the_forwarder_down(noise: bytes, before: bytes) -> None:
    async def work() -> None:
        answer = await said(forwarder(), before + noise + b" HTTP/1.1\r\n\r\n")
        assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 502"))

    run(work())
