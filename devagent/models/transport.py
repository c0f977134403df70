"""HTTP to a model server: lines of a streamed answer, and failures told apart by whether trying again may help."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devagent.models import trouble
from devagent.models.retry import PASSING_STATUS, Passing, retry_after

if TYPE_CHECKING:
    import httpx

Json = Any


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, and for the next piece of an answer.

    `silence` also covers the time until the first token, in which a small machine reads the whole prompt.
    """

    connect: float = 10.0
    silence: float = 600.0


TIMEOUTS = Timeouts()

DOCUMENT_BYTES = 4_000_000
"""The most that is read of an answer that is no completion: a list of models, an error."""

_TOKEN_BYTES = 2000
_LOOPBACK = re.compile(r"127(\.\d{1,3}){1,3}")


def stream_bytes(max_tokens: int) -> int:
    """The most that is read of a streamed answer of so many tokens, each of which comes with some words about it."""
    return 1_000_000 + _TOKEN_BYTES * max_tokens


class Endless(Exception):
    """The server sends more than anybody asked for."""


class StatusError(Exception):
    """The server answered with an HTTP error."""

    def __init__(self, status: int, text: str, wait: float | None) -> None:
        super().__init__(f"{status} {text}")
        self.status, self.text, self.wait = status, text, wait

    @property
    def passing(self) -> bool:
        """Whether another try may help. A used-up quota has the status of a rate limit and does not pass."""
        return self.status in PASSING_STATUS and "insufficient_quota" not in self.text


class Transport:
    """One server. The connection pool is made when first needed; proxies of the environment are not used on loopback.

    Arguments:
        base_url: everything before "/chat/completions" and its kin.
        headers: sent with every request; the only place that holds a key.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], timeouts: Timeouts = TIMEOUTS) -> None:
        self.base_url = base_url.rstrip("/")
        self.server = urlsplit(self.base_url).netloc
        self.loopback = is_loopback(self.base_url)
        self._headers = dict(headers)
        self._timeouts = timeouts
        self._client: httpx.AsyncClient | None = None

    async def lines(self, path: str, body: Json, max_tokens: int) -> AsyncGenerator[str, None]:
        """The lines of a streamed answer of so many tokens.

        Raises `StatusError`; `Passing` for connections that fail, `BrokenOff` for those that break before the first
        line; `ModelError` for those that break later, stall, never end, or reach nobody on this machine.
        """
        import httpx

        begun = False
        try:
            async with self._pool().stream("POST", self.base_url + path, json=body) as response:
                await _check(response)
                async for line in _lines(response, stream_bytes(max_tokens)):
                    begun = begun or bool(line)
                    yield line
        except httpx.ReadTimeout:
            raise trouble.stalled(self.server, self._timeouts.silence) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            why = f"the connection broke ({type(error).__name__})"
            raise (trouble.garbage if begun else trouble.broken_off)(self.server, why) from None
        except Endless:
            raise trouble.too_long(self.server) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise trouble.unreachable(self.base_url, str(error)) from None

    async def get(self, path: str) -> Json:
        """A small JSON document of the server, or `None` when there is none."""
        import httpx

        try:
            async with (
                asyncio.timeout(self._timeouts.connect),
                self._pool().stream("GET", self.base_url + path) as response,
            ):
                return json.loads(await _text(response)) if response.is_success else None
        except (httpx.HTTPError, ValueError, TimeoutError):
            return None

    async def close(self) -> None:
        """Close all connections. Safe to call twice."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    def _pool(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            times = httpx.Timeout(self._timeouts.silence, connect=self._timeouts.connect, pool=None)
            # Certificates are read from disk (30 ms); plain HTTP on this machine has no use for them.
            verify = not (self.loopback and self.base_url.startswith("http:"))
            self._client = httpx.AsyncClient(
                headers=self._headers, timeout=times, trust_env=not self.loopback, verify=verify
            )
        return self._client

    def _unreachable(self, error: Exception) -> Exception:
        nobody = trouble.unreachable(self.base_url, "" if self.loopback else trouble.one_line(str(error)))
        return nobody if self.loopback else Passing(nobody)


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine: `127.0.0.1.example.org` does not."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or _LOOPBACK.fullmatch(host) is not None


async def _check(response: "httpx.Response") -> None:
    if response.is_success:
        return
    raise StatusError(response.status_code, await _text(response), retry_after(response.headers.get("retry-after")))


async def _lines(response: "httpx.Response", most: int) -> AsyncGenerator[str, None]:
    """The lines of a response, of which none has to end. Raises `Endless` after `most` characters."""
    rest, size = "", 0
    async for piece in response.aiter_text():
        size += len(piece)
        if size > most:
            raise Endless
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            yield line.removesuffix("\r")
    if rest:
        yield rest


async def _text(response: "httpx.Response") -> str:
    """The text of a response, cut off where it is longer than any document we ask for."""
    text = ""
    async for piece in response.aiter_text():
        text += piece
        if len(text) > DOCUMENT_BYTES:
            break
    return text
