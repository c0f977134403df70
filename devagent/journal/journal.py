"""The journal: an append-only record of a run, from which it is resumed, replayed and reported.

One JSON object a line in `journal.jsonl`, large values in content-addressed files beside it. An event is on disk
before its result is used, so a run killed at any instant continues from its journal and pays for nothing twice.
An unfinished last line (the process died while writing) is cut off when the journal is opened again.

Events hold placeholders where secrets stood; results of effects come back as they were. Nobody but the user may read
any of it, whatever the umask.
"""

import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devagent.errors import UsageError
from devagent.journal.files import about, make_private, open_private, write_atomically
from devagent.journal.lock import take
from devagent.journal.secrets import Secrets

Json = Any
INLINE_LIMIT = 8192


@dataclass(frozen=True)
class Event:
    """One line of the journal.

    `place` says where in the run it happened ("code/2/sample/1"); (kind, place, key) is unique in a journal.
    `elapsed` is seconds of this session, `session` counts starts and resumes from 0.
    """

    seq: int
    kind: str
    place: str
    data: dict[str, Json] = field(default_factory=dict)
    key: str = ""
    session: int = 0
    elapsed: float = 0.0
    at: float = 0.0


Observer = Callable[[Event], None]


class Journal:
    """The journal of one run, held under an exclusive lock while it is open for writing.

    `secrets` is what the run knows of secrets: everything is masked by it before it is recorded.

    Arguments:
        folder: the run's folder; created with mode 0700.

    Raises `UsageError` when another process is working on the same run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_private(folder)
        self.secrets = Secrets(folder)
        self._path = folder / "journal.jsonl"
        self._lock = _lock(folder)
        self._observers: list[Observer] = []
        self.events: list[Event] = _read(self._path, repair=True)
        self._index = {(e.kind, e.place, e.key): e for e in self.events}
        self.session = 1 + max((e.session for e in self.events), default=-1)
        self._started = time.monotonic()
        self._file = os.fdopen(open_private(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab", 0)
        self.fresh = not self.events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the lock. Safe to call twice."""
        if not self._file.closed:
            self._file.close()
            os.close(self._lock)

    def observe(self, observer: Observer) -> None:
        """Call `observer` with every event from now on, once it is on disk."""
        self._observers.append(observer)

    @property
    def elapsed(self) -> float:
        """Seconds this session has taken."""
        return time.monotonic() - self._started

    @property
    def earlier_seconds(self) -> float:
        """Seconds that earlier sessions of this run took, by their last events."""
        last: dict[int, float] = {}
        for event in self.events:
            if event.session < self.session:
                last[event.session] = max(last.get(event.session, 0.0), event.elapsed)
        return sum(last.values())

    def record(self, kind: str, place: str, data: Mapping[str, Json] | None = None, *, key: str = "") -> Event:
        """Put an event on disk, or give back the one that already stands there for this kind, place and key."""
        known = self._index.get((kind, place, key))
        if known is not None:
            return known
        event = Event(
            seq=len(self.events),
            kind=kind,
            place=place,
            data=self.secrets.masked(data or {}),
            key=key,
            session=self.session,
            elapsed=round(self.elapsed, 4),
            at=round(time.time(), 3),
        )
        self._append(json.dumps(self._stored(event)).encode() + b"\n")
        self.events.append(event)
        self._index[kind, place, key] = event
        for observer in self._observers:
            observer(event)
        return event

    async def effect(self, kind: str, place: str, inputs: Json, perform: Callable[[], Awaitable[Json]]) -> Json:
        """The result of an effect on the outside world, performed at most once for these inputs at this place.

        A result that the journal holds is returned without performing anything. An exception from `perform` is
        recorded as `KIND.failed` and raised: a failed effect is tried again on resume.
        """
        key = fingerprint(self.secrets.masked(inputs))
        finished = self._index.get((f"{kind}.finished", place, key))
        if finished is not None:
            return self.secrets.unmasked(finished.data["result"])
        self.record(f"{kind}.started", place, {"inputs": inputs}, key=key)
        try:
            result = await perform()
        except Exception as error:  # whatever it was, the journal shows that this effect did not end
            self.record(f"{kind}.failed", place, {"error": str(error)}, key=f"{key}:{self.session}:{len(self.events)}")
            raise
        self.record(f"{kind}.finished", place, {"result": result}, key=key)
        return result

    def decision(self, kind: str, place: str, decide: Callable[[], Json]) -> Json:
        """What was decided at this place: a choice that hangs on the clock is made once, and kept ever after."""
        known = self._index.get((kind, place, ""))
        return self.secrets.unmasked((known or self.record(kind, place, {"decided": decide()})).data["decided"])

    def find(self, kind: str, place: str | None = None) -> list[Event]:
        """All events of a kind (and place), oldest first."""
        return [e for e in self.events if e.kind == kind and (place is None or e.place == place)]

    def save(self, content: bytes) -> str:
        """Keep a blob; gives its sha256, by which `load` finds it again."""
        name = hashlib.sha256(content).hexdigest()
        path = self.folder / "blobs" / name
        if not path.exists():
            make_private(path.parent)
            write_atomically(path, content)
        return name

    def load(self, name: str) -> bytes:
        """The blob with this sha256."""
        return (self.folder / "blobs" / name).read_bytes()

    def _append(self, line: bytes) -> None:
        """Put a line on disk. Where that fails, because the disk is full, nothing of it is left there."""
        size, rest = os.fstat(self._file.fileno()).st_size, memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            os.ftruncate(self._file.fileno(), size)
            raise about(self._path, error) from None

    def _stored(self, event: Event) -> dict[str, Json]:
        stored = {**vars(event)}
        if len(text := json.dumps(event.data)) > INLINE_LIMIT:
            stored["data"] = {"blob": self.save(text.encode())}
        return stored


def read_events(folder: Path) -> list[Event]:
    """The events of a run, without locking it: safe while another process is writing."""
    return _read(folder / "journal.jsonl", repair=False)


def read_first(folder: Path) -> Event | None:
    """The first event of a run, which says what was asked; `None` where nothing was recorded. Takes no lock."""
    path = folder / "journal.jsonl"
    if not path.exists():
        return None
    with path.open("rb") as file:
        line = file.readline()
    return _event(json.loads(line), folder) if line.endswith(b"\n") else None


def fingerprint(value: Json) -> str:
    """A short stable hash of plain data."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _lock(folder: Path) -> int:
    # A reader that asks whether the run is locked holds the lock for an instant.
    descriptor = take(folder / "lock", patience=0.5)
    if descriptor is None:
        what = f"run {folder.name} is being worked on by another process"
        raise UsageError(what, hint="Wait for it, or stop it first")
    return descriptor


def _read(path: Path, *, repair: bool) -> list[Event]:
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if repair and len(whole) < len(content):
        os.truncate(path, len(whole))
    return [_event(json.loads(line), path.parent) for line in whole.splitlines()]


def _event(stored: dict[str, Json], folder: Path) -> Event:
    data = stored["data"]
    if set(data) == {"blob"}:
        stored["data"] = json.loads((folder / "blobs" / data["blob"]).read_bytes())
    return Event(**stored)
