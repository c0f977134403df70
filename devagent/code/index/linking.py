"""Linking: from the facts of files to the edges between their definitions."""

import os
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from sqlite3 import Connection, connect

from devagent.code.index.facts import NODE_BITS, Edges
from devagent.code.index.graph import NO_EDGES, GraphChange, keep_nodes, packed_edges, unpacked_nodes
from devagent.code.index.imports import OUTSIDE, Meaning
from devagent.code.index.naming import NamedFile, Names
from devagent.code.index.packing import Damaged, PackedFacts, links
from devagent.code.index.resolve import Resolver
from devagent.code.index.scopes import FileScope
from devagent.code.index.store import FileRow, Store, packages_of_files
from devagent.code.index.workers import Failed, GaveUp, work_through

_FORK = 40
"""From so many files on, linking them is worth other processes."""
_MOST_AGAIN = 400
"""So many files that did not change are linked again at most, because names came or went that they mention.

Names that only few files mention come first. Other files are linked again by their next change.
"""


def linked(
    store: Store, tree: int, before: Mapping[str, FileRow], rows: Mapping[str, FileRow], changed: Sequence[str]
) -> GraphChange:
    """What becomes new in the graph of a tree when the facts of some files have changed.

    Edges into a file stay good as long as its definitions keep their nodes. Where definitions came or went, the files
    that mention their names are linked again.
    """
    change = GraphChange()
    change.gone = [before[path].number for path in changed if path not in rows]
    linker = Linker(store, tree, rows)
    nodes, names = {}, set[str]()
    for path in changed:
        old, new = before.get(path), rows.get(path)
        if old is not None and new is not None:
            had, has = linker.qualified(old), linker.qualified(new)
            names.update(name.rpartition(".")[2] for name in set(had).symmetric_difference(has))
            nodes[path] = keep_nodes(new.number, zip(had, linker.nodes(path), strict=False), has)
            continue
        own = linker.named(old or rows[path])
        names.update(own)
        if new is not None:
            nodes[path] = keep_nodes(new.number, (), own)
    linker.use(nodes)
    again = [path for path in changed if path in rows]
    if before:
        again += linker.mentioning(names - {""}, set(again), max(_MOST_AGAIN, len(again)))
    linker.narrow(again if len(again) < _FORK else None)
    change.nodes = {rows[path].number: nodes[path] for path in nodes}
    for path, edges in linker.all(again):
        change.edges[rows[path].number] = edges
    if linker.unlinked:
        change.note = f"{linker.unlinked} files were not linked with others until they change: the workers failed"
    return change


