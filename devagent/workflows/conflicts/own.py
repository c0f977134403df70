"""What devagent itself wrote into files in conflict, by the records of its runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devagent.journal.journal import read_events
from devagent.proposal.plan import Plan
from devagent.proposal.store import Run, list_runs
from devagent.proposal.transaction import Direction
from devagent.repo.git import Repository
from devagent.repo.index import tree_blobs
from devagent.repo.operation import Operation, fingerprint

WENT_ON = "resolve.went-on"
"""The event of a run after which devagent had git commit what was resolved."""
DECIDED = "resolve.decided"
"""The event with the resolution that a run writes, as `--json` shows it."""
_MOST_RUNS = 200


@dataclass(frozen=True)
class Written:
    """A file in conflict as devagent wrote it last: the sha256 of its bytes, and what was decided of each conflict."""

    digest: str
    story: Sequence[Mapping[str, Any]]


def at_hand(repo: Repository) -> dict[str, Written]:
    """By path, what it wrote in the operation that is stopped now."""
    during, found = fingerprint(repo), {}
    for run, plan in _resolutions(repo):
        if plan.during == during and plan.git_dir == str(repo.git_dir):
            stories = {file["path"]: file["hunks"] for file in _decided(run).get("files", ())}
            for change in plan.changes:
                if change.after and change.path in stories:
                    found[change.path] = Written(change.after.digest, stories[change.path])
    return found


def written(repo: Repository) -> frozenset[bytes]:
    """The texts that it wrote, whole or with markers for the rest, as git stores them."""
    return frozenset(text for run, plan in _resolutions(repo) for text in _texts(repo, run, plan).values())


def committed_unseen(repo: Repository) -> frozenset[str]:
    """The blobs that it wrote and had git commit at once, so that no person has looked at them."""
    return frozenset(
        blob
        for run, plan in _resolutions(repo)
        if any(event.kind == WENT_ON for event in read_events(run.folder))
        for blob in _blobs(repo, run, plan).values()
    )


def was_given_up(repo: Repository, run: Run) -> bool:
    """Whether a run wrote into files in conflict, and that operation was aborted since: its work is gone.

    Of a merge that is known; of any other operation as long as the branch is not moved on.
    """
    record = run.folder / Direction.APPLY.done
    plan = Plan.read(record) if record.exists() else None
    if plan is None or plan.git_dir != str(repo.git_dir) or plan.during in ("", fingerprint(repo)):
        return False
    state = _decided(run).get("operation") or {}
    if state.get("operation") == Operation.MERGE:
        return not _is_in_head(repo, state["theirs"]["commit"])
    before = plan.during.split(" ")[0]
    return repo.head() == before or not _is_in_head(repo, before)


def _is_in_head(repo: Repository, commit: str) -> bool:
    return repo.git.run("merge-base", "--is-ancestor", commit, "HEAD", check=False).returncode == 0


def _decided(run: Run) -> Mapping[str, Any]:
    """The resolution that a run wrote, as `--json` shows it."""
    return next((event.data for event in read_events(run.folder) if event.kind == DECIDED), {})


def _resolutions(repo: Repository) -> Iterator[tuple[Run, Plan]]:
    """The latest runs that wrote into files in conflict, with what they wrote."""
    for run in list_runs(repo)[-_MOST_RUNS:]:
        record = run.folder / Direction.APPLY.done
        if record.exists() and (plan := Plan.read(record)).during:
            yield run, plan


def _blobs(repo: Repository, run: Run, plan: Plan) -> dict[str, str]:
    commit = run.proposal().commit
    return {path: blob.id for path, blob in tree_blobs(repo, commit, plan.paths).items()}


def _texts(repo: Repository, run: Run, plan: Plan) -> dict[str, bytes]:
    blobs = _blobs(repo, run, plan)
    contents = repo.git.blobs(blobs.values())
    return {path: contents[blob] for path, blob in blobs.items()}
