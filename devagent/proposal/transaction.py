"""Many files, a ref and the index changed as one: the record on disk from which a killed `apply` or `undo` is finished.

    GIT_DIR/devagent/preparing-ID/   being written; means nothing yet
    GIT_DIR/devagent/applying/       an apply that has begun: plan.json and every content before and after
    GIT_DIR/devagent/undoing/        an undo that has begun, likewise
    RUN/applied/  RUN/undone/        the same record when it is done

The record moves by renames, each of which is one step of the protocol: into `applying` or `undoing` before the first
file is touched, out of it after the last. A file is written beside its place and renamed into it, the index likewise,
and a ref is moved by git. So at any instant each of them is either as before or as after, and whoever finds a record in
`applying` or `undoing` carries it forward; where that fails (a full disk, say) it is rolled back. What is neither as
before nor as after belongs to the user: it is never written, and a transaction that finds it goes no further.

A commit is the one thing that is not done again, because hooks run with it: if it was not made by the time devagent was
killed, all goes back to before (devagent.proposal.committing).
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from devagent.errors import CannotRun, DevagentError
from devagent.journal.files import write_atomically
from devagent.proposal.committing import at_work, end_merge, find_commit, make_commit
from devagent.proposal.plan import PLAN, Change, Move, Plan, Side, digest
from devagent.repo.branches import move_ref, standing
from devagent.repo.checkout import Checkout, OnDisk
from devagent.repo.git import Repository
from devagent.repo.index import Restaging, Slots, release_index, slots, staged_blobs, tree_blobs, write_index
from devagent.repo.objects import Blob, TreeChange
from devagent.repo.rerere import forget
from devagent.repo.snapshot import worktree_blobs

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


class Transaction:
    """A plan that is being carried out, or was when the process died.

    Arguments:
        folder: the record, named after the direction.
        run_folder: where the record goes when it is done.
    """

    def __init__(self, folder: Path, run_folder: Path, repo: Repository, step: Step) -> None:
        self.folder, self._run_folder, self._repo, self._step = folder, run_folder, repo, step
        self._checkout = Checkout(repo.root)
        self.direction = Direction(folder.name)
        self.plan = Plan.read(folder)

    def find_commit(self) -> bool:
        """Look for the commit that a killed process may have made; gives whether git may still be making it."""
        if self.plan.commit and (made := find_commit(self._repo, self.plan)):
            self._made(made)
        return self.plan.commit is not None and at_work(self.folder)

    def strangers(self) -> list[str]:
        """What is neither as before nor as after: paths, entries of the index, the ref."""
        mine = self._mine(self.plan)
        found = [change.path for change in self.plan.changes if change not in mine.changes]
        found += [f"{change.path} (in the index)" for change in self.plan.staged if change not in mine.staged]
        found += [f"{change.path} (in the index)" for change in self.plan.restaged if change not in mine.restaged]
        return found + ([self.plan.move.ref] if self.plan.move and not mine.move else [])

    def _mine(self, plan: Plan) -> Plan:
        """The part of a plan that concerns what is as before or as after it."""
        staged, held, move = self._staged(plan.staged), self._slots(plan.restaged), plan.move
        return replace(
            plan,
            changes=tuple(c for c in plan.changes if self._is(c.path, c.before) or self._is(c.path, c.after)),
            staged=tuple(c for c in plan.staged if staged.get(c.path) in (c.before, c.after)),
            restaged=tuple(c for c in plan.restaged if held[c.path] in (c.before, c.after)),
            move=move if move and standing(self._repo, move.ref) in (move.before, move.after) else None,
        )

    def recover(self) -> None:
        """Finish what a killed process left: forward as `carry_out`, or back where there is no commit."""
        release_index(self._repo, self.folder / PLAN)
        end_merge(self._repo, self.folder)
        if self.plan.commit is None:
            self.carry_out()
        else:
            self._roll_back(CannotRun("there is no commit"))

    def carry_out(self) -> None:
        """Make everything as after and move the record to the run; on failure make everything as before.

        Raises `CannotRun` when it was rolled back, and when even that failed, so that it stays begun.
        """
        try:
            self._perform(self.plan)
        except (OSError, DevagentError) as error:
            self._roll_back(error)
            raise self._refusal(error) from error
        if self.direction is Direction.UNDO and self.plan.unlearnt:
            with self._effect("forget the answers"):
                forget(self._repo, self.plan.unlearnt)
        with self._effect(f"record {self.direction.done}"):
            self._finish()

    def _refusal(self, error: Exception) -> CannotRun:
        """How a failure is told once everything that is devagent's to put back is back."""
        why, hint, details = str(error), "", ""
        if isinstance(error, OSError) and error.strerror:
            why = error.strerror.lower()
        if isinstance(error, DevagentError):
            why, hint, details = ": ".join(filter(None, (error.what, error.why))), error.hint, error.details
        if left := [c.path for c in self.plan.changes if not self._is(c.path, c.before)]:
            hint = f"{', '.join(left)} stays as something else left it. {hint}".rstrip()
        what = f"could not {self.direction.name.lower()}, and nothing was changed"
        return CannotRun(what, why=why, hint=hint, details=details)

    def _roll_back(self, cause: Exception) -> None:
        try:
            self._drop_parts()
            self._perform(self._mine(self.plan.reversed()))
            self._give_up()
        except (OSError, DevagentError) as error:
            raise CannotRun(
                f"{self.direction.name.lower()} stopped half-way and could not be rolled back",
                why=f"{cause}; then {error}",
                hint="Mend that; the next devagent command finishes it",
                details=f"every content, before and after, is in {self.folder}",
            ) from error

    def _finish(self) -> None:
        applied = self._run_folder / Direction.APPLY.done
        if self.direction is Direction.UNDO and applied.exists():
            _move(applied, self.folder / Direction.APPLY.done)
        _move(self.folder, self._run_folder / self.direction.done)

    def _give_up(self) -> None:
        if (applied := self.folder / Direction.APPLY.done).exists():
            _move(applied, self._run_folder / Direction.APPLY.done)
        leaving = self.folder.with_name(f"preparing-{self.plan.id}")
        self.folder.rename(leaving)
        shutil.rmtree(leaving)

    def _perform(self, plan: Plan) -> None:
        self._perform_files(plan)
        if plan.commit:
            self._commit(plan)
            plan = self.plan
        elif plan.move:
            self._move_ref(plan.move)
        self._stage(plan.staged, plan.restaged)

    def _perform_files(self, plan: Plan) -> None:
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

    def _commit(self, plan: Plan) -> None:
        with self._effect("commit"):
            made = make_commit(self._repo, plan, self.folder)
        self._made(made)

    def _made(self, commit: str) -> None:
        assert self.plan.commit
        holds = tree_blobs(self._repo, commit, [change.path for change in self.plan.commit.changes])
        reworked = self._reworked(holds)
        for file in reworked.values():
            write_atomically(self.folder / digest(file.content), file.content)
        self.plan = self.plan.committed(commit, holds, {path: Side.of(file) for path, file in reworked.items()})
        with self._effect("record the commit"):
            self.plan.write(self.folder)
            _sync(self.folder)

    def _reworked(self, holds: Mapping[str, Blob]) -> dict[str, OnDisk]:
        """The files that a hook changed and put into the commit as they are now: what another changed is not ours."""
        now = {c.path: self._checkout.read(c.path) for c in self.plan.changes if not self._is(c.path, c.after)}
        files = {path: file for path, file in now.items() if file}
        blobs = worktree_blobs(self._repo, list(files))
        return {path: file for path, file in files.items() if path in holds and holds[path] == blobs.get(path)}

    def _move_ref(self, move: Move) -> None:
        now = standing(self._repo, move.ref)
        if now == move.after:
            return
        if now != move.before:
            raise CannotRun(f"{move.ref} was moved meanwhile")
        why = f"devagent: {self.direction.name.lower()} {self.plan.run}"
        with self._effect(f"move {move.ref}"):
            try:
                move_ref(self._repo, move.ref, move.before, move.after, why)
            except CannotRun:
                # The git that a killed devagent started may have lived on and been faster.
                if standing(self._repo, move.ref) != move.after:
                    raise

    def _stage(self, changes: tuple[TreeChange, ...], restaged: tuple[Restaging, ...]) -> None:
        now, held = self._staged(changes), self._slots(restaged)
        meanwhile = [c.path for c in changes if now.get(c.path) not in (c.before, c.after)]
        meanwhile += [c.path for c in restaged if held[c.path] not in (c.before, c.after)]
        if meanwhile:
            raise CannotRun(f"{meanwhile[0]} was staged meanwhile")
        if any(now.get(c.path) != c.after for c in changes) or any(held[c.path] != c.after for c in restaged):
            with self._effect("write the index"):
                write_index(self._repo, changes, self.folder / PLAN, restaged)

    def _staged(self, changes: tuple[TreeChange, ...]) -> dict[str, Blob]:
        return staged_blobs(self._repo, [c.path for c in changes]) if changes else {}

    def _slots(self, changes: tuple[Restaging, ...]) -> dict[str, Slots]:
        return slots(self._repo, [c.path for c in changes]) if changes else {}

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


def begin(area: Path, direction: Direction, plan: Plan, contents: Mapping[str, bytes], step: Step) -> Path:
    """Put the record of an apply or undo on disk, whole, and say that it has begun. Gives the record's folder.

    Arguments:
        area: `GIT_DIR/devagent`, where nothing has begun.
        contents: digest → content of every side in the plan.
    """
    plan = replace(plan, id=secrets.token_hex(6))
    preparing = area / f"preparing-{plan.id}"
    preparing.mkdir(mode=0o700)
    for name, content in contents.items():
        step(f"before: record {name}")
        _write_synced(preparing / name, content)
        step(f"after: record {name}")
    plan.write(preparing)
    _sync(preparing)
    folder = area / direction
    step(f"before: begin {direction.name.lower()}")
    _move(preparing, folder)
    step(f"after: begin {direction.name.lower()}")
    return folder


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