class Linker:
    """Makes the edges of files. Works in a forked process too: it opens the store by itself there.

    Arguments:
        rows: the files of the tree by path.

    `unlinked` says of how many files the edges were not made, because workers failed.
    """

    def __init__(self, store: Store, tree: int, rows: Mapping[str, FileRow]) -> None:
        self._store, self._tree = store, tree
        self._rows, self._nodes = rows, dict[str, "array[int]"]()
        self._own: Connection | None = None
        self._names: Names | None = None
        self._wanted: frozenset[str] | None = None
        self._process = os.getpid()
        self.unlinked = 0

    def __call__(self, path: str) -> bytes:
        """The edges that leave a file, packed, worked out in a forked process."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            self._own = connect(f"file:{self._store.path}?mode=ro", uri=True)
        return self.link(path)

    def use(self, nodes: Mapping[str, "array[int]"]) -> None:
        """These are the nodes of the files that are new; those of others are in the graph."""
        self._nodes = dict(nodes)

    def narrow(self, paths: Sequence[str] | None) -> None:
        """Only these files will be linked (`None`: any): so only names that they use have to be found by name."""
        if paths is None:
            return
        facts = [found for path in paths if (found := self.facts(path)) is not None]
        self._wanted = frozenset(name for found in facts for chain in found.uses.table for name in chain.split("."))

    def all(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The edges of each of these files."""
        if len(paths) < _FORK:
            yield from ((path, self.link(path)) for path in paths)
            return
        self.prepare()
        left = dict.fromkeys(sorted(paths), packed_edges(NO_EDGES))
        with self._store.let_go(), suppress(GaveUp):
            for path, result in work_through(list(left), self, near=True):
                nothing = left.pop(path)
                yield path, nothing if isinstance(result, Failed) else result
        self.unlinked = len(left)
        yield from left.items()

    def qualified(self, row: FileRow) -> list[str]:
        """The qualified names of the definitions of a file, as it is in this row."""
        return self._column("qualified", row)

    def named(self, row: FileRow) -> list[str]:
        """The names of the definitions of a file, as it is in this row."""
        return self._column("names", row)

    def _column(self, column: str, row: FileRow) -> list[str]:
        query = f"select {column}, roles from facts where id = ?"
        found = self._database.execute(query, (row.fact,)).fetchone()
        if found is None:
            raise Damaged(f"facts {row.fact} are missing")
        return str(found[0], "utf-8", "replace").split("\n") if found[1] else []

    def mentioning(self, names: set[str], but: set[str], most: int) -> list[str]:
        """The files that mention one of the names, others than these; at most so many."""
        if not names:
            return []
        found: set[int] = set()
        for facts in sorted(self._store.mentioning(names), key=len):
            if len(found | facts) > most:
                break
            found |= facts
        return [path for path, row in self._rows.items() if row.fact in found and path not in but]

    def prepare(self) -> None:
        """Read what all files need, before others are forked that share it."""
        self._named()
        _ = self._resolver, self._packages

    def link(self, path: str) -> bytes:
        """The edges that leave a file, packed."""
        facts, names = self.facts(path), self._resolver.scope(path)
        if facts is None or names is None:
            return packed_edges(NO_EDGES)
        nodes = self.nodes(path)
        number = self._rows[path].number << NODE_BITS
        found: Counter[tuple[int, int, bool]] = Counter()
        uses = facts.uses
        cache: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        rooms: dict[int, int] = {}
        for scope, chain, count in zip(uses.scopes, uses.chains, uses.counts, strict=True):
            room = rooms.get(scope)
            if room is None:
                room = rooms[scope] = names.room(scope)
            targets = cache.get((room, chain))
            if targets is None:
                targets = cache[room, chain] = self._targets(names, room, uses.table[chain])
            source = nodes[scope] if scope >= 0 else number
            for target, sure in targets:
                if target != source:
                    found[source, target, sure] += count
        self._resolver.forget()
        ordered = sorted(found.items())
        return packed_edges(
            Edges(
                array("Q", [key[0] for key, _ in ordered]),
                array("Q", [key[1] for key, _ in ordered]),
                array("I", [count for _, count in ordered]),
                bytes(key[2] for key, _ in ordered),
            )
        )

    def facts(self, path: str) -> PackedFacts | None:
        """What is known of a file."""
        row = self._rows.get(path)
        return self._stored(row.fact) if row is not None else None

    def _stored(self, fact: int) -> PackedFacts:
        query = "select data, note, language from facts where id = ?"
        found = self._database.execute(query, (fact,)).fetchone()
        if found is None:
            raise Damaged(f"facts {fact} are missing")
        return PackedFacts(*found)

    def nodes(self, path: str) -> "array[int]":
        """The nodes of a file's definitions."""
        if path not in self._nodes:
            query = "select nodes from graph where tree = ? and number = ?"
            found = self._database.execute(query, (self._tree, self._rows[path].number)).fetchone()
            self._nodes[path] = unpacked_nodes(found[0]) if found else array("Q")
        return self._nodes[path]

    def _targets(self, names: FileScope, room: int, chain: str) -> list[tuple[int, bool]]:
        """The nodes that the names of a chain mean, each with whether that is sure."""
        found: list[tuple[int, bool]] = []
        resolver = self._resolver
        for receiver, name in links(chain):
            if not receiver and name in names.language.own:
                continue  # `self` is no use of the class that it stands in
            written = f"{receiver}.{name}" if receiver else name
            meant = resolver.follow_in(names, room, written)
            if meant is OUTSIDE:
                continue
            with suppress(IndexError):
                if isinstance(meant, Meaning):
                    found.append((self._node(meant.path, meant.place), True))
                else:
                    guesses = resolver.guesses(names.path, written)
                    found.extend((self._node(guess.path, guess.place), False) for guess in guesses)
        return found

    def _node(self, path: str, place: int) -> int:
        return self._rows[path].number << NODE_BITS if place < 0 else self.nodes(path)[place]

    @property
    def _database(self) -> Connection:
        return self._own or self._store.database

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._rows, self.facts, self._named, lambda: self._packages)

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        return packages_of_files(self._database, self._rows)

    def _named(self) -> Names:
        if self._names is None:
            paths: dict[int, list[str]] = {}
            for row in self._rows.values():
                paths.setdefault(row.fact, []).append(row.path)
            found = self._database.execute("select id, language, names, roles from facts where roles != x''")
            self._names = Names(
                (NamedFile(path, *rest) for fact, *rest in found for path in paths.get(fact, ())), self._wanted
            )
        return self._names
