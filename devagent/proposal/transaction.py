"""Many files changed as one: the record on disk from which a killed `apply` or `undo` is finished.

    GIT_DIR/devagent/preparing-ID/   being written; means nothing yet
    GIT_DIR/devagent/applying/       an apply that has begun: plan.json and every content before and after
    GIT_DIR/devagent/undoing/        an undo that has begun: the same record
    RUN/applied/  RUN/undone/        the same record when it is done

The record moves by renames, each of which is one step of the protocol: into `applying` before the first file is
touched, out of it after the last. A file is written beside its place and renamed into it. So at any instant each path
is either as before or as after, and whoever finds a record in `applying` or `undoing` carries it forward. Where that
fails (a full disk, say) it is rolled back. A path that is neither as before nor as after belongs to the user: it is
never written, and a transaction that finds one goes no further.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from devagent.errors import CannotRun
from devagent.repo.checkout import Checkout, OnDisk

Step = Callable[[str], None]
"""Called before and after each effect with what it is; a fault can be put in there."""


class Direction(StrEnum):
    """Which way a transaction goes. The value is the name of its folder while it does."""

    APPLY = "applying"
    UNDO = "undoing"

    @property
    def done(self) -> str:
        """The name of the record in the run's folder when it is done."""
        return "applied" if self is Direction.APPLY else "undone"


@dataclass(frozen=True)
class Side:
    """A path before or after. `digest` is the sha256 of the content, by which the record holds it."""

    mode: str
    digest: str
    permissions: int | None = None
    owner: tuple[int, int] | None = None

    @classmethod
    def of(cls, file: OnDisk) -> "Side":
        """The side that a file stands for."""
        return cls(file.mode, digest(file.content), file.permissions, file.owner)

    def matches(self, file: OnDisk | None) -> bool:
        """Whether a file is on this side: same kind, same bytes, executable or not."""
        return file is not None and (self.mode, self.digest) == (file.mode, digest(file.content))


@dataclass(frozen=True)
class Change:
    """What becomes of one path; `None` where it does not exist."""

    path: str
    before: Side | None
    after: Side | None


@dataclass(frozen=True)
class Folder:
    """A folder that is made or removed; `permissions` of one that is made are left to the umask if `None`."""

    path: str
    permissions: int | None = None


