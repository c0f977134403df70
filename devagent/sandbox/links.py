"""What is next to this machine: its own addresses, and those that it reaches without a router.

Both may be global: the address of a server at a hosting company, those of every device in a home with IPv6. A
connection from here comes to them from inside of the firewall that keeps the world out.
"""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

from devagent.sandbox.addresses import Address

_ROUTES, _ROUTES_6 = Path("/proc/net/route"), Path("/proc/net/ipv6_route")
# A shorter prefix without a router is no link, but a tunnel that leads to the world.
_SHORTEST = {4: 20, 6: 64}
_DISCARD = 9

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_next_to_us(address: Address) -> bool:
    """Whether an address is this machine's own, or on one of its links."""
    return _is_own(address) or any(address in network for network in _links())


def _is_own(address: Address) -> bool:
    """Nothing is sent: the kernel only chooses where it would send from, and speaks to itself from the same address."""
    with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), _DISCARD))
        except OSError:
            return False
        ours: str = probe.getsockname()[0]
    return ipaddress.ip_address(ours) == address


def _links() -> Iterator[Network]:
    for network, router in (*_routes(), *_routes_6()):
        if not int(router, 16) and network.prefixlen >= _SHORTEST[network.version]:
            yield network


def _routes() -> Iterator[tuple[Network, str]]:
    for fields in _lines(_ROUTES)[1:]:
        destination, mask = (int.from_bytes(bytes.fromhex(fields[n]), "little") for n in (1, 7))
        yield ipaddress.IPv4Network((destination & mask, mask.bit_count())), fields[2]


def _routes_6() -> Iterator[tuple[Network, str]]:
    for fields in _lines(_ROUTES_6):
        yield ipaddress.IPv6Network((int(fields[0], 16), int(fields[1], 16)), strict=False), fields[4]


def _lines(path: Path) -> list[list[str]]:
    """The fields of each line; nothing on systems without such a file."""
    try:
        return [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return []
