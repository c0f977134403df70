"""How files use each other, and each other's definitions, as the symbol graph has it."""

import math
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from devagent.code.map.pagerank import Links

if TYPE_CHECKING:
    from devagent.code.index.facts import Edges, Graph

_UNSURE = 0.25
_ROOTS = [math.sqrt(count) for count in range(1000)]
_HEAD = struct.Struct("<4I")


class Usage(NamedTuple):
    """The links from each file to others, and to definitions in others, both by places in the atlas."""

    files: Links
    definitions: Links


def usage(graph: "Graph", numbers: Sequence[int], firsts: Sequence[int]) -> Usage:
    """The usage in a whole tree.

    Arguments:
        numbers: the files' numbers in the graph.
        firsts: the first definition of each file, and how many definitions there are.
    """
    reading = _Reading(graph, numbers, firsts)
    reading.know(numbers)
    files: list[dict[int, float]] = [{} for _ in numbers]
    definitions: list[dict[int, float]] = [{} for _ in numbers]
    for number, edges in graph.all_edges():
        if (source := reading.file_of.get(number)) is not None:
            files[source], definitions[source] = reading.row(number, edges)
    return Usage(Links.of(files), Links.of(definitions))


def usage_again(
    graph: "Graph", numbers: Sequence[int], firsts: Sequence[int], known: Usage, changed: Iterable[int]
) -> Usage:
    """The same where only the edges of some files (by place) have changed since."""
    reading = _Reading(graph, numbers, firsts)
    edges = {file: graph.edges(numbers[file]) for file in changed}
    reading.know({node >> reading.bits for found in edges.values() for node in found.targets})
    rows = {file: reading.row(numbers[file], found) for file, found in edges.items()}
    files = known.files.replaced({file: row[0] for file, row in rows.items()})
    return Usage(files, known.definitions.replaced({file: row[1] for file, row in rows.items()}))


def kept(generation: int, definitions: Links) -> bytes:
    """The links to definitions as bytes that `unkept` reads."""
    body = b"".join(column.tobytes() for column in definitions)
    lengths = len(definitions.offsets), len(definitions.targets)
    return _HEAD.pack(zlib.crc32(body), generation, *lengths) + body


def unkept(data: bytes, generation: int) -> Links | None:
    """What `kept` gave for this generation; `None` for another one, and for what is damaged."""
    if len(data) < _HEAD.size:
        return None
    checksum, theirs, files, links = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    if theirs != generation or zlib.crc32(body) != checksum or len(body) != 4 * (files + 2 * links):
        return None
    middle, last = 4 * files, 4 * (files + links)
    return Links(array("I", body[:middle]), array("I", body[middle:last]), array("f", body[last:]))


class _Reading:
    """Reads edges as weights by places."""

    def __init__(self, graph: "Graph", numbers: Sequence[int], firsts: Sequence[int]) -> None:
        from devagent.code.index.facts import NODE_BITS

        self.bits = NODE_BITS
        self.file_of = {number: file for file, number in enumerate(numbers)}
        self._graph, self._firsts = graph, firsts
        self._place_of: dict[int, int] = {}

    def know(self, numbers: Iterable[int]) -> None:
        """Read the nodes of the files of these numbers: only links to them will be read."""
        for number in numbers:
            if (file := self.file_of.get(number)) is not None:
                places = range(self._firsts[file], self._firsts[file + 1])
                self._place_of.update(zip(self._graph.nodes(number), places, strict=False))

    def row(self, own: int, edges: "Edges") -> tuple[dict[int, float], dict[int, float]]:
        """How much the file of this number uses others, and definitions in them."""
        files: dict[int, float] = {}
        definitions: dict[int, float] = {}
        file_of, place_of, bits = self.file_of, self._place_of, self.bits
        for node, count, sure in zip(edges.targets, edges.counts, edges.sure, strict=True):
            number = node >> bits
            if number == own or number not in file_of:
                continue
            root = _ROOTS[count] if count < len(_ROOTS) else math.sqrt(count)
            weight = root if sure else _UNSURE * root
            file = file_of[number]
            files[file] = files.get(file, 0.0) + weight
            place = place_of.get(node)
            if place is not None:
                definitions[place] = definitions.get(place, 0.0) + weight
        return files, definitions
