"""Addresses that a repository's manifests name: a build, which runs code with a network, is not sent to the inside.

This reads what the manifests say and resolves no name. It keeps a build from being pointed at this machine, its network
or the metadata service of a cloud; what installed code does by itself it cannot see.
"""

import ipaddress
import json
import re
import socket
from collections.abc import Iterator
from posixpath import basename

from devagent.errors import SandboxError
from devagent.sandbox.network import network_settings
from devagent.sandbox.output import one_line
from devagent.sandbox.recipe import Recipe

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/\s\"'@]*@)?(\[[0-9a-f:.]+\]|[^/\s\"':#?,;<>\])}]+)", re.IGNORECASE)
_FETCHES = re.compile(
    r"@|url|index|links|resolved|git|tarball|registry|source|^\s*(?:-\S+\s+)?[a-z+]+://", re.IGNORECASE
)
_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".corp", ".home.arpa")


def check(recipe: Recipe) -> None:
    """Raise `SandboxError` if a manifest names an address inside, and it is not the configured index or proxy."""
    configured = _configured()
    for path, file in recipe.inputs.items():
        for line, host in _hosts(path, file.content.decode(errors="replace")):
            if is_inside(host) and host not in configured:
                raise SandboxError(
                    f"{one_line(path)}, line {line} names an address inside this network: {one_line(host)}",
                    why="a build runs code and may reach package indexes only",
                    hint="Take it out; if it is your package index, make it that of pip or npm",
                )


def _configured() -> set[str]:
    """The hosts of the indexes and proxies that this machine is set up for."""
    settings = network_settings("/")
    texts = [*settings.env.values(), *(content.decode(errors="replace") for content in settings.files.values())]
    return {*settings.hosts, *(match[1] for text in texts for match in _ADDRESS.finditer(text))}


def is_inside(host: str) -> bool:
    """Whether a host is this machine or one of its own network, as far as its name or number says."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 2130706433 are numbers too, for everybody who connects to them.
        return not ipaddress.IPv4Address(socket.inet_aton(name)).is_global
    except OSError:
        return name.endswith(_INSIDE) or "." not in name


def _hosts(path: str, text: str) -> Iterator[tuple[int, str]]:
    wanted = _dependencies(text) if basename(path) == "package.json" else None
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith((".txt", ".in")) and line.lstrip().startswith("-"):
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
