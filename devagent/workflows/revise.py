"""A proposal goes back to the team: what `devagent revise` starts from.

The new run keeps the request and the settings of the run that it revises. It starts from that run's own snapshot; where
the checkout has moved on, from the checkout as it is now, with the proposal carried over, so that what comes of it can
be applied. Only where the two touch the same lines it stays at the old snapshot, and says so.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from devagent.config.settings import Settings, with_flags
from devagent.errors import UsageError
from devagent.journal.journal import Event, read_events
from devagent.journal.secrets import Secrets
from devagent.proposal.store import Run, State
from devagent.repo.git import Repository
from devagent.repo.objects import diff, tree_of
from devagent.repo.snapshot import Snapshot
from devagent.workflows.ground import carry_over
from devagent.workflows.place import taken
from devagent.workflows.request import Request, Revision, settings_from_json


@dataclass(frozen=True)
class Revising:
    """What the new run is asked, with which settings; `notes` say what it starts from."""

    request: Request
    settings: Settings
    notes: tuple[str, ...]


def revising(repo: Repository, run: Run, feedback: str) -> Revising:
    """What a run that revises this one starts from.

    Raises `UsageError` for a run that cannot be revised, with what to do instead.
    """
    if run.is_question:
        raise UsageError(f"run {run.id} answers a question: there is no proposal", hint="Ask again in other words")
    _check(run)
    events = read_events(run.folder)
    begun = [event for event in events if event.kind in ("run.started", "run.resumed")]
    start = next((event for event in events if event.kind == "snapshot.taken"), None)
    if start is None or begun[0].kind != "run.started":
        raise UsageError(f"run {run.id} never got as far as its tests", hint="Start a new run")
    secrets = Secrets(run.folder)
    request = Request.from_json(secrets.unmasked(begun[0].data["request"]))
    settings = settings_from_json(secrets.unmasked(begun[-1].data["settings"]))
    for picked in (event for event in events if event.kind == "project.picked"):
        settings = with_flags(settings, {"sandbox.project": picked.data["folder"]})
    revision, notes = _starting_point(repo, run, request, settings, str(start.data["commit"]), feedback)
    before = request.revises
    earlier = (*before.earlier, before.feedback) if before else ()
    material = [_said(earlier), _answers(events), _proposed(repo, revision, events)]
    revision = replace(
        revision, own_tests=_own_tests(events, request), earlier=earlier, material="\n\n".join(filter(None, material))
    )
    return Revising(replace(request, revises=revision), settings, notes)


def _check(run: Run) -> None:
    state = run.state
    here = 'devagent run "TASK" goes on from what is there'
    hints = {
        State.RUNNING: "Wait for it, or stop it first",
        State.INTERRUPTED: f"To go on with it: devagent resume {run.id}",
        State.APPLIED: f"First take it back: devagent undo {run.id}; or leave it, and {here}",
        State.GREEN: f"{here[:1].upper()}{here[1:]}",
    }
    if state in hints:
        raise UsageError(f"run {run.id} cannot be revised ({_told(state)})", hint=hints[state])


def _told(state: State) -> str:
    return {State.RUNNING: "it is being worked on", State.GREEN: "there was nothing to fix"}.get(
        state, f"it is {state}"
    )


def _starting_point(
    repo: Repository, run: Run, request: Request, settings: Settings, base: str, feedback: str
) -> tuple[Revision, tuple[str, ...]]:
    before = Revision(run.id, feedback, base, _latest_proposal(run, request) or base)
    now = taken(repo, request.base, include=settings.sandbox.include)
    if now.tree == tree_of(repo, base):
        return before, ()
    return _moved_on(repo, before, now)


def _latest_proposal(run: Run, request: Request) -> str:
    """The commit of the run's proposal; of a revision that came to nothing, of the proposal that it started from."""
    if (run.folder / "proposal.json").exists():
        return run.proposal().commit
    return request.revises.ground if request.revises else ""


def _moved_on(repo: Repository, before: Revision, now: Snapshot) -> tuple[Revision, tuple[str, ...]]:
    moved = f"the checkout has changed since run {before.run}"
    if before.ground == before.base:
        return replace(before, base=now.commit, ground=now.commit), (f"{moved}: starting from it as it is now",)
    carried = carry_over(repo, before.base, before.ground, now.commit, int(time.time()))
    if carried.clashes:
        lines = f"in lines that its proposal changes as well ({', '.join(carried.clashes)})"
        return before, (f"{moved} {lines}: starting from the snapshot of that run",)
    here = tree_of(repo, carried.commit) == now.tree
    how = "which holds its proposal already" if here else "with its proposal carried over"
    ground = now.commit if here else carried.commit
    return replace(before, base=now.commit, ground=ground), (f"{moved}: starting from it as it is now, {how}",)


def _own_tests(events: Sequence[Event], request: Request) -> tuple[str, ...]:
    made = [event.data for event in events if event.kind == "proposal.made"]
    if not made:
        return request.revises.own_tests if request.revises else ()
    return tuple(made[-1].get("own_tests", ()))


def _said(earlier: Sequence[str]) -> str:
    return "# What the user said of the versions before, which still holds\n" + "\n".join(earlier) if earlier else ""


def _answers(events: Sequence[Event]) -> str:
    """What the user told the team when it asked."""
    settled = [event.data for event in events if event.kind == "question.settled" and event.data["by"] == "user"]
    return "\n".join(f"{data['question']} {data['answer']} (from the user)" for data in settled)


def _proposed(repo: Repository, revision: Revision, events: Sequence[Event]) -> str:
    held = diff(repo, revision.base, revision.ground)
    made = any(event.kind == "proposal.made" for event in events)
    ended = [event.data for event in events if event.kind == "run.ended"]
    best = str(ended[-1]["diff"]) if ended and not made else ""
    parts = (
        f"# The team's earlier proposal, which your working copy holds\n{held}" if held else "",
        f"# The team's best attempt after that, which was not good enough\n{best}" if best else "",
    )
    return "\n\n".join(filter(None, parts))
