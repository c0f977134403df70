"""The atlas: what the map needs of a whole tree, in columns that load at once, kept with the index.

Files stand in the order of their paths, definitions in that of their files; both are meant by their places from 0 on.
It belongs to one generation of the symbol graph; `survey` makes the next one when that has moved on.
"""

import struct
import zlib
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from devagent.code.map.pagerank import Links

PLAIN = 26
"""A body up to this is a constant, a variable or a heading: seldom what one looks for."""

_VERSION = 1
_HEAD = struct.Struct("<4I")


@dataclass(frozen=True, eq=False)
class Atlas:
    """All files and definitions of a tree, with what is known of them beforehand.

    Arguments:
        generation: that of the graph it was made from.
        numbers: the files' numbers in the graph.
        listed: their paths, NUL between them.
        firsts: the first definition of each file, and how many definitions there are.
        names: the qualified names of all definitions, one a line, in UTF-8.
        starts: where in `names` each begins, and their length.
        weights: of each definition without a focus: 0 to 1, mostly below 0.3.
        bodies: how much a definition holds by its kind and length, 0 to 255.
        side: 1 for each file of tests, vendored or generated code.
        offsets, targets, shares: the links between files (`Links`).
        best: the weightiest definitions, at most 4,000.
    """

    generation: int
    numbers: "array[int]"
    listed: bytes
    firsts: "array[int]"
    names: bytes
    starts: "array[int]"
    weights: "array[float]"
    bodies: bytes
    side: bytes
    offsets: "array[int]"
    targets: "array[int]"
    shares: "array[float]"
    best: "array[int]"

    @cached_property
    def paths(self) -> list[str]:
        """The paths of the files, sorted."""
        text = self.listed.decode("utf-8", "surrogateescape")
        return text.split("\0") if text else []

    @cached_property
    def lowered(self) -> bytes:
        """`names` in lower case; offsets are the same."""
        return self.names.lower()

    @cached_property
    def file_by_path(self) -> dict[str, int]:
        """The place of each path."""
        return {path: place for place, path in enumerate(self.paths)}

    @cached_property
    def file_by_number(self) -> dict[int, int]:
        """The place of each file number."""
        return {number: place for place, number in enumerate(self.numbers)}

    @property
    def links(self) -> Links:
        """How files use each other."""
        return Links(self.offsets, self.targets, self.shares)

    def file_of(self, definition: int) -> int:
        """The file that a definition is in."""
        return bisect_right(self.firsts, definition) - 1

    def definitions(self, file: int) -> range:
        """The definitions of a file."""
        return range(self.firsts[file], self.firsts[file + 1])

    def name(self, definition: int) -> str:
        """The qualified name of a definition."""
        return self.names[self.starts[definition] : self.starts[definition + 1] - 1].decode("utf-8", "replace")

    def to_bytes(self) -> bytes:
        """All of it, with a checksum."""
        parts = [bytes(getattr(self, name)) for name in _COLUMNS]
        body = b"".join(parts)
        lengths = struct.pack(f"<{len(parts)}I", *map(len, parts))
        return _HEAD.pack(_VERSION, zlib.crc32(body, zlib.crc32(lengths)), self.generation, len(parts)) + lengths + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "Atlas | None":
        """What `to_bytes` gave; `None` where that is damaged or of another version."""
        if len(data) < _HEAD.size:
            return None
        version, checksum, generation, count = _HEAD.unpack_from(data)
        if version != _VERSION or count != len(_COLUMNS) or zlib.crc32(memoryview(data)[_HEAD.size :]) != checksum:
            return None
        lengths = struct.unpack_from(f"<{count}I", data, _HEAD.size)
        columns: dict[str, Any] = {}
        at = _HEAD.size + 4 * count
        for (name, code), length in zip(_COLUMNS.items(), lengths, strict=True):
            part = data[at : at + length]
            columns[name] = array(code, part) if code else part
            at += length
        return cls(generation, **columns)


_COLUMNS = {
    **{"numbers": "I", "listed": "", "firsts": "I", "names": "", "starts": "I", "weights": "f", "bodies": ""},
    **{"side": "", "offsets": "I", "targets": "I", "shares": "f", "best": "I"},
}
