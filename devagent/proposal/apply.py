"""Apply and undo: the only code that writes to the user's checkout.

Only files of the work tree are written, never the index, a ref or anything in `.git` but devagent's own record. Bytes
are those that `git checkout` would write, with the line endings that the file has now. Nothing is written if one path
is not what the run started from. What survives `kill -9`, and how, is told in `devagent.proposal.transaction`.
"""

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devagent.errors import NotResolved, UsageError
from devagent.proposal.candidate import Proposal
from devagent.proposal.store import Run, State, run_folder
from devagent.proposal.transaction import (
    Change,
    Direction,
    Folder,
    Plan,
    Side,
    Step,
    Transaction,
    begin,
    begin_undo,
    digest,
)
from devagent.repo.checkout import Checkout, OnDisk
from devagent.repo.conversion import replacement
from devagent.repo.git import Repository
from devagent.repo.objects import GITLINK, SYMLINK, TreeChange, changed_paths
from devagent.repo.paths import check_link, check_path, clashes, parents
from devagent.repo.snapshot import worktree_blobs


class _Busy(UsageError):
    """Another process is applying or undoing."""


@dataclass(frozen=True)
class Recovery:
    """What `recover` finished: the run, what it now is, and the paths concerned."""

    run: str
    state: State
    paths: tuple[str, ...]


def apply(
    repo: Repository, proposal: Proposal, *, unverified: bool = False, step: Step = lambda _: None
) -> tuple[str, ...]:
    """Write a published proposal into the work tree and give the paths it changed.

    Raises `NotResolved` for a proposal that is not verified, unless `unverified`; `UsageError` when it is applied
    already or files have changed since the run's snapshot; `CannotRun` when writing failed and was rolled back.
    """
    if not (proposal.verified or unverified):
        raise NotResolved("no test observed that this proposal works", hint="To apply it all the same: --unverified")
    run = Run(proposal.run, run_folder(repo, proposal.run))
    with _locked(repo):
        _finish(repo, step)
        if (run.folder / Direction.APPLY.done).exists():
            raise UsageError(f"run {run.id} is applied already", hint=f"To take it back: devagent undo {run.id}")
        plan, contents = _plan(repo, proposal)
        record = begin(_area(repo), plan, contents, step)
        Transaction(record, run.folder, Checkout(repo.root), step).carry_out()
    return plan.paths


def undo(repo: Repository, run: Run, *, step: Step = lambda _: None) -> tuple[str, ...]:
    """Put back, byte for byte, what `apply` of this run changed, and give the paths.

    Raises `UsageError` when the run is not applied here or one of its files has changed since; `CannotRun` when
    writing failed and was rolled back.
    """
    with _locked(repo):
        _finish(repo, step)
        record = run.folder / Direction.APPLY.done
        if not record.exists():
            raise UsageError(f"run {run.id} is not applied ({run.state})")
        plan = Plan.read(record)
        if plan.git_dir != str(repo.git_dir):
            raise UsageError(f"run {run.id} was applied in another work tree", why=f"that of {plan.git_dir}")
        _check_undo(Checkout(repo.root), plan, run.id)
        folder = begin_undo(_area(repo), record, step)
        Transaction(folder, run.folder, Checkout(repo.root), step).carry_out()
    return plan.paths


def applied_paths(run: Run) -> tuple[str, ...]:
    """The paths that this run changed in a checkout; none where it is not applied."""
    record = run.folder / Direction.APPLY.done
    return Plan.read(record).paths if record.exists() else ()


def recover(repo: Repository, *, step: Step = lambda _: None) -> Recovery | None:
    """Finish the apply or undo that a killed process left in this work tree; `None` if there is none.

    Every command starts with it. What a living process is at is left to it. Raises `UsageError`, changing nothing,
    when a file is neither as before nor as after, and `CannotRun` when writing failed.
    """
    if not any((_area(repo) / direction).exists() for direction in Direction):
        return None
    try:
        with _locked(repo):
            return _finish(repo, step)
    except _Busy:
        return None


def _finish(repo: Repository, step: Step) -> Recovery | None:
    area = _area(repo)
    for leaving in area.glob("preparing-*"):
        shutil.rmtree(leaving)
    for direction in Direction:
        if (area / direction).exists():
            return _carry_on(repo, area / direction, step)
    return None


def _carry_on(repo: Repository, folder: Path, step: Step) -> Recovery:
    plan = Plan.read(folder)
    transaction = Transaction(folder, run_folder(repo, plan.run), Checkout(repo.root), step)
    verb = transaction.direction.name.lower()
    if strangers := transaction.strangers():
        raise UsageError(
            f"an interrupted {verb} of run {plan.run} cannot be finished",
            why=f"changed since: {', '.join(strangers)}",
            hint=f"Put them as they were before or after, or give it up with: rm -r {shlex.quote(str(folder))}",
        )
    transaction.carry_out()
    return Recovery(plan.run, State(transaction.direction.done), plan.paths)


def _plan(repo: Repository, proposal: Proposal) -> tuple[Plan, dict[str, bytes]]:
    checkout = Checkout(repo.root)
    wanted = changed_paths(repo, proposal.candidate.base, proposal.commit)
    now = {change.path: checkout.read(change.path) for change in wanted}
    _check_unchanged(repo, proposal.run, wanted, now)
    after = {change.path: _after(repo, change, now[change.path]) for change in wanted}
    sides = [file for file in (*now.values(), *after.values()) if file]
    contents = {digest(file.content): file.content for file in sides}
    changes = tuple(Change(path, _side(now[path]), _side(after[path])) for path in now)
    emptied = _emptied(checkout, changes)
    plan = Plan(proposal.run, str(repo.git_dir), changes, _made(checkout, changes), emptied)
    _check_room(checkout, plan)
    _check_names(checkout, plan)
    return plan, contents


