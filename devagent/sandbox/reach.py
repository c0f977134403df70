"""What a build may reach: the world, on the ports of the web, and inside only what the user's settings name.

A name counts for the addresses that it has here and now. Those are checked, and one of those is connected to, so that
a name whose answer changes gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from devagent.sandbox import addresses, links
from devagent.sandbox.network import WEB, Endpoint

_RESOLVE_TIMEOUT = 10.0
_PRIVATE = "private addresses are out of reach of builds"

# Where package managers go by themselves. To what addresses these names lead is for the user's own resolver to say: it
# may be a mirror inside.
_INDEXES = (
    *("pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "registry.yarnpkg.com", "nodejs.org"),
    *("proxy.golang.org", "sum.golang.org", "repo.maven.apache.org", "repo1.maven.org"),
    *("deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com", "ports.ubuntu.com"),
    "dl-cdn.alpinelinux.org",
)


class Refused(Exception):
    """A build asked for what is out of its reach. `why` is for people."""

    def __init__(self, why: str, found: str = "") -> None:
        self.why, self.found = why, found
        super().__init__(why)


class NotFound(Exception):
    """A name has no address."""


@dataclass(frozen=True)
class Reach:
    """The hosts and ports that settings name, beside all of the world."""

    named: frozenset[Endpoint] = frozenset()

    @classmethod
    def of(cls, endpoints: Iterable[Endpoint]) -> "Reach":
        """The reach with these endpoints and the public indexes."""
        return cls(frozenset([*endpoints, *((host, port) for host in _INDEXES for port in WEB)]))

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts among them."""
        return frozenset(host for host, _ in self.named)

    def check(self, host: str, port: int) -> None:
        """Raise `Refused` for what no resolver has to be asked about."""
        if (host, port) in self.named:
            return
        if addresses.is_inside(host):
            raise Refused(_PRIVATE)
        if port not in WEB:
            raise Refused("builds reach the ports 80 and 443")

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to, in the order of preference.

        Raises `Refused` where there is none that is out of this network, `NotFound` where there is none at all.
        """
        self.check(host, port)
        found = await _addresses(host, port)
        if (host, port) in self.named:
            return found
        outside = [address for address in found if _is_outside(address)]
        if not outside:
            raise Refused(_PRIVATE, found[0])
        return outside


def _is_outside(number: str) -> bool:
    address = ipaddress.ip_address(number)
    return addresses.is_global(address) and not links.is_next_to_us(address)


async def _addresses(host: str, port: int) -> list[str]:
    try:
        async with asyncio.timeout(_RESOLVE_TIMEOUT):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise NotFound(host) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
