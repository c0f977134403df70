"""What devagent and the supervisor say to each other: frames over two pipes, and the plan sent first."""

import json
import os
import struct
from typing import Any, TypedDict

Header = dict[str, Any]

_LENGTHS = struct.Struct(">II")
LENGTHS_SIZE = _LENGTHS.size

WAY_OUT_PORT = 3128
"""Where a build finds its only way out, on its own loopback."""


class Plan(TypedDict):
    """All that decides what a sandbox looks like. Sizes in bytes, paths absolute."""

    ids: list[int] | None  # host ids that stand behind 0 (the supervisor) and 1000 (programs); None: the caller's own
    network: bool
    way_out: int  # where devagent gets a socket that listens on the sandbox's loopback; -1: it wants none
    binds: list[tuple[str, str, bool]]  # source on the host, target inside, writable
    files: dict[str, str]
    links: dict[str, str]
    scratch: dict[str, int]  # writable places and their sizes; emptied by every sync
    kept: dict[str, int]  # writable places that a sync leaves alone until they are sealed
    drop: str  # where `write` puts files: read-only for programs
    drop_size: int
    workspace: str
    cgroups: list[str]
    memory: int
    processes: int
    open_files: int
    largest_file: int
    processors: list[int]


def encode(header: Header, payload: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(header).encode()
    return _LENGTHS.pack(len(text), len(payload)) + text + payload


def lengths(prefix: bytes) -> tuple[int, int]:
    """How long header and payload of a frame are."""
    header, payload = _LENGTHS.unpack(prefix)
    return header, payload


def receive(descriptor: int) -> tuple[Header, bytes] | None:
    """The next frame from a blocking descriptor; `None` when the other side is gone."""
    prefix = _exactly(descriptor, LENGTHS_SIZE)
    if prefix is None:
        return None
    header_size, payload_size = lengths(prefix)
    header, payload = _exactly(descriptor, header_size), _exactly(descriptor, payload_size)
    if header is None or payload is None:
        return None
    return json.loads(header), payload


def send(descriptor: int, header: Header, payload: bytes = b"") -> None:
    """Write one frame. A reader that is gone ends this process: nobody is left to serve."""
    rest = memoryview(encode(header, payload))
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BrokenPipeError:
            os._exit(0)


def _exactly(descriptor: int, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)
