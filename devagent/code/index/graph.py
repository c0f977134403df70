"""The symbol graph of a tree: which definition uses which, kept file by file and brought up to date file by file."""

import os
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from sqlite3 import Connection

from devagent.code.index.facts import NODE_BITS, Edges, Outline
from devagent.code.index.packing import Damaged
from devagent.code.index.store import Store

NO_EDGES = Edges(array("Q"), array("Q"), array("I"), b"")

_FEW = 100
_HEAD = struct.Struct("<II")


class StoredGraph:
    """The symbol graph as it lies in the store (`Graph`)."""

    def __init__(self, store: Store, tree: int) -> None:
        self._store, self._tree = store, tree

    @cached_property
    def generation(self) -> int:
        """Another number whenever any node or edge is."""
        row = self._store.database.execute("select generation from trees where id = ?", (self._tree,)).fetchone()
        return int(row[0])

    def files(self) -> dict[int, str]:
        """The paths by file number."""
        query = "select number, path from files where tree = ? order by number"
        return {number: os.fsdecode(path) for number, path in self._store.database.execute(query, (self._tree,))}

    def nodes(self, file: int) -> "array[int]":
        """The nodes of a file's definitions, in their order."""
        row = self._row("nodes", file)
        return unpacked_nodes(row[0]) if row else array("Q")

    def names(self) -> Iterator[tuple[int, bytes]]:
        """For each file its number and the names of its definitions in order, one a line."""
        query = "select number, names from files join facts on facts.id = fact where tree = ? order by number"
        yield from self._store.database.execute(query, (self._tree,))

    def outlines(self, files: Sequence[int]) -> dict[int, Outline]:
        """What the files of these numbers define, by number."""
        query = "select number, qualified, roles, spans from files join facts on facts.id = fact where tree = ?"
        if len(files) > _FEW:
            rows = self._store.database.execute(query, (self._tree,)).fetchall()
        else:
            one = f"{query} and number = ?"
            rows = [row for file in files for row in self._store.database.execute(one, (self._tree, file))]
        return {number: Outline(names, roles, array("I", spans)) for number, names, roles, spans in rows}

    def edges(self, file: int) -> Edges:
        """The edges that leave a file."""
        row = self._row("edges", file)
        return unpacked_edges(row[0]) if row else NO_EDGES

    def all_edges(self) -> Iterator[tuple[int, Edges]]:
        """The edges of every file, by ascending number."""
        query = "select number, edges from graph where tree = ? order by number"
        for number, edges in self._store.database.execute(query, (self._tree,)):
            yield number, unpacked_edges(edges)

    def _row(self, column: str, file: int) -> tuple[bytes] | None:
        query = f"select {column} from graph where tree = ? and number = ?"
        row: tuple[bytes] | None = self._store.database.execute(query, (self._tree, file)).fetchone()
        return row


class GraphChange:
    """What has become new in a graph: the nodes and edges of some files, and the numbers of files that are gone.

    `note` says what could not be done.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, array[int]] = {}
        self.edges: dict[int, bytes] = {}
        self.gone: list[int] = []
        self.note = ""

    def write(self, database: Connection, tree: int) -> None:
        """Enter it; the caller has a transaction open."""
        database.executemany("delete from graph where tree = ? and number = ?", ((tree, n) for n in self.gone))
        both = [(tree, n, packed_nodes(nodes), self.edges[n]) for n, nodes in self.nodes.items() if n in self.edges]
        database.executemany("insert or replace into graph values (?, ?, ?, ?)", both)
        rest = [(edges, tree, n) for n, edges in self.edges.items() if n not in self.nodes]
        database.executemany("update graph set edges = ? where tree = ? and number = ?", rest)


def packed_nodes(nodes: "array[int]") -> bytes:
    """Nodes as bytes."""
    body = nodes.tobytes()
    return _HEAD.pack(len(nodes), zlib.crc32(body)) + body


def packed_edges(edges: Edges) -> bytes:
    """Edges as bytes."""
    body = edges.sources.tobytes() + edges.targets.tobytes() + edges.counts.tobytes() + edges.sure
    return _HEAD.pack(len(edges.counts), zlib.crc32(body)) + body


def unpacked_edges(data: bytes) -> Edges:
    """The edges that were packed. Raises `Damaged`."""
    count, body = _checked(data)
    if len(body) != 21 * count:
        raise Damaged("edges")
    sources, targets, counts = array("Q"), array("Q"), array("I")
    sources.frombytes(body[: 8 * count])
    targets.frombytes(body[8 * count : 16 * count])
    counts.frombytes(body[16 * count : 20 * count])
    return Edges(sources, targets, counts, bytes(body[20 * count :]))


def unpacked_nodes(data: bytes) -> "array[int]":
    """The nodes that were packed. Raises `Damaged`."""
    count, body = _checked(data)
    if len(body) != 8 * count:
        raise Damaged("nodes")
    nodes = array("Q")
    nodes.frombytes(body)
    return nodes


def _checked(data: bytes) -> tuple[int, memoryview]:
    if len(data) < _HEAD.size:
        raise Damaged("a graph")
    count, checksum = _HEAD.unpack_from(data)
    body = memoryview(data)[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise Damaged("a graph")
    return count, body


def keep_nodes(number: int, before: Iterable[tuple[str, int]], now: Iterable[str]) -> "array[int]":
    """The nodes of the definitions of a file: those that it had keep theirs.

    Arguments:
        before: the qualified names that the file had, with their nodes.
        now: those that it has, in order.
    """
    free: dict[str, list[int]] = {}
    highest = number << NODE_BITS
    for name, node in before:
        free.setdefault(name, []).append(node)
        highest = max(highest, node)
    nodes = array("Q")
    for name in now:
        if old := free.get(name):
            nodes.append(old.pop(0))
        else:
            highest += 1
            nodes.append(highest)
    return nodes
