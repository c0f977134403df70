"""The store: one SQLite file in the common git directory, shared by all branches and work trees of a repository.

Facts are kept by content (blob id, language, version of grammar and queries), so that no content is parsed twice. For
each work tree there is the list of its files with their facts, its symbol graph, and what is derived from them.
Everything in it can be made again: a damaged file is removed, and a file of another version too.
"""

import fcntl
import os
import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from devagent.code.index.naming import name_hash, packages_from_text
from devagent.code.index.packing import Damaged
from devagent.journal.files import make_private, open_private

SCHEMA = 4
KEEP_DAYS = 30
"""Facts of content that no work tree has had for so long are removed."""

_NAME = "index.sqlite3"
_WAIT = 20.0
_TABLES = """
create table facts (id integer primary key, key blob unique not null, note text not null, language text not null,
  used integer not null, names blob not null, qualified blob not null, roles blob not null, spans blob not null,
  mentions blob not null, data blob not null, packages blob not null, broken blob not null);
create index noted on facts (id) where note != '';
create index faulty on facts (id) where broken != x'';
create table trees (id integer primary key, root text unique not null, generation integer not null, watch text not null,
  next integer not null);
create table files (tree integer, number integer, path blob not null, mtime integer, size integer, fact integer,
  primary key (tree, number)) without rowid;
create table graph (tree integer, number integer, nodes blob not null, edges blob not null,
  primary key (tree, number)) without rowid;
create table kept (tree integer, name text, content blob not null, primary key (tree, name)) without rowid;
"""


def files_of(folder: Path) -> list[Path]:
    """The files of an index in a repository's own folder, as many as are there. All can be made again."""
    return sorted(path for path in folder.glob("index.*") if path.is_file() and not path.is_symlink())


class FileRow(NamedTuple):
    """A file of a tree: its number, the id of its facts, and its time of change in ns and size when it was read."""

    number: int
    path: str
    mtime: int
    size: int
    fact: int


class Stored(NamedTuple):
    """What is stored of a content.

    Of its definitions: the names, and the qualified names, one a line; their roles; how many lines each has, as four
    bytes. Besides, the names that it mentions, all facts, packed, the packages that it is in, one a line, and the
    lines that do not parse (`broken.lines_to_text`).
    """

    names: bytes
    qualified: bytes
    roles: bytes
    spans: bytes
    mentions: bytes
    data: bytes
    packages: bytes = b""
    broken: bytes = b""


NONE = Stored(b"", b"", b"", b"", b"", b"")
"""What is stored of a content that was left out."""


class FactRow(NamedTuple):
    """Facts to be stored: their key, a note, a language, and what there is of them."""

    key: bytes
    note: str
    language: str
    stored: Stored


