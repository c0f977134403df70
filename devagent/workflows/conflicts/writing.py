"""Writing what was resolved, taking it back, and going on with the operation that had stopped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from devagent.config.resources import scratch_folder
from devagent.errors import NotResolved, UsageError
from devagent.journal.journal import Journal
from devagent.merge.markers import Style
from devagent.proposal.apply import Done, undo, write_resolution
from devagent.proposal.candidate import Candidate, Evidence, Origin, Proposal, Verdict
from devagent.proposal.conflicts import Settled
from devagent.proposal.plan import Plan
from devagent.proposal.store import Run, discard, list_runs, new_run, publish, run_folder
from devagent.proposal.transaction import Direction, Step
from devagent.repo.conflicts import Status, unmerged
from devagent.repo.git import Repository
from devagent.repo.index import tree_with
from devagent.repo.objects import Blob, TreeChange, commit_tree, write_blobs
from devagent.repo.operation import Operation, fingerprint, under_way
from devagent.repo.snapshot import worktree_blobs
from devagent.workflows.conflicts.marked import labels_in, style_in
from devagent.workflows.conflicts.own import DECIDED, WENT_ON
from devagent.workflows.conflicts.resolution import FileResolution, Outcome, Resolution

_STOPPED_AT = {"cherry-pick": "CHERRY_PICK_HEAD", "rebase": "REBASE_HEAD", "revert": "REVERT_HEAD"}


def write(repo: Repository, result: Resolution, *, step: Step = lambda _: None) -> Resolution:
    """Write what is resolved, and stage the files that are so as a whole. It is a run, which `restore` takes back.

    Raises `UsageError`, with nothing written, where a file or its conflict has changed since `result`.
    """
    settled = _settled(repo, [file for file in result.files if file.writable and not file.is_written])
    if not settled:
        return result
    run = new_run(repo)
    with Journal(run.folder) as journal:
        request = {"kind": "resolve", "text": f"resolve conflicts in {_listed([path.path for path in settled])}"}
        journal.record("run.started", "", {"run": run.id, "request": request})
        journal.record(DECIDED, "", result.to_json())
    try:
        _publish(repo, run, settled, result)
        done = write_resolution(repo, run, settled, step=step)
    except UsageError:
        discard(repo, run)
        raise
    return replace(result, run=run.id, staged=done.staged)


def go_on(repo: Repository, resolve: Callable[[], Resolution]) -> Resolution:
    """Resolve and go on with the operation, at every commit that stops it, as long as everything is resolved.

    Arguments:
        resolve: what resolves and writes the conflicts at hand.

    What was no conflict of the index, but only markers, is written and not staged: it ends there. A semantic conflict
    ends it as well: a person has to look at it.

    Raises `NotResolved` where git does not go on for another reason; `details` is what it said.
    """
    stops: list[Resolution] = []
    while True:
        result = replace(resolve(), earlier=tuple(stops))
        state = under_way(repo)
        only_marked = any(file.entry.status is Status.MARKED for file in result.files)
        if result.left or result.semantic or only_marked or unmerged(repo) or not state.operation.go_on:
            return result
        before = fingerprint(repo)
        _remember_going_on(repo, result)
        _go_on(repo, state.operation)
        if not unmerged(repo):
            return replace(result, finished=not under_way(repo).operation.go_on)
        if fingerprint(repo) == before:
            raise NotResolved("git stopped at the same conflicts again", hint="See git status")
        stops.append(replace(result, earlier=()))


def _remember_going_on(repo: Repository, result: Resolution) -> None:
    """On record before git commits it: what nobody has looked at is no precedent for later conflicts."""
    automatic = any(hunk.settled and not hunk.is_by_user for file in result.files for hunk in file.hunks)
    if result.run and automatic:
        with Journal(run_folder(repo, result.run)) as journal:
            journal.record(WENT_ON, "")


def _go_on(repo: Repository, operation: Operation) -> None:
    command = operation.go_on
    with scratch_folder("going-on") as folder:
        log = Path(folder) / "log"
        code = repo.git.go_on(command, log)
        said = log.read_text(errors="replace")
    if code == 0 or unmerged(repo):
        return
    if repo.git.run("diff-index", "--cached", "--quiet", "HEAD", "--", check=False).returncode == 0:
        why = "nothing is left of this commit: the other side has all of it, or it was left out"
        hint = (
            f"See git diff HEAD...{_STOPPED_AT.get(command[0], 'HEAD')}; to go on without it: git {command[0]} --skip"
        )
    else:
        lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))] or said.splitlines()
        why, hint = lines[-1] if lines else f"it ended with {code}", "With --verbose you see all that it said"
    raise NotResolved(
        f"everything is resolved, but git {' '.join(command)} did not go on", why=why, hint=hint, details=said
    )


def restore(repo: Repository, *, step: Step = lambda _: None) -> Done:
    """Bring back the conflicts that `write` settled last: the files with their markers, the stages of the index.

    Raises `UsageError` where there is nothing to bring back, or the operation went on since.
    """
    for run in reversed(list_runs(repo)):
        record = run.folder / Direction.APPLY.done
        if record.exists() and _is_resolution(Plan.read(record), repo):
            return undo(repo, run, step=step)
    raise UsageError("no conflict was resolved by devagent here", hint="To start one again: git checkout -m -- PATH")


def _is_resolution(plan: Plan, repo: Repository) -> bool:
    return bool(plan.during) and plan.git_dir == str(repo.git_dir)


def _settled(repo: Repository, files: Sequence[FileResolution]) -> list[Settled]:
    style = _style(repo)
    texts = {file.path: _content(file, style) for file in files if file.merged and not file.chosen}
    blobs = write_blobs(repo, list(texts.values()))
    found = []
    for file in files:
        blob = file.chosen.blob if file.chosen else Blob(blobs[texts[file.path]], file.mode)
        whole = file.outcome is Outcome.RESOLVED
        if file.entry.status is Status.MARKED:
            found.append(Settled(file.path, None, file.seen, blob, whole, raw=texts[file.path]))
        else:
            found.append(Settled(file.path, file.entry.stages, file.seen, blob, whole))
    return found


def _content(file: FileResolution, style: Style) -> bytes:
    """The text as a blob holds it; what is left has markers with the names that git gave them.

    Where the markers are all there is, they go on to show the base, or not to.
    """
    assert file.merged
    merged = file.merged
    if not merged.is_clean and file.seen and (labels := labels_in(file.seen.content, file.marker_size)):
        merged = replace(merged, versions=replace(merged.versions, labels=labels))
    if file.seen and file.entry.status is Status.MARKED:
        style = style_in(file.seen.content, file.marker_size) or style
    return merged.content(style=style, size=file.marker_size)


def _style(repo: Repository) -> Style:
    """How the user wants conflicts to be shown."""
    configured = repo.git.run("config", "merge.conflictStyle", check=False).line
    return Style(configured) if configured in list(Style) else Style.MERGE


def _publish(repo: Repository, run: Run, settled: Sequence[Settled], result: Resolution) -> None:
    """The proposal of a resolution: from the files with their markers to those without."""
    head, when = repo.head(), int(time.time())
    before = worktree_blobs(repo, [path.path for path in settled if path.seen])
    marked = [TreeChange(path.path, None, before.get(path.path)) for path in settled]
    base = commit_tree(repo, tree_with(repo, head, marked), head, "devagent: conflicts\n", when)
    solved = [TreeChange(path.path, None, path.becomes) for path in settled]
    commit = commit_tree(repo, tree_with(repo, base, solved), base, "devagent: resolved\n", when)
    paths = tuple(path.path for path in settled)
    left = sum(len(file.hunks) - sum(hunk.settled for hunk in file.hunks) for file in result.files)
    verdict = Verdict.FAIL if result.left else Verdict.PASS
    said = f"{len(result.left)} files left, {left} conflicts" if result.left else "no conflict is left"
    proposal = Proposal(
        run.id,
        Candidate(commit, base, paths, Origin("resolve")),
        evidence=(Evidence("conflicts", verdict, said),),
    )
    publish(repo, proposal, f"Resolve conflicts in {_listed(paths)}", when=when)


def _listed(paths: Sequence[str]) -> str:
    more = len(paths) - 3
    return ", ".join(paths[:3]) + (f" and {more} more" if more > 0 else "")
