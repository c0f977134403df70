"""The commit of `apply --commit`: made by git with the user's hooks, and found again after a crash.

git makes it from an index of its own in the record, so that what else is staged stays staged. devagent may be killed
while git and the hooks live on: they inherit a lock on a file in the record, and as long as it is held, nobody else
touches what they are at.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from devagent.errors import CannotRun
from devagent.journal.lock import is_held
from devagent.proposal.plan import Plan
from devagent.repo.branches import message_of, standing
from devagent.repo.git import Repository
from devagent.repo.index import index_of

_LOCK, _MERGES = "committing", "merges"


def make_commit(repo: Repository, plan: Plan, folder: Path) -> str:
    """Make the commit of a plan and give its id.

    Arguments:
        folder: the plan's record.

    Raises `CannotRun` where git or a hook refused; `details` is all that they said.
    """
    assert plan.commit and plan.move
    index, message, log = (folder / name for name in ("commit.index", "message", "commit.log"))
    index_of(repo, plan.move.before, plan.commit.changes, index)
    message.write_bytes(plan.commit.message.encode(errors="surrogateescape"))
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if plan.commit.merges:
            _begin_merge(repo, plan.commit.merges, folder)
        code = repo.git.commit(index, message, log, held=descriptor)
    finally:
        end_merge(repo, folder)
        os.close(descriptor)
        index.unlink(missing_ok=True)
    made = standing(repo, plan.move.ref)
    if made is None or made == plan.move.before:
        said = log.read_text(errors="replace").strip() if log.exists() else ""
        hint = "With --verbose you see all that it and the hooks said" if "\n" in said else ""
        raise CannotRun("git did not commit", why=_last_words(said) or f"it ended with {code}", hint=hint, details=said)
    return made


def find_commit(repo: Repository, plan: Plan) -> str | None:
    """The commit of a plan, if it was made: the one after the plan's HEAD that names the run."""
    assert plan.commit and plan.move
    now = standing(repo, plan.move.ref)
    if now is None or now == plan.move.before:
        return None
    parents = repo.git.run("rev-list", "--parents", "-1", now, "--").line.split()[1:]
    mine = parents == [parent for parent in (plan.move.before, plan.commit.merges) if parent]
    return now if mine and f"Devagent-Run: {plan.run}" in message_of(repo, now).splitlines() else None


def end_merge(repo: Repository, folder: Path) -> None:
    """Take away what tells git of a second parent, if it was put there for the record in `folder`; any other stays."""
    head, mine = repo.git_dir / "MERGE_HEAD", folder / _MERGES
    with suppress(FileNotFoundError):
        if head.samefile(mine):
            head.unlink()


def at_work(folder: Path) -> bool:
    """Whether a git that was started for the record in `folder` is still alive, or one of its hooks."""
    return is_held(folder / _LOCK)


def _begin_merge(repo: Repository, commit: str, folder: Path) -> None:
    """Tell git of the second parent, by a link to a file of devagent's: whoever finds it later can tell whose it is."""
    mine = folder / _MERGES
    mine.write_text(f"{commit}\n")
    try:
        os.link(mine, repo.git_dir / "MERGE_HEAD")
    except FileExistsError:
        raise CannotRun("a merge is under way", hint="Finish it first") from None


def _last_words(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or [""])[-1].removeprefix("fatal: ").removeprefix("error: ")
