"""HTTP to a model server: lines of a streamed answer, and failures told apart by whether trying again may help."""

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

    async def lines(self, path: str, body: Json) -> AsyncGenerator[str, None]:
        """The lines of a streamed answer.

        Raises `StatusError`; `Passing` for connections that fail or break before the first line; `ModelError` for
        those that break later, stall, or reach nobody on this machine.
        """
        import httpx

        begun = False
        try:
            async with self._pool().stream("POST", self.base_url + path, json=body) as response:
                await _check(response)
                async for line in response.aiter_lines():
                    begun = begun or bool(line)
                    yield line
        except httpx.ReadTimeout:
            raise trouble.stalled(self.server, self._timeouts.silence) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            broken = trouble.garbage(self.server, f"the connection broke ({type(error).__name__})")
            raise (broken if begun else Passing(broken)) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise trouble.unreachable(self.base_url, str(error)) from None

    async def get(self, path: str) -> Json:
        """A small JSON document of the server, or `None` when there is none."""
        import httpx

        try:
            response = await self._pool().get(self.base_url + path, timeout=self._timeouts.connect)
            return response.json() if response.is_success else None
        except (httpx.HTTPError, ValueError):
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
    """Whether a URL points at this machine."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")


async def _check(response: "httpx.Response") -> None:
    if response.is_success:
        return
    text = (await response.aread()).decode(errors="replace")
    raise StatusError(response.status_code, text, retry_after(response.headers.get("retry-after")))
