"""The harvested conflicts: one SQLite file, outside of the repository, with the versions of each file compressed."""

import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
create table if not exists conflict (
    project text, language text, path text, merge_id text,
    base blob, ours blob, theirs blob, result blob,
    primary key (project, merge_id, path)
);
create table if not exists hunk (project text, merge_id text, path text, id blob);
create index if not exists hunks on hunk (id);
"""


@dataclass(frozen=True)
class Conflicted:
    """A file in which git found conflicts: its three versions, and what people made of it.

    Arguments:
        project: the list's name for the repository.
        merge: the id of the merge commit.
    """

    project: str
    language: str
    path: str
    merge: str
    base: bytes
    ours: bytes
    theirs: bytes
    result: bytes


class Store:
    """The conflicts of one list of projects. Only read, and the file must be there, unless it is `writable`."""

    def __init__(self, file: Path, *, writable: bool = False) -> None:
        if writable:
            file.parent.mkdir(parents=True, exist_ok=True)
        mode = "rwc" if writable else "ro"
        self._database = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=600)
        self._database.create_function("share", 1, lambda merge: int(merge[:8], 16), deterministic=True)
        if writable:
            self._database.executescript(_TABLES)

    def replace(self, project: str, found: Mapping[Conflicted, Collection[bytes]]) -> None:
        """Keep these conflicts of a project, each with the ids of its hunks, and no others."""
        with self._database:
            for table in ("conflict", "hunk"):
                self._database.execute(f"delete from {table} where project = ?", (project,))
            self._database.executemany("insert into conflict values (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, found))
            hunks = ((c.project, c.merge, c.path, hunk) for c, ids in found.items() for hunk in sorted(ids))
            self._database.executemany("insert into hunk values (?, ?, ?, ?)", hunks)

    def without_ids(self) -> list[Conflicted]:
        """The conflicts whose hunks were never told: harvested before copies were looked for."""
        return [
            conflict
            for project in self.counts()
            if not self._database.execute("select 1 from hunk where project = ?", (project,)).fetchone()
            for conflict in self.conflicts(project)
        ]

    def tell(self, conflict: Conflicted, ids: Collection[bytes]) -> None:
        """Keep the ids of the hunks of a conflict that is here already."""
        rows = [(conflict.project, conflict.merge, conflict.path, hunk) for hunk in sorted(ids)]
        with self._database:
            self._database.executemany("insert into hunk values (?, ?, ?, ?)", rows)

    def forget_copies(self) -> int:
        """Forget each file with a hunk that a project before it in the alphabet has too; tells how many."""
        with self._database:
            forgotten = self._database.execute(
                "delete from conflict where exists (select 1 from hunk as mine join hunk as other using (id) where"
                " mine.project = conflict.project and mine.merge_id = conflict.merge_id and mine.path = conflict.path"
                " and other.project < mine.project)"
            )
        return forgotten.rowcount

    def merges(self, project: str) -> list[str]:
        """The merges of a project that its conflicts are from."""
        rows = self._database.execute("select distinct merge_id from conflict where project = ? order by 1", (project,))
        return [row[0] for row in rows]

    def counts(self) -> dict[str, int]:
        """How many conflicts there are of each project."""
        return dict(self._database.execute("select project, count(*) from conflict group by project order by project"))

    def conflicts(self, project: str | None = None, every: int = 1, start: int = 0) -> Iterator[Conflicted]:
        """The conflicts of one project or of all, in the same order always: of each Nth merge, as their ids fall."""
        rows = self._database.execute(
            "select * from conflict where (:project is null or project = :project)"
            " and share(merge_id) % :every = :start order by project, merge_id, path",
            {"project": project, "every": every, "start": start},
        )
        for *names, base, ours, theirs, result in rows:
            yield Conflicted(*names, *map(zlib.decompress, (base, ours, theirs, result)))


def _row(conflict: Conflicted) -> tuple[str | bytes, ...]:
    texts = (conflict.base, conflict.ours, conflict.theirs, conflict.result)
    names = (conflict.project, conflict.language, conflict.path, conflict.merge)
    return (*names, *(zlib.compress(text, 6) for text in texts))
