"""The result of a resolution, looked at before anything is written: it parses, and it breaks no test of either side."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from devagent.config.settings import Settings
from devagent.merge.markers import Style
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repo.git import Repository
from devagent.repo.index import staged_tree
from devagent.repo.objects import Blob, TreeChange, commit_tree, write_blobs
from devagent.repo.operation import UnderWay, under_way
from devagent.workflows.conflicts.gates import Trial
from devagent.workflows.conflicts.resolution import FileResolution, Resolution
from devagent.workflows.results import Observed
from devagent.workflows.surface import Surface

if TYPE_CHECKING:
    from devagent.workflows.session import OpenSandbox


async def tried(
    repo: Repository,
    result: Resolution,
    settings: Settings,
    surface: Surface,
    open_sandbox: "OpenSandbox | None" = None,
) -> Resolution:
    """A resolution with what the gates observe of the files as they would be, and of both sides beside them.

    What is looked at is the index with the conflicts resolved. Where one is left, there is nothing to look at yet.
    """
    if not result.files:
        return result
    if result.left:
        what = (
            f"{', '.join(file.path for file in result.left[:3])}: still in conflict, so that there is nothing to test"
        )
        return _with(result, [Evidence("tests", Verdict.NO_VERDICT, what)])
    state = result.state or under_way(repo)
    trial = Trial(repo, settings, surface, state, "resolve", open_sandbox)
    return _with(result, await trial.gates(_commit(repo, state, result.files), tests=True))


def _with(result: Resolution, found: Sequence[Evidence]) -> Resolution:
    observed = tuple(Observed(item.gate, str(item.verdict), item.summary, item.details) for item in found)
    return replace(result, evidence=observed)


def _commit(repo: Repository, state: UnderWay, files: Sequence[FileResolution]) -> str:
    """The index with every conflict resolved, as a commit that nothing points to."""
    texts = {file.path: file.merged.content(style=Style.MERGE) for file in files if file.merged and not file.chosen}
    blobs = write_blobs(repo, list(texts.values()))
    changes = [
        TreeChange(file.path, None, Blob(blobs[texts[file.path]], file.mode))
        if file.path in texts
        else TreeChange(file.path, None, file.chosen.blob if file.chosen else None)
        for file in files
    ]
    tree = staged_tree(repo, changes)
    return commit_tree(repo, tree, state.ours.commit or None, "devagent: resolved\n", int(time.time()))