@dataclass(frozen=True)
class Plan:
    """All that an apply changes in a work tree. Folders stand outermost first."""

    run: str
    git_dir: str
    changes: tuple[Change, ...]
    made: tuple[Folder, ...] = ()
    emptied: tuple[Folder, ...] = ()
    id: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths it changes."""
        return tuple(change.path for change in self.changes)

    def reversed(self) -> "Plan":
        """The plan that takes this one back."""
        changes = tuple(Change(c.path, c.after, c.before) for c in self.changes)
        return replace(self, changes=changes, made=self.emptied, emptied=self.made)

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """The plan of a record."""
        data = json.loads((folder / "plan.json").read_bytes())
        changes = tuple(Change(c["path"], _side(c["before"]), _side(c["after"])) for c in data["changes"])
        folders = {name: tuple(Folder(**f) for f in data[name]) for name in ("made", "emptied")}
        return cls(data["run"], data["git_dir"], changes, id=data["id"], **folders)


class Transaction:
    """A plan that is being carried out, or was when the process died.

    Arguments:
        folder: the record, named after the direction.
        run_folder: where the record goes when it is done.
    """

    def __init__(self, folder: Path, run_folder: Path, checkout: Checkout, step: Step) -> None:
        self.folder, self._run_folder, self._checkout, self._step = folder, run_folder, checkout, step
        self.direction = Direction(folder.name)
        record = Plan.read(folder)
        self.plan = record if self.direction is Direction.APPLY else record.reversed()

    def strangers(self) -> list[str]:
        """The paths that are neither as before nor as after."""
        return [c.path for c in self.plan.changes if not (self._is(c.path, c.before) or self._is(c.path, c.after))]

    def carry_out(self) -> None:
        """Make every path as after and move the record to the run; on failure make every path as before.

        Raises `CannotRun` when it was rolled back, and when even that failed, so that it stays begun.
        """
        verb = self.direction.name.lower()
        try:
            self._perform(self.plan)
        except (OSError, CannotRun) as error:
            self._roll_back(verb, error)
            raise CannotRun(f"could not {verb}, and nothing was changed", why=str(error)) from error
        with self._effect(f"record {self.direction.done}"):
            _move(self.folder, self._run_folder / self.direction.done)

    def _roll_back(self, verb: str, cause: Exception) -> None:
        back = self.plan.reversed()
        mine = tuple(c for c in back.changes if self._is(c.path, c.before) or self._is(c.path, c.after))
        try:
            self._drop_parts()
            self._perform(replace(back, changes=mine))
            self._give_up()
        except (OSError, CannotRun) as error:
            raise CannotRun(
                f"{verb} stopped half-way and could not be rolled back",
                why=f"{cause}; then {error}",
                hint="Mend that; the next devagent command finishes it",
                details=f"every content, before and after, is in {self.folder}",
            ) from error

    def _give_up(self) -> None:
        if self.direction is Direction.UNDO:
            _move(self.folder, self._run_folder / Direction.APPLY.done)
        else:
            leaving = self.folder.with_name(f"preparing-{self.plan.id}")
            self.folder.rename(leaving)
            shutil.rmtree(leaving)

    def _perform(self, plan: Plan) -> None:
        for change in plan.changes:
            if change.after is None:
                self._remove(change)
        for folder in reversed(plan.emptied):
            with self._effect(f"remove folder {folder.path}"):
                self._checkout.remove_folder(folder.path)
        for folder in plan.made:
            with self._effect(f"make folder {folder.path}"):
                self._checkout.make_folder(folder.path, folder.permissions)
        for change in plan.changes:
            if change.after is not None:
                self._write(change, change.after)

    def _remove(self, change: Change) -> None:
        if self._is(change.path, None):
            return
        self._expect(change)
        with self._effect(f"remove {change.path}"):
            self._checkout.remove(change.path)

    def _write(self, change: Change, after: Side) -> None:
        part = self._part(change.path)
        if self._is(change.path, after):
            return
        with self._effect(f"stage {change.path}"):
            self._checkout.stage(change.path, self._content(after), part)
        self._expect(change)
        with self._effect(f"publish {change.path}"):
            self._checkout.publish(change.path, part)

    def _expect(self, change: Change) -> None:
        if not self._is(change.path, change.before):
            raise CannotRun(f"{change.path} was changed meanwhile")

    def _is(self, path: str, side: Side | None) -> bool:
        file = self._checkout.read(path)
        return file is None if side is None else side.matches(file)

    def _content(self, side: Side) -> OnDisk:
        content = (self.folder / side.digest).read_bytes()
        return OnDisk(content, side.mode, side.permissions, side.owner)

    def _part(self, path: str) -> str:
        return f".devagent-{self.plan.id}-{digest(os.fsencode(path))[:12]}"

    def _drop_parts(self) -> None:
        for path in self.plan.paths:
            with suppress(FileNotFoundError, NotADirectoryError):
                folder = path.rpartition("/")[0]
                self._checkout.remove(f"{folder}/{self._part(path)}" if folder else self._part(path))

    @contextmanager
    def _effect(self, what: str) -> Iterator[None]:
        self._step(f"before: {what}")
        yield
        self._step(f"after: {what}")


def begin(area: Path, plan: Plan, contents: Mapping[str, bytes], step: Step) -> Path:
    """Put the record of an apply on disk, whole, and say that it has begun. Gives the record's folder.

    Arguments:
        area: `GIT_DIR/devagent`, where nothing has begun.
        contents: digest → content of every side in the plan.
    """
    plan = replace(plan, id=secrets.token_hex(6))
    preparing = area / f"preparing-{plan.id}"
    preparing.mkdir(mode=0o700)
    for name, content in {**contents, "plan.json": json.dumps(asdict(plan), indent=1).encode()}.items():
        step(f"before: record {name}")
        _write_synced(preparing / name, content)
        step(f"after: record {name}")
    _sync(preparing)
    folder = area / Direction.APPLY
    step("before: begin apply")
    _move(preparing, folder)
    step("after: begin apply")
    return folder


def begin_undo(area: Path, record: Path, step: Step) -> Path:
    """Say that the undo of what `record` holds has begun. Gives the record's new folder."""
    folder = area / Direction.UNDO
    step("before: begin undo")
    _move(record, folder)
    step("after: begin undo")
    return folder


def digest(content: bytes) -> str:
    """The sha256 of a content, as hex."""
    return hashlib.sha256(content).hexdigest()


def _side(data: dict[str, Any] | None) -> Side | None:
    if data is None:
        return None
    owner = data["owner"]
    return Side(**{**data, "owner": tuple(owner) if owner else None})


def _move(source: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.rename(target)
    _sync(target.parent)
    _sync(source.parent)


def _write_synced(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
