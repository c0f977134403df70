"""Addresses inside: this machine, its network, and what a cloud answers its machines with.

`check` reads what a repository's manifests name, and resolves nothing: it tells the line before anything is built. What
code does while it is being installed is held back by `reach`.
"""

import ipaddress
import json
import re
import socket
from collections.abc import Collection, Iterator
from posixpath import basename

from devagent.errors import SandboxError
from devagent.sandbox.output import one_line
from devagent.sandbox.recipe import Recipe

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/\s\"'@]*@)?(\[[0-9a-f:.]+\]|[^/\s\"':#?,;<>\])}]+)", re.IGNORECASE)
_FETCHES = re.compile(
    r"@|url|index|links|resolved|git|tarball|registry|source|^\s*(?:-\S+\s+)?[a-z+]+://", re.IGNORECASE
)
_REQUIREMENTS = (".txt", ".in")
# All that was ever given out to hosts; what looks global elsewhere stands for something else.
_UNICAST = ipaddress.ip_network("2000::/3")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".corp", ".home.arpa")


def check(recipe: Recipe, known: Collection[str] = ()) -> None:
    """Raise `SandboxError` if a manifest names an address inside that is none of the `known` hosts."""
    for path, file in recipe.inputs.items():
        for line, host in _hosts(path, file.content.decode(errors="replace")):
            if is_inside(host) and host.strip("[]").lower() not in known:
                raise SandboxError(
                    f"{one_line(path)}, line {line} names an address inside this network: {one_line(host)}",
                    why="a build runs code and may reach package indexes only",
                    hint="Take it out; if it is yours, name it in sandbox.build_hosts",
                )


def is_inside(host: str) -> bool:
    """Whether a host is this machine or one of its own network, as far as its name or number says."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return not is_global(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 2130706433 are numbers too, for everybody who connects to them.
        return not is_global(ipaddress.IPv4Address(socket.inet_aton(name)))
    except (OSError, ValueError):
        return name.endswith(_INSIDE) or "." not in name


def is_global(address: Address) -> bool:
    """Whether an address is one host's in the whole world; where it carries an IPv4 address, whether that one is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if carried := _carried(address):
        return is_global(carried)
    return address.is_global and address in _UNICAST


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a packet for this one would be sent in the end."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _hosts(path: str, text: str) -> Iterator[tuple[int, str]]:
    wanted = _dependencies(text) if basename(path) == "package.json" else None
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith(_REQUIREMENTS) and line.lstrip().startswith("-"):
            continue  # options, such as another index, are not followed
        fetches = _FETCHES.search(line) if wanted is None else any(value in line for value in wanted)
        for match in _ADDRESS.finditer(line) if fetches else ():
            yield number, match[1]


def _dependencies(text: str) -> list[str]:
    """What a package.json asks for; its other addresses (a server that tests start, say) are not fetched."""
    try:
        document = json.loads(text)
        tables = [table for name, table in document.items() if name.lower().endswith(("dependencies", "overrides"))]
        return [value for table in tables for value in table.values() if isinstance(value, str)]
    except (ValueError, AttributeError, RecursionError):
        return []
