"""Apply and undo: the only code that writes to the user's checkout.

Only files of the work tree are written, and, where `Reach` says so, the index and a branch; nothing else in `.git` but
devagent's own record. Bytes are those that `git checkout` would write, with the line endings that the file has now. A
file that changed since the run started, or since the apply, is merged where that is clean; else nothing is written at
all. What survives `kill -9`, and how, is told in `devagent.proposal.transaction`.
"""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from devagent.errors import NotResolved, UsageError
from devagent.journal.lock import EXCLUSIVE, SHARED, trying
from devagent.proposal.candidate import Proposal
from devagent.proposal.conflicts import Settled, planned
from devagent.proposal.plan import PLAN, Plan
from devagent.proposal.reach import Reach, Reached, check_still_stopped, reach_of_apply, reach_of_undo
from devagent.proposal.store import Run, State, list_runs, run_folder
from devagent.proposal.transaction import Direction, Step, Transaction, begin
from devagent.proposal.writing import NO_FILES, Written, check_wanted, files_of_apply, files_of_undo
from devagent.repo.git import Repository
from devagent.repo.objects import changed_paths
from devagent.repo.operation import fingerprint
from devagent.repo.rerere import unlearnt

FILES_ONLY = Reach()


class _Busy(UsageError):
    """Another process is applying or undoing."""


@dataclass(frozen=True)
class Done:
    """What an apply or undo did.

    `paths` are those that it changed in the work tree, `merged` those among them that had changed meanwhile, `already`
    others that had become what they were to be. `staged` are paths of the index. `commit` is the one that was made or
    taken back, `ref` the branch it is on, or `HEAD`.
    """

    run: str
    paths: tuple[str, ...]
    merged: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    commit: str = ""
    ref: str = ""

    @classmethod
    def of(cls, plan: Plan, direction: Direction) -> "Done":
        """What carrying out a plan did."""
        commit = ref = ""
        if move := plan.move:
            commit, ref = (move.after if direction is Direction.APPLY else move.before) or "", move.ref
        already = tuple(c.path for c in plan.changes if c.before == c.after)
        paths = tuple(path for path in plan.paths if path not in already)
        merged = tuple(path for path in plan.merged if path not in already)
        staged = (*(c.path for c in plan.staged), *(c.path for c in plan.restaged))
        return cls(plan.run, paths, merged, already, staged, commit, ref)


@dataclass(frozen=True)
class Recovery:
    """What `recover` finished: the run, what it now is, and the paths concerned."""

    run: str
    state: State
    paths: tuple[str, ...]


def apply(
    repo: Repository,
    proposal: Proposal,
    *,
    reach: Reach = FILES_ONLY,
    unverified: bool = False,
    step: Step = lambda _: None,
) -> Done:
    """Write a published proposal into the work tree, and as far beyond it as `reach` says.

    Raises `NotResolved` for a proposal that is not verified, unless `unverified`; `UsageError` when it is applied
    already or does not go together with what has changed since the run's snapshot; `CannotRun` when writing failed, or
    a hook refused the commit, and all was rolled back.
    """
    if not (proposal.verified or unverified):
        raise NotResolved("no test observed that this proposal works", hint="To apply it all the same: --unverified")
    run = Run(proposal.run, run_folder(repo, proposal.run))
    with _locked(repo):
        _finish(repo, step)
        if (run.folder / Direction.APPLY.done).exists():
            raise UsageError(f"run {run.id} is applied already", hint=f"To take it back: devagent undo {run.id}")
        wanted = changed_paths(repo, proposal.candidate.base, proposal.commit)
        check_wanted(repo, wanted)
        files = NO_FILES if reach.branch else files_of_apply(repo, run.id, wanted)
        plan = _plan(repo, run, files, reach_of_apply(repo, proposal, wanted, reach))
        return _carry_out(repo, run, begin(_area(repo), Direction.APPLY, plan, files.contents, step), step)


def undo(repo: Repository, run: Run, *, step: Step = lambda _: None) -> Done:
    """Take back what `apply` of this run changed; files that nobody touched meanwhile become what they were, exactly.

    Raises `UsageError` when the run is not applied here, when what changed since does not go together with taking it
    back, or when its commit is no longer HEAD or on a remote; `CannotRun` when writing failed and was rolled back.
    """
    with _locked(repo):
        _finish(repo, step)
        record = run.folder / Direction.APPLY.done
        if not record.exists():
            raise UsageError(f"run {run.id} is not applied ({run.state})")
        plan = Plan.read(record)
        if plan.git_dir != str(repo.git_dir):
            raise UsageError(f"run {run.id} was applied in another work tree", why=f"that of {plan.git_dir}")
        check_still_stopped(repo, plan)
        files = files_of_undo(repo, record, plan)
        back = replace(_plan(repo, run, files, reach_of_undo(repo, plan)), during=plan.during, unlearnt=plan.unlearnt)
        return _carry_out(repo, run, begin(_area(repo), Direction.UNDO, back, files.contents, step), step)


