"""`devagent merge BRANCH`: a branch merged beside the checkout, its conflicts resolved, the result proposed."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from devagent.config.settings import Settings
from devagent.errors import DevagentError, ExitCode, UsageError
from devagent.journal.journal import Journal
from devagent.journal.secrets import redact
from devagent.merge.markers import Style
from devagent.merge.semantic.finding import Finding
from devagent.proposal.candidate import Candidate, Evidence, Origin, Proposal, Verdict
from devagent.proposal.store import Run, State, discard, mark_ended, new_run, publish, run_folder
from devagent.repo import refs
from devagent.repo.branches import current_ref
from devagent.repo.git import Repository
from devagent.repo.index import tree_with
from devagent.repo.objects import Blob, TreeChange, changed_paths, commit_tree, diff, write_blobs
from devagent.repo.operation import Operation, Side, UnderWay, named
from devagent.repo.treemerge import TreeMerge, commit_named, merge_commits
from devagent.workflows.conflicts.gates import Trial
from devagent.workflows.conflicts.resolution import FileResolution, Outcome
from devagent.workflows.conflicts.resolve import scene_of
from devagent.workflows.conflicts.semantics import Merging, files_in, sought, with_resolved
from devagent.workflows.conflicts.settling import settle
from devagent.workflows.results import VERSION, Observed
from devagent.workflows.surface import Surface

if TYPE_CHECKING:
    from devagent.workflows.conflicts.advice import Adviser
    from devagent.workflows.session import OpenSandbox

MergeOutcome = Literal[
    "proposed", "unverified", "conflicts", "semantic conflicts", "failing", "up to date", "fast-forward", "clean"
]

_EXIT_CODES: dict[MergeOutcome, ExitCode] = {
    "proposed": ExitCode.DONE,
    "unverified": ExitCode.NOT_RESOLVED,
    "conflicts": ExitCode.NOT_RESOLVED,
    "semantic conflicts": ExitCode.NOT_RESOLVED,
    "failing": ExitCode.NOT_RESOLVED,
    "up to date": ExitCode.DONE,
    "fast-forward": ExitCode.DONE,
    "clean": ExitCode.DONE,
}


@dataclass(frozen=True)
class MergeResult:
    """What became of a merge. Nothing of it is in the checkout.

    Arguments:
        outcome: "proposed" and "unverified" have a `run` with a proposal. "conflicts" leaves some, "failing" does not
            pass its gates. "clean" is what `check` says where nothing conflicts, "semantic conflicts" where only the
            meaning does.
        files: what was in conflict.
        conflicts: what git says of each conflict.
        semantic: where the text merges and the meaning does not.
        stopped: whether a limit ended what a model was asked about what is left.
    """

    outcome: MergeOutcome
    state: UnderWay
    files: tuple[FileResolution, ...] = ()
    conflicts: tuple[str, ...] = ()
    evidence: tuple[Observed, ...] = ()
    run: str = ""
    commit: str = ""
    semantic: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        if self.stopped and self.outcome == "conflicts":
            return ExitCode.OUT_OF_BUDGET
        return _EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The result as plain data: the shape behind `--json`."""
        return {
            "devagent": VERSION,
            "kind": "merge",
            "outcome": self.outcome,
            "ours": vars(self.state.ours),
            "theirs": vars(self.state.theirs),
            "files": [file.to_json() for file in self.files],
            "conflicts": list(self.conflicts),
            "semantic": [asdict(each) | {"told": str(each)} for each in self.semantic],
            "evidence": [vars(item) for item in self.evidence],
            "run": self.run,
            "commit": self.commit,
            "notes": list(self.notes),
            "exit_code": int(self.exit_code),
        }


def check(repo: Repository, ours: str, theirs: str) -> MergeResult:
    """Whether two branches (or commits) would merge, and what could be resolved where they would not. Nothing changes.

    Raises `UsageError` where there is no such branch, or they have no common ancestor.
    """
    state = UnderWay(Operation.MERGE, _side(repo, ours), _side(repo, theirs))
    if early := _nothing_to_merge(repo, state):
        return MergeResult(early, state)
    merged = merge_commits(repo, state.ours.commit, state.theirs.commit)
    files = _resolved(repo, state, merged)
    listed, texts = with_resolved(files_in(repo, merged.tree), files)
    open_paths = {file.path for file in files if file.outcome is not Outcome.RESOLVED}
    found = sought(repo, Merging(state.ours, state.theirs, merged.bases[0], listed, texts, open_paths)).findings
    outcome: MergeOutcome = "conflicts" if merged.unmerged else "semantic conflicts" if found else "clean"
    return MergeResult(outcome, state, files, merged.messages, semantic=found)