def _check_unchanged(repo: Repository, run: str, wanted: list[TreeChange], now: dict[str, OnDisk | None]) -> None:
    if not wanted:
        raise UsageError("the proposal changes nothing")
    for change in wanted:
        check_path(change.path)
        if GITLINK in (change.before and change.before.mode, change.after and change.after.mode):
            raise UsageError(f"{change.path} is a submodule", why="devagent does not change submodules")
    blobs = worktree_blobs(repo, [path for path, file in now.items() if file])
    changed = [c.path for c in wanted if blobs.get(c.path) != c.before]
    _refuse("changed since the run started", changed, f"Start a new run, or {_merge(run, changed)}")


def _after(repo: Repository, change: TreeChange, now: OnDisk | None) -> OnDisk | None:
    old, new = change.before, change.after
    if new is None:
        return None
    content = replacement(repo, change.path, now.content if now else None, old, new)
    if content is None:
        raise UsageError("nothing was written", why=f"git does not see all that was changed in {change.path}")
    if new.mode == SYMLINK:
        check_link(change.path, os.fsdecode(content))
        return OnDisk(content, new.mode)
    if now is None or now.permissions is None:
        return OnDisk(content, new.mode)
    if old and old.mode == new.mode:
        # With core.fileMode off the file may be executable where git says that it is not.
        return OnDisk(content, now.mode, now.permissions, now.owner)
    return OnDisk(content, new.mode, _with_mode(now.permissions, new.mode), now.owner)


def _with_mode(permissions: int, mode: str) -> int:
    """Executable for those who may read, or for nobody."""
    return permissions | (permissions & 0o444) >> 2 if mode == "100755" else permissions & ~0o111


def _side(file: OnDisk | None) -> Side | None:
    return Side.of(file) if file else None


def _emptied(checkout: Checkout, changes: Iterable[Change]) -> tuple[Folder, ...]:
    """The folders that hold nothing once all deletions are made; git keeps none of these either."""
    needed = {folder for c in changes if c.after for folder in parents(c.path)}
    gone = {c.path for c in changes if c.after is None}
    found = []
    for folder in sorted({f for path in gone for f in parents(path)} - needed, key=lambda f: -f.count("/")):
        permissions = checkout.folder_permissions(folder)
        if permissions is not None and all(f"{folder}/{name}" in gone for name in checkout.names(folder)):
            gone.add(folder)
            found.append(Folder(folder, permissions))
    return tuple(reversed(found))


def _made(checkout: Checkout, changes: Iterable[Change]) -> tuple[Folder, ...]:
    needed = {folder for c in changes if c.after for folder in parents(c.path)}
    missing = [folder for folder in needed if checkout.folder_permissions(folder) is None]
    return tuple(Folder(folder) for folder in sorted(missing, key=lambda f: (f.count("/"), f)))


def _check_room(checkout: Checkout, plan: Plan) -> None:
    leaving = {c.path for c in plan.changes if c.after is None} | {folder.path for folder in plan.emptied}
    troubles = ((c.path, checkout.obstacle(c.path, leaving)) for c in plan.changes if c.after)
    _refuse("cannot be written", (f"{path} ({trouble})" for path, trouble in troubles if trouble))


def _check_names(checkout: Checkout, plan: Plan) -> None:
    added = [c.path for c in plan.changes if c.before is None and c.after]
    leaving = {c.path for c in plan.changes if c.after is None} | {folder.path for folder in plan.emptied}
    folders = {"", *(folder for path in added for folder in parents(path))}
    there = [f"{folder}/{name}".lstrip("/") for folder in folders for name in checkout.names(folder)]
    clashing = clashes(added, set(there) - leaving)
    _refuse("cannot be written", (f"{name} (some file systems take it for {other})" for name, other in clashing))


def _check_undo(checkout: Checkout, plan: Plan, run: str) -> None:
    back = plan.reversed()
    now = {c.path: checkout.read(c.path) for c in back.changes}
    changed = [c.path for c in back.changes if not _stands(now[c.path], c.before)]
    _refuse("changed since it was applied", changed, f"To {_merge(run, changed, ' -R')}")
    _check_room(checkout, back)


def _stands(file: OnDisk | None, side: Side | None) -> bool:
    return file is None if side is None else side.matches(file)


def _merge(run: str, paths: Sequence[str], options: str = "") -> str:
    """How git brings a patch together with what was changed meanwhile: it wants the files as its index has them."""
    return f"merge: git add {shlex.join(paths)} && devagent show --patch {run} | git apply -3{options}"


def _refuse(why: str, paths: Iterable[str], hint: str = "") -> None:
    named = list(paths)
    if named:
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        raise UsageError("nothing was written", why=f"{why}: {', '.join(named[:5])}{more}", hint=hint)


def _area(repo: Repository) -> Path:
    return repo.git_dir / "devagent"


@contextmanager
def _locked(repo: Repository) -> Iterator[None]:
    folder = repo.common_dir / "devagent"
    for part in (folder, _area(repo)):
        part.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / "apply.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _Busy("another devagent is writing to this repository", hint="Try again when it is done") from None
