"""Taking in what workers read of files: their facts go into the store as they come."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from devagent.code.index.reading import NOTHING, Answer, Reader
from devagent.code.index.store import FactRow, Store
from devagent.code.index.workers import Failed, GaveUp, TooSlow, work_through

_BATCH = 200
_RACY_NS = 50_000_000


class Taken(NamedTuple):
    """A file that was read: the key of its content, and the time of change and size that it had."""

    key: bytes
    mtime: int
    size: int


class Intake:
    """One round of reading.

    Arguments:
        stale: the files to be read, each with time of change in ns and size.

    Afterwards `taken` has the files that were read, `parsed` says how many were parsed, and `note` is empty, or says
    why some were not even tried.
    """

    def __init__(self, store: Store, reader: Reader, stale: Mapping[str, tuple[int, int]]) -> None:
        self._store, self._reader, self._stale = store, reader, stale
        self._started = time.time_ns()
        self._rows: list[FactRow] = []
        self._failed: list[tuple[str, str]] = []
        self.taken: dict[str, Taken] = {}
        self.parsed = 0
        self.note = ""

    def take(self, seconds: float, progress: Callable[[int, int], None] | None = None) -> None:
        """Read all files, each in so many seconds of processor time. `progress` is told how many of how many."""
        largest_first = sorted(self._stale, key=lambda path: -self._stale[path][1])
        try:
            for path, result in work_through(largest_first, self._reader, seconds=seconds):
                self._add(path, result)
                if progress is not None:
                    progress(len(self.taken), len(self._stale))
        except GaveUp as error:
            left = len(self._stale) - len(self.taken)
            self.note = f"{left} files were not read, and will be tried again: {error}"
        else:
            self._keep_failed()
        self._store.add_facts(self._rows)

    def _add(self, path: str, result: bytes | Failed) -> None:
        if isinstance(result, TooSlow):
            self._enter(path, Answer(self._reader.key(path), str(result)))
        elif isinstance(result, Failed):
            self._failed.append((path, str(result)))
        else:
            self._keep_failed()
            self._enter(path, Answer.from_bytes(result))

    def _keep_failed(self) -> None:
        """Others were read, so it was the fault of those files that they were not: they stay out until they change."""
        for path, why in self._failed:
            self._enter(path, Answer(self._reader.key(path), why))
        self._failed.clear()

    def _enter(self, path: str, answer: Answer) -> None:
        if answer.key == NOTHING:
            return
        mtime, size = self._stale[path]
        self.taken[path] = Taken(answer.key, mtime if self._started - mtime > _RACY_NS else -1, size)
        if answer.note or answer.stored.data:
            self.parsed += 1
            self._rows.append(FactRow(answer.key, answer.note, self._reader.language(path), answer.stored))
        if len(self._rows) >= _BATCH:
            self._store.add_facts(self._rows)
            self._rows.clear()
