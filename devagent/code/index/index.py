"""The index of one work tree: brought up to date in one call, then asked."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from devagent.code.index.cover import left_out_by_name
from devagent.code.index.facts import Report
from devagent.code.index.graph import StoredGraph
from devagent.code.index.packing import Damaged, PackedFacts
from devagent.code.index.store import FileRow, Store, is_damage, packages_of_files
from devagent.code.index.versions import indexed_languages
from devagent.code.index.watch import Listing, Watch, watched

if TYPE_CHECKING:
    from devagent.code.index.graph import GraphChange
    from devagent.code.index.intake import Taken
    from devagent.code.index.naming import NamedFile
    from devagent.code.index.resolve import Resolver

Progress = Callable[[int, int], None]
_MANY = 200
"""When so many files changed, what is no longer needed is looked for."""
FILE_SECONDS = 10.0


class Place(NamedTuple):
    """Where a work tree and what git keeps of it are."""

    root: Path
    git_dir: Path
    common_dir: Path


class Index:
    """The definitions, references and imports of a work tree (`SymbolIndex`).

    Arguments:
        place: the work tree; the store lies in `devagent/` of its common git directory.
        listing: asks git for the files, when that is needed.
        seconds: processor time that one file may take.

    Raises `OSError` and `sqlite3.Error` where the store cannot be written. A damaged one is made again by a refresh; a
    question that comes upon damage raises what `is_damage` knows.
    """

    def __init__(self, place: Place, listing: Listing, *, seconds: float = FILE_SECONDS) -> None:
        self._place, self._listing, self._seconds = place, listing, seconds
        self._root = str(place.root)
        self.store = Store(place.common_dir / "devagent")
        self.languages = indexed_languages(self.store.folder)
        self._tree = self._version = 0
        self._rows: dict[str, FileRow] = {}
        self._changed: list[str] = []
        self._told: list[str] = []
        try:
            self._load()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.remake()

    @property
    def place(self) -> Place:
        """Where the work tree is, and what git keeps of it."""
        return self._place

    @property
    def root(self) -> Path:
        """The top of the work tree."""
        return self._place.root

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def refresh(self, progress: Progress | None = None) -> Report:
        """Bring the index up to date with the work tree. `progress` is told how many files are read, of how many."""
        started = time.monotonic()
        try:
            parsed = self._refresh(progress)
        except Exception as error:  # what a damaged file makes of a refresh cannot be foreseen; all else goes on
            if not is_damage(error):
                raise
            self.remake()
            parsed = self._refresh(progress)
        notes = self._notes()
        return Report(len(self._rows), parsed, len(notes), time.monotonic() - started, tuple(notes))

    def remake(self) -> None:
        """Begin anew with an empty store, because this one is damaged."""
        self.store.remake()
        self._load()

    def paths(self) -> Sequence[str]:
        """The files that the index covers, sorted."""
        return sorted(self._rows)

    def changed(self) -> Sequence[str]:
        """The paths whose content the last refresh found to be new, sorted; those that are gone too."""
        return self._changed

    def number(self, path: str) -> int:
        """The number of a file in the graph; 0 for one that is not covered."""
        row = self._rows.get(path)
        return row.number if row else 0

    def blobs(self) -> list[tuple[str, bytes]]:
        """Each file with what git would call its bytes, where no filter stands between: the blob id."""
        query = "select path, key from files join facts on facts.id = fact where tree = ?"
        return [(os.fsdecode(path), key[:20]) for path, key in self.store.database.execute(query, (self._tree,))]

    def facts(self, path: str) -> PackedFacts | None:
        """What is known of a file; `None` for one that the index does not cover."""
        row = self._rows.get(path)
        return self._facts(row.fact) if row else None

    def left_out(self) -> dict[str, str]:
        """The files that were not read, each with the reason, by path."""
        return self._told_by("select id, note from facts where note != ''")

    def broken(self) -> dict[str, str]:
        """The files that do not parse whole, each with those lines (`broken.lines_from_text`), by path."""
        return self._told_by("select id, cast(broken as text) from facts where broken != x''")

    def qualified_names(self) -> set[str]:
        """The qualified names of all definitions."""
        query = "select qualified from facts join files on facts.id = fact where tree = ? and roles != x''"
        found = self.store.database.execute(query, (self._tree,))
        return {name for (names,) in found for name in names.decode("utf-8", "replace").split("\n")}

    def mentioning(self, names: Iterable[str]) -> list[str]:
        """The files that use or import one of these names, sorted; a few others may be among them."""
        found = set().union(*self.store.mentioning(names))
        return sorted(path for path, row in self._rows.items() if row.fact in found)

    def defining(self, name: str) -> list[str]:
        """The files that define something in whose name this text is, sorted."""
        query = "select id from facts where instr(names, cast(? as blob))"
        found = {fact for (fact,) in self.store.database.execute(query, (name.encode("utf-8", "surrogatepass"),))}
        return sorted(path for path, row in self._rows.items() if row.fact in found)

    def resolver(self, names: Iterable[str]) -> "Resolver":
        """What follows names through this tree; by the name alone it finds these only."""
        from devagent.code.index.naming import Names
        from devagent.code.index.resolve import Resolver

        wanted = frozenset(names)
        files = sorted({path for name in wanted for path in self.defining(name)})
        return Resolver(self._rows, self.facts, lambda: Names(map(self._named, files), wanted), self._packages)

    def graph(self) -> StoredGraph:
        """The symbol graph, as of the last refresh."""
        return StoredGraph(self.store, self._tree)

    def kept(self, name: str) -> bytes | None:
        """What `keep` put aside under this name for this tree; `None` if nothing."""
        row = self.store.database.execute(
            "select content from kept where tree = ? and name = ?", (self._tree, name)
        ).fetchone()
        return bytes(row[0]) if row else None

    def keep(self, name: str, content: bytes) -> None:
        """Put something derived aside with this tree."""
        with self.store.writing() as database:
            database.execute("insert or replace into kept values (?, ?, ?)", (self._tree, name, content))

    def _packages(self) -> Mapping[str, Sequence[str]]:
        return packages_of_files(self.store.database, self._rows)

    def _named(self, path: str) -> "NamedFile":
        from devagent.code.index.naming import NamedFile

        query = "select language, names, roles from facts where id = ?"
        return NamedFile(path, *self.store.database.execute(query, (self._rows[path].fact,)).fetchone())

    def _load(self) -> None:
        self._tree = self.store.tree(self._root)
        self._version = self.store.version
        self._rows = {row.path: row for row in self.store.files(self._tree)}

    def _facts(self, fact: int) -> PackedFacts:
        row = self.store.database.execute("select data, note, language from facts where id = ?", (fact,)).fetchone()
        if row is None:
            raise Damaged(f"facts {fact} are missing")
        return PackedFacts(*row)

    def _refresh(self, progress: Progress | None) -> int:
        watch, stale, gone = self._differences()
        self._changed, self._told = [], []
        if not stale and not gone and watch is None:
            return 0
        with self.store.locked():
            if self.store.version != self._version:
                # Another may have done it while this one waited.
                self._load()
                watch, stale, gone = self._differences(watch)
            parsed, found = self._read(stale, progress)
            self._enter(found, gone, watch)
        return parsed

    def _differences(self, fresh: Watch | None = None) -> tuple[Watch | None, dict[str, tuple[int, int]], list[str]]:
        """A new watch where the old one no longer holds; the files to be read, with time and size; those gone.

        Arguments:
            fresh: a new watch that was made a moment ago, so that git is not asked twice.
        """
        (text,) = self.store.database.execute("select watch from trees where id = ?", (self._tree,)).fetchone()
        stamp, _, text = text.partition("\n")
        same_version = stamp == str(self.languages.stamp)
        known = Watch.from_text(text) if same_version else None
        watch = fresh or (known.held(self._root, self._place.git_dir) if known is not None else None)
        if watch is None:
            suffixes, place = frozenset(self.languages.by_extension), self._place
            watch = watched(self._root, place.git_dir, place.common_dir, self._listing, suffixes)
            watch = watch._replace(paths=[path for path in watch.paths if not left_out_by_name(path)])
        if not same_version:
            self._rows = {path: row._replace(mtime=-1) for path, row in self._rows.items()}
        stale, present = {}, set()
        for path in watch.paths:
            try:
                status = os.lstat(f"{self._root}/{path}")
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode):
                continue
            present.add(path)
            row = self._rows.get(path)
            if row is None or row.mtime != status.st_mtime_ns or row.size != status.st_size:
                stale[path] = (status.st_mtime_ns, status.st_size)
        return None if watch is known else watch, stale, [path for path in self._rows if path not in present]

    def _read(
        self, stale: Mapping[str, tuple[int, int]], progress: Progress | None
    ) -> tuple[int, Mapping[str, "Taken"]]:
        """Have the files read by workers, and store their facts. Gives how many were parsed, and what was read."""
        if not stale:
            return 0, {}
        from devagent.code.index.intake import Intake
        from devagent.code.index.reading import Reader

        known = frozenset(self.store.known()) if len(stale) > 1 or self._rows else frozenset()
        reader = Reader(self._root, self.languages.by_extension, self.languages.versions, known)
        intake = Intake(self.store, reader, stale)
        intake.take(self._seconds, progress)
        if intake.note:
            self._told.append(intake.note)
        return intake.parsed, intake.taken

    def _enter(self, found: Mapping[str, "Taken"], gone: Iterable[str], watch: Watch | None) -> None:
        """Enter what was read into the tree, and bring its graph up to date."""
        ids = self.store.ids([key for key, *_ in found.values()])
        before = dict(self._rows)
        (following,) = self.store.database.execute("select next from trees where id = ?", (self._tree,)).fetchone()
        for path, (key, mtime, size) in found.items():
            row = before.get(path)
            number = row.number if row else following
            following += row is None
            self._rows[path] = FileRow(number, path, mtime, size, ids[key])
        for path in gone:
            del self._rows[path]
        fresh = [path for path in found if path not in before or before[path].fact != self._rows[path].fact]
        lost = [path for path in before if path not in self._rows]
        self._changed = sorted([*fresh, *lost])
        change = self._linked(before) if self._changed else None
        with self.store.writing() as database:
            database.executemany(
                "delete from files where tree = ? and number = ?", ((self._tree, before[p].number) for p in gone)
            )
            rows = (self._rows[path] for path in found)
            entered = ((self._tree, row.number, os.fsencode(row.path), *row[2:]) for row in rows)
            database.executemany("insert or replace into files values (?, ?, ?, ?, ?, ?)", entered)
            dropped = [(int(time.time()), before[path].fact) for path in self._changed if path in before]
            database.executemany("update facts set used = ? where id = ?", dropped)
            if watch is not None:
                text = f"{self.languages.stamp}\n{watch.to_text()}"
                database.execute("update trees set watch = ? where id = ?", (text, self._tree))
            if change is not None:
                change.write(database, self._tree)
                self._told += [change.note] if change.note else []
            database.execute(
                "update trees set next = ?, generation = generation + ? where id = ?",
                (following, bool(self._changed), self._tree),
            )
        if len(self._changed) >= _MANY:
            self.store.forget_old()

    def _linked(self, before: Mapping[str, FileRow]) -> "GraphChange":
        from devagent.code.index.linking import linked

        return linked(self.store, self._tree, before, self._rows, self._changed)

    def _told_by(self, query: str) -> dict[str, str]:
        told = dict(self.store.database.execute(query))
        return {path: told[row.fact] for path, row in sorted(self._rows.items()) if row.fact in told} if told else {}

    def _notes(self) -> list[str]:
        return [
            *self._told,
            *(f"{path}: {note}" for path, note in self.left_out().items()),
            *(f"{name}: its grammar is not installed" for name in self.languages.missing),
        ]