class Store:
    """The open store.

    Arguments:
        folder: where it lies; made with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        make_private(folder)
        self.folder = folder
        self.path = folder / _NAME
        self.database = self._open()

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self.database.close()

    def remake(self) -> None:
        """Remove what is damaged and begin anew."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(_NAME + suffix).unlink(missing_ok=True)
        self.database = self._open()

    @contextmanager
    def let_go(self) -> Iterator[None]:
        """Have no connection meanwhile. SQLite's own state of one must not get into another process by a fork."""
        self.close()
        try:
            yield
        finally:
            self.database = self._open()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else brings this repository's index up to date meanwhile. Waits for another; reading goes on."""
        descriptor = open_private(self.folder / "index.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing."""
        self.database.execute("begin immediate")
        try:
            yield self.database
        except BaseException:  # also when interrupted: no transaction may stay open
            self.database.execute("rollback")
            raise
        self.database.execute("commit")

    @property
    def version(self) -> int:
        """Another number when anybody else has written since."""
        return int(self.database.execute("pragma data_version").fetchone()[0])

    def tree(self, root: str) -> int:
        """The id of a work tree, which is entered if it is new."""
        row = self.database.execute("select id from trees where root = ?", (root,)).fetchone()
        if row is None:
            with self.writing() as database:
                database.execute("insert or ignore into trees values (null, ?, 0, '', 1)", (root,))
            row = self.database.execute("select id from trees where root = ?", (root,)).fetchone()
        return int(row[0])

    def files(self, tree: int) -> list[FileRow]:
        """The files of a tree, by number."""
        rows = self.database.execute("select number, path, mtime, size, fact from files where tree = ?", (tree,))
        return [FileRow(number, os.fsdecode(path), *rest) for number, path, *rest in rows]

    def known(self) -> dict[bytes, int]:
        """The ids of all facts by their keys."""
        return dict(self.database.execute("select key, id from facts"))

    def add_facts(self, rows: Iterable[FactRow]) -> None:
        """Store facts; those that are there already stay."""
        now = int(time.time())
        entered = ((row.key, row.note, row.language, now, *row.stored) for row in rows)
        with self.writing() as database:
            database.executemany(
                "insert or ignore into facts values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entered
            )

    def mentioning(self, names: Iterable[str]) -> Iterator[set[int]]:
        """For each of these names that is mentioned anywhere, the ids of the facts that mention it."""
        wanted = frozenset(map(name_hash, names))
        found: dict[int, set[int]] = {}
        for fact, mentions in self.database.execute("select id, mentions from facts where mentions != x''"):
            for number in wanted.intersection(array("I", mentions)):
                found.setdefault(number, set()).add(fact)
        yield from found.values()

    def ids(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """The ids of the facts with these keys."""
        if len(keys) > 500:
            return self.known()
        marks = ",".join("?" * len(keys))
        return dict(self.database.execute(f"select key, id from facts where key in ({marks})", keys))

    def forget_old(self) -> None:
        """Remove the trees that are no more, and the facts that no tree has had for long."""
        gone = [i for i, root in self.database.execute("select id, root from trees") if not Path(root).is_dir()]
        oldest = int(time.time()) - KEEP_DAYS * 86_400
        with self.writing() as database:
            for tree in gone:
                for table, column in (("files", "tree"), ("graph", "tree"), ("kept", "tree"), ("trees", "id")):
                    database.execute(f"delete from {table} where {column} = ?", (tree,))
            database.execute("delete from facts where used < ? and id not in (select fact from files)", (oldest,))

    def _open(self) -> sqlite3.Connection:
        for last in (False, True):
            os.close(open_private(self.path, os.O_RDWR | os.O_CREAT))
            database = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(database)
            except sqlite3.DatabaseError as error:
                database.close()
                if last or not is_damage(error):
                    raise
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(_NAME + suffix).unlink(missing_ok=True)
            else:
                break
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        # A power cut may damage the file; then it is made again, which is cheaper than waiting for the disk each time.
        database.executescript("pragma journal_mode = wal; pragma synchronous = off; pragma mmap_size = 268435456;")
        version = database.execute("pragma user_version").fetchone()[0]
        if version == SCHEMA:
            return
        database.execute("begin immediate")
        try:
            if database.execute("pragma user_version").fetchone()[0] != SCHEMA:
                for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
                    database.execute(f'drop table "{table}"')
                for statement in _TABLES.split(";\n"):
                    database.execute(statement)
                database.execute(f"pragma user_version = {SCHEMA}")
            database.execute("commit")
        except BaseException:  # also when interrupted: half a schema is none
            database.execute("rollback")
            raise


def packages_of_files(database: sqlite3.Connection, rows: Mapping[str, FileRow]) -> dict[str, list[str]]:
    """The packages that the files of a tree have a part in, for those that have any."""
    query = "select id, packages from facts where packages != x''"
    found = {fact: packages_from_text(text) for fact, text in database.execute(query)}
    return {path: found[row.fact] for path, row in rows.items() if row.fact in found}


def is_damage(error: Exception) -> bool:
    """Whether an error says that the store itself is broken, and not that it is in use or the disk is full."""
    if isinstance(error, Damaged):
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT)
    return code is None or code & 0xFF in damage
