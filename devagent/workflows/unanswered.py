"""Questions that no model came to answer: their runs are not kept, and that is said, because their ids were told."""

from devagent.journal.journal import read_events
from devagent.models.record import CALL
from devagent.proposal.store import Run, discard
from devagent.repo.git import Repository
from devagent.workflows.surface import Surface


def was_answered(run: Run) -> bool:
    """Whether any call of a model came back in a run."""
    return any(event.kind == f"{CALL}.finished" for event in read_events(run.folder))


def dropped_unless_answered(repo: Repository, run: Run, surface: Surface) -> None:
    """Drop a run in which no model came to answer: there is nothing in it to go on with."""
    if not was_answered(run):
        discard(repo, run)
        surface.note(f"no model answered: run {run.id} is not kept")