def write_resolution(repo: Repository, run: Run, settled: Sequence[Settled], *, step: Step = lambda _: None) -> Done:
    """Write files in conflict as they were resolved, and stage those that are so as a whole. `undo` takes it back.

    Raises `UsageError`, with nothing written, where a file or its conflict is no longer as it was when it was resolved;
    `CannotRun` when writing failed and was rolled back.
    """
    with _locked(repo):
        _finish(repo, step)
        files, reached = planned(repo, settled)
        plan = replace(
            _plan(repo, run, files, reached),
            during=fingerprint(repo),
            unlearnt=tuple(unlearnt(repo, [change.path for change in reached.restaged]).items()),
        )
        return _carry_out(repo, run, begin(_area(repo), Direction.APPLY, plan, files.contents, step), step)


def last_applied(repo: Repository) -> Run | None:
    """The run that was applied last in this work tree, of those that are applied; `None` where none is.

    A resolution of conflicts is none any more once the operation went on that they belonged to.
    """
    found, during = [], fingerprint(repo)
    for run in list_runs(repo):
        record = run.folder / Direction.APPLY.done
        plan = Plan.read(record) if record.exists() else None
        if plan and plan.git_dir == str(repo.git_dir) and (not plan.restaged or plan.during == during):
            found.append(((record / PLAN).stat().st_mtime, run.id, run))
    return max(found)[2] if found else None


def applied_paths(run: Run) -> tuple[str, ...]:
    """The paths that this run changed in a checkout; none where it is not applied."""
    record = run.folder / Direction.APPLY.done
    return Plan.read(record).paths if record.exists() else ()


def recover(repo: Repository, *, step: Step = lambda _: None) -> Recovery | None:
    """Finish the apply or undo that a killed process left in this work tree; `None` if there is none.

    Every command starts with it. What a living process is at is left to it. Raises `UsageError`, changing nothing,
    when something is neither as before nor as after, and `CannotRun` when writing failed.
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
    name = Plan.read(folder).run
    run = Run(name, run_folder(repo, name))
    transaction = Transaction(folder, run.folder, repo, step)
    verb = transaction.direction.name.lower()
    if transaction.find_commit():
        raise _Busy(f"git is still making the commit of run {run.id}", hint="Try again when it and its hooks are done")
    if strangers := transaction.strangers():
        raise UsageError(
            f"an interrupted {verb} of run {run.id} cannot be finished",
            why=f"changed since: {', '.join(strangers)}",
            hint=f"Put them as they were before or after, or give it up with: rm -r {shlex.quote(str(folder))}",
        )
    transaction.recover()
    return Recovery(run.id, run.state, transaction.plan.paths)


def _carry_out(repo: Repository, run: Run, record: Path, step: Step) -> Done:
    transaction = Transaction(record, run.folder, repo, step)
    transaction.carry_out()
    return Done.of(transaction.plan, transaction.direction)


def _plan(repo: Repository, run: Run, files: Written, reached: Reached) -> Plan:
    return Plan(
        run=run.id,
        git_dir=str(repo.git_dir),
        changes=files.changes,
        made=files.made,
        emptied=files.emptied,
        staged=reached.staged,
        move=reached.move,
        commit=reached.commit,
        merged=files.merged,
        restaged=reached.restaged,
    )


def _area(repo: Repository) -> Path:
    return repo.git_dir / "devagent"


@contextmanager
def undisturbed(repo: Repository) -> Iterator[None]:
    """Let no apply or undo begin: who takes a snapshot must not see half of one. Waits for one that is under way.

    Raises `UsageError` where that takes more than ten seconds.
    """
    with _locked(repo, SHARED, patience=10.0):
        yield


@contextmanager
def _locked(repo: Repository, kind: int = EXCLUSIVE, patience: float = 0.5) -> Iterator[None]:
    folder = repo.common_dir / "devagent"
    for part in (folder, _area(repo)):
        part.mkdir(mode=0o700, exist_ok=True)
    # A snapshot that somebody takes holds the lock for an instant: what is short is waited for.
    with trying(folder / "apply.lock", kind, patience=patience) as held:
        if not held:
            raise _Busy("another devagent is writing to this repository", hint="Try again when it is done")
        yield