async def merge(
    repo: Repository,
    settings: Settings,
    surface: Surface,
    branch: str,
    *,
    tests: bool = True,
    adviser: "Adviser | None" = None,
    open_sandbox: "OpenSandbox | None" = None,
) -> MergeResult:
    """Merge a branch into HEAD, beside the checkout; what passes the gates is a proposal.

    `adviser` asks a model about conflicts that stay uncertain. `open_sandbox` may open another sandbox than the one
    that the settings ask for.

    Raises `UsageError` where there is no such branch, no commit yet, or no common ancestor.
    """
    head = repo.head()
    if head is None:
        raise UsageError("there is no commit yet to merge into")
    into = current_ref(repo).removeprefix("refs/heads/")
    state = UnderWay(Operation.MERGE, Side(into, head), _side(repo, branch))
    if early := _nothing_to_merge(repo, state):
        return MergeResult(early, state)
    merged = merge_commits(repo, head, state.theirs.commit)
    files = _resolved(repo, state, merged)
    result = MergeResult("conflicts", state, files, merged.messages)
    if adviser is not None:
        advice = await adviser.advised(files)
        files = advice.files
        notes = (advice.note,) if advice.note else ()
        result = replace(result, files=files, notes=notes, stopped=advice.stopped)
    if any(file.outcome is not Outcome.RESOLVED for file in files):
        return result
    commit = _commit(repo, state, merged, files)
    trial = Trial(repo, settings, surface, state, new_run(repo).id, open_sandbox)
    return await _proposed(trial, result, commit, tests=tests)


def _side(repo: Repository, name: str) -> Side:
    commit = commit_named(repo, name)
    return Side(named(repo, commit, name) if name == commit else name, commit)


def _nothing_to_merge(repo: Repository, state: UnderWay) -> MergeOutcome | None:
    """Whether one of the two has all that the other has."""

    def holds(ancestor: str, commit: str) -> bool:
        return repo.git.run("merge-base", "--is-ancestor", ancestor, commit, check=False).returncode == 0

    if holds(state.theirs.commit, state.ours.commit):
        return "up to date"
    return "fast-forward" if holds(state.ours.commit, state.theirs.commit) else None


def _resolved(repo: Repository, state: UnderWay, merged: TreeMerge) -> tuple[FileResolution, ...]:
    return settle(merged.unmerged, scene_of(repo, state, merged.unmerged, merged.unmerged, merged.bases))


def _commit(repo: Repository, state: UnderWay, merged: TreeMerge, files: Sequence[FileResolution]) -> str:
    """The merged tree with every conflict resolved, as a commit on top of our side."""
    texts = {file.path: file.merged.content(style=Style.MERGE) for file in files if file.merged}
    blobs = write_blobs(repo, list(texts.values()))
    when = int(time.time())
    raw = commit_tree(repo, merged.tree, state.ours.commit, "devagent: merged\n", when)
    solved = [TreeChange(file.path, None, Blob(blobs[texts[file.path]], file.mode)) for file in files if file.merged]
    return commit_tree(repo, tree_with(repo, raw, solved), state.ours.commit, "devagent: merged\n", when)


async def _proposed(trial: Trial, result: MergeResult, commit: str, *, tests: bool) -> MergeResult:
    repo, state = trial.repo, trial.state
    run = Run(trial.run, run_folder(repo, trial.run))
    subject = f"Merge {_called(state.theirs)} into {state.ours.name}"
    try:
        with Journal(run.folder) as journal:
            journal.record("run.started", "", {"run": run.id, "request": {"kind": "merge", "text": subject}})
            refs.put(repo, run.id, "candidate", commit)
            meaning = await trial.meaning(commit)
            result = replace(result, semantic=meaning.findings)
            found = await trial.gates(commit, tests=tests, meaning=meaning)
            journal.record("merge.resolved", "", result.to_json())
            if any(item.verdict is Verdict.FAIL for item in found):
                evidence = [asdict(item) for item in _observed(found)]
                change = redact(diff(repo, state.ours.commit, commit))
                journal.record("run.ended", "", {"outcome": "failing", "diff": change, "evidence": evidence})
    except DevagentError:
        discard(repo, run)
        raise
    return _end(repo, run, replace(result, evidence=_observed(found), run=run.id), found, commit, subject)


def _end(
    repo: Repository, run: Run, result: MergeResult, found: Sequence[Evidence], commit: str, subject: str
) -> MergeResult:
    if failed := [item for item in found if item.verdict is Verdict.FAIL]:
        mark_ended(run, f"{failed[0].gate}: {failed[0].summary}", State.FAILED)
        return replace(result, outcome="failing")
    tested = any(item.gate == "tests" and item.verdict is Verdict.PASS for item in found)
    verified = tested and not result.semantic
    base = result.state.ours.commit
    paths = tuple(change.path for change in changed_paths(repo, base, commit))
    proposal = publish(
        repo,
        Proposal(
            run.id,
            Candidate(commit, base, paths, Origin("merge")),
            evidence=tuple(found),
            verified=verified,
            merges=result.state.theirs.commit,
        ),
        subject,
        when=int(time.time()),
    )
    return replace(result, outcome="proposed" if verified else "unverified", commit=proposal.commit)


def _observed(found: Sequence[Evidence]) -> tuple[Observed, ...]:
    return tuple(Observed(item.gate, str(item.verdict), item.summary, item.details) for item in found)


def _called(side: Side) -> str:
    """What git calls a merged branch in its own messages."""
    return f"commit '{side.name}'" if side.commit.startswith(side.name) else f"branch '{side.name}'"
