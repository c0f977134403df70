"""What comes in and what goes out."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict = field(default_factory=dict)

    @classmethod
    def of(cls, method, url):
        """A request for a path, which may have a query behind it."""
        path, _, query = url.partition("?")
        return cls(method.upper(), path, dict(parse_qsl(query)))


@dataclass
class Response:
    body: str = ""
    status: int = 200
    headers: dict = field(default_factory=dict)
