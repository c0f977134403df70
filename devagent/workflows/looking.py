"""Looking at runs: what `show` and `list` tell, from the journal and the proposal, without a lock."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from devagent.code.context.parts import EVENT
from devagent.journal.journal import Event, read_events, read_first
from devagent.journal.ledger import Ledger
from devagent.journal.secrets import redact
from devagent.proposal.store import Run, State, find_run
from devagent.proposal.store import list_runs as stored_runs
from devagent.repo.git import Repository
from devagent.repo.objects import diff
from devagent.team.chain import CONDITIONS
from devagent.workflows.conflicts.own import was_given_up
from devagent.workflows.publishing import told_alternatives
from devagent.workflows.results import VERSION, Observed, OtherWay

_GIVEN_UP = "aborted since"


@dataclass(frozen=True)
class RunLine:
    """One run in a list. `revises` is the run whose proposal it revises; its task is then what was said of that."""

    run: str
    state: str
    task: str
    revises: str = ""


@dataclass(frozen=True)
class RunView:
    """One run as a whole. `steps` says for each phase who did it; `conversation` is every model call, `context` what
    each prompt showed of the repository and why.

    `since` is what has changed since the proposal of the run that this one `revises`; `revised_by` are the runs that
    revise this one.
    """

    run: str
    state: str
    task: str
    failure: str = ""
    verified: bool = False
    commit: str = ""
    diff: str = ""
    patch: bytes = b""
    evidence: tuple[Observed, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alternatives: tuple[OtherWay, ...] = ()
    steps: tuple[str, ...] = ()
    conversation: tuple[dict[str, Any], ...] = ()
    context: tuple[dict[str, Any], ...] = ()
    ledger: dict[str, Any] = field(default_factory=dict)
    revises: str = ""
    feedback: str = ""
    since: str = ""
    revised_by: tuple[str, ...] = ()
    is_question: bool = False

    def to_json(self) -> dict[str, Any]:
        """The view as plain data."""
        return {"devagent": VERSION, "kind": "show", **asdict(self), "patch": self.patch.decode(errors="replace")}


def overview(repo: Repository) -> list[RunLine]:
    """All runs, oldest first."""
    return [_line(repo, run) for run in stored_runs(repo)]


def view(repo: Repository, prefix: str | None) -> RunView:
    """One run, the latest by default. Raises `UsageError` when there is none."""
    run = find_run(repo, prefix, questions=True)
    events = read_events(run.folder)
    started = events[0] if events else None
    best, revision = _best_attempt(events), _revision(started)
    seen = RunView(
        run=run.id,
        state=_state(repo, run),
        task=_task(started),
        failure="" if run.state is State.ANSWERED else run.failure,
        diff=best["diff"],
        evidence=tuple(Observed(**{**item, "details": tuple(item["details"])}) for item in best["evidence"]),
        steps=tuple(filter(None, map(_step, events))),
        conversation=tuple(_calls(events)),
        context=tuple({"place": event.place, **event.data} for event in events if event.kind == EVENT),
        ledger=Ledger.from_events(events).to_json(),
        is_question=run.is_question,
        revises=revision.get("run", ""),
        feedback=revision.get("feedback", ""),
        revised_by=tuple(line.run for line in overview(repo) if line.revises == run.id),
    )
    return _with_proposal(repo, run, seen, revision.get("ground", ""))


def _with_proposal(repo: Repository, run: Run, seen: RunView, ground: str) -> RunView:
    if not (run.folder / "proposal.json").exists():
        return seen
    proposal = run.proposal()
    facts = {
        "failure": "",
        "verified": proposal.verified,
        "commit": proposal.commit,
        "diff": redact(diff(repo, proposal.candidate.base, proposal.commit)),
        "patch": (run.folder / "proposal.patch").read_bytes(),
        "evidence": tuple(Observed(e.gate, str(e.verdict), e.summary, e.details) for e in proposal.evidence),
        "assumptions": proposal.assumptions,
        "notes": proposal.notes,
        "alternatives": told_alternatives(proposal, lambda commit: redact(diff(repo, proposal.candidate.base, commit))),
        "since": redact(diff(repo, ground, proposal.commit)) if ground else "",
    }
    return RunView(**{**vars(seen), **facts})


def _state(repo: Repository, run: Run) -> str:
    """What became of a run; of a resolution also whether what it was written for was aborted since."""
    state = run.state
    return _GIVEN_UP if state is State.APPLIED and was_given_up(repo, run) else str(state)


def _line(repo: Repository, run: Run) -> RunLine:
    started = read_first(run.folder)
    revision = _revision(started)
    task = str(revision["feedback"]).split("\n")[0] if revision else _task(started)
    return RunLine(run.id, _state(repo, run), task, revision.get("run", ""))


def _revision(started: Event | None) -> Mapping[str, Any]:
    """What a run revises; nothing where it does not."""
    return (started.data["request"].get("revises") if started else None) or {}


def _best_attempt(events: list[Event]) -> Mapping[str, Any]:
    """What came nearest in a run without a proposal, as it was told when the run ended."""
    ended = [event.data for event in events if event.kind == "run.ended"]
    return {"diff": "", "evidence": [], **(ended[-1] if ended else {})}


def _task(started: Event | None) -> str:
    if started is None:
        return "(nothing was recorded)"
    request = started.data["request"]
    return str(request["text"]).strip().split("\n")[0] or "fix the failing tests"


def _step(event: Event) -> str:
    data = event.data
    match event.kind:
        case "phase.finished":
            return f"{data['phase']:10} {data['role']:9} by the {data['by']}"
        case "phase.failed":
            return f"{data['phase']:10} {data['role']:9} failed: {data['why']}"
        case "phase.skipped":
            return f"{data['phase']:10} {'':9} skipped: {CONDITIONS.get(data['why'], data['why'])}"
        case _:
            return ""


def _calls(events: list[Event]) -> list[dict[str, Any]]:
    asked = {(e.place, e.key): e.data["inputs"] for e in events if e.kind == "model.call.started"}
    calls = []
    for event in events:
        if event.kind != "model.call.finished":
            continue
        result = event.data["result"]
        inputs = asked.get((event.place, event.key), {})
        calls.append(
            {
                "place": event.place,
                "role": result["role"],
                "model": result["model"],
                "messages": inputs.get("request", {}).get("messages", []),
                "answer": result["reply"]["text"],
            }
        )
    return calls
