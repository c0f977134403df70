"""A run done again from its journal, offline: no model, no sandbox, no network, and nothing of the repository written.

The run is done by the same code in a scratch repository beside the real one, which borrows its objects to read. What
the code puts on disk (a proposal, refs) lands there and goes with it.
"""

import asyncio
import posixpath
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from devagent.config.resources import scratch_folder
from devagent.config.settings import BudgetSettings, Settings
from devagent.errors import ExitCode, UsageError
from devagent.journal.journal import Event, Journal
from devagent.journal.replay import Diverged, FailedThen, JournalEnds, ReplayedJournal, refuse
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.proposal.store import Run, run_folder
from devagent.repo.git import Git, Repository
from devagent.team.conflict import Disputed
from devagent.workflows.ask import Answer, Asking
from devagent.workflows.conflicts.advice import Adviser, is_consultation
from devagent.workflows.conflicts.consultation import Consultation, Counsel
from devagent.workflows.request import Request, settings_from_json
from devagent.workflows.results import VERSION, RunResult
from devagent.workflows.session import Session, Work
from devagent.workflows.staff import WITHOUT_MODEL, models_meant, without_model
from devagent.workflows.surface import Surface


@dataclass(frozen=True)
class ReplayResult:
    """How a replay ended.

    "same": as the run did. "unfinished": where the journal of a run that was interrupted ends. "diverged": at event
    number `event`, for the reason `why`. `ended` is how the run had ended, `commit` its proposal; `replayed` of
    `events` events were gone through.
    """

    run: str
    outcome: Literal["same", "unfinished", "diverged"]
    ended: str
    events: int
    replayed: int
    commit: str = ""
    event: int | None = None
    why: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """1 for a run that goes another way today."""
        return ExitCode.NOT_RESOLVED if self.outcome == "diverged" else ExitCode.DONE

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"devagent": VERSION, "kind": "replay", **asdict(self), "exit_code": int(self.exit_code)}


async def replay(repo: Repository, run: Run, surface: Surface, work: Work | None = None) -> ReplayResult:
    """Do a run again from its journal. `work` may bring other models; they are never asked.

    Raises `UsageError` for a run that never began.
    """
    work = work or Work(staff_for=_Absent)
    with scratch_folder("replay") as folder:
        scratch = await asyncio.to_thread(_beside, repo, Path(folder))
        copy = Run(run.id, run_folder(scratch, run.id))
        await asyncio.to_thread(_copy, run, copy)
        with ReplayedJournal(copy.folder) as journal:
            journal.observe(surface.event)
            if is_consultation(journal):
                return await _replayed(run, journal, _asked_then(scratch, copy, journal, surface, work))
            session = Asking if run.is_question else Session
            return await _replayed(run, journal, session(*_as_then(repo, scratch, copy, journal, surface, work)))


async def _replayed(run: Run, journal: ReplayedJournal, session: Session | Asking | Consultation) -> ReplayResult:
    commit = run.proposal().commit if (run.folder / "proposal.json").exists() else ""
    facts = ReplayResult(run.id, "same", _ending(journal.events), len(journal.events), 0, commit)
    try:
        result: RunResult | Answer | Counsel | None = await session.result()
    except FailedThen:
        result = None
    except JournalEnds:
        journal.show_rest()
        return replace(facts, outcome="unfinished", replayed=journal.reached)
    except Diverged as error:
        return replace(facts, outcome="diverged", replayed=journal.reached, event=error.seq, why=str(error))
    journal.show_rest()
    facts = replace(facts, replayed=journal.reached)
    if isinstance(result, RunResult) and result.commit != commit:
        why = f"the proposal is {result.commit[:12] or 'none'} and was {commit[:12] or 'none'}"
        return replace(facts, outcome="diverged", event=len(journal.events) - 1, why=why)
    return facts


def _as_then(
    repo: Repository, scratch: Repository, run: Run, journal: ReplayedJournal, surface: Surface, work: Work
) -> tuple[Repository, Run, Journal, Request, Settings, Surface, Work]:
    begun = [event for event in journal.events if event.kind in ("run.started", "run.resumed")]
    if not begun or begun[0].kind != "run.started":
        raise UsageError(f"run {run.id} never began", hint=f"devagent discard {run.id}")
    request = Request.from_json(begun[0].data["request"])
    only = tuple(posixpath.relpath(path, repo.root) if path.startswith("/") else path for path in request.only)
    work = replace(work, open_sandbox=refuse)
    return scratch, run, journal, replace(request, only=only), _settings_then(begun[-1]), surface, work


def _asked_then(scratch: Repository, run: Run, journal: ReplayedJournal, surface: Surface, work: Work) -> Consultation:
    begun = [event for event in journal.events if event.kind in ("run.started", "run.resumed")]
    asked = [Disputed.from_json(data) for data in begun[0].data["conflicts"]]
    prompts = begun[0].data["request"]["prompts"]
    return Adviser(scratch, _settings_then(begun[-1]), surface, work, prompts).session(run, journal, asked, refuse)


def _settings_then(begun: Event) -> Settings:
    """The settings of a session. No limit ends a replay: where one ended the run, the journal says so."""
    budget = BudgetSettings(tokens=0, cost=0.0, seconds=0.0)
    return settings_from_json(begun.data["settings"]).model_copy(update={"budget": budget})


def _beside(repo: Repository, folder: Path) -> Repository:
    """An empty repository that can read the objects of the real one."""
    # Only a git that is new enough for the other hash knows the option.
    other_hash = ["--object-format=sha256"] if len(repo.zero_id) == 64 else []
    Git(folder).run("init", "--quiet", "--template=", *other_hash)
    scratch = Repository(folder, folder / ".git", folder / ".git")
    (scratch.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (scratch.git_dir / "objects" / "info" / "alternates").write_text(f"{repo.common_dir / 'objects'}\n")
    return scratch


def _copy(run: Run, copy: Run) -> None:
    """The record of a run, without its lock and its proposal. A run that is going on may be copied."""
    copy.folder.mkdir(mode=0o700, parents=True)
    for name in ("journal.jsonl", "salt"):
        if (run.folder / name).exists():
            shutil.copyfile(run.folder / name, copy.folder / name)
    if (run.folder / "blobs").is_dir():
        # What begins with a dot is just being written.
        shutil.copytree(run.folder / "blobs", copy.folder / "blobs", ignore=shutil.ignore_patterns(".*"))


def _ending(events: list[Event]) -> str:
    ended = [event.data for event in events if event.kind in ("run.ended", "run.stopped")]
    return str(ended[-1].get("summary") or ended[-1].get("why")) if ended else "interrupted"


class _Absent:
    """The models of a replayed run: their cards are there, and nobody behind them."""

    def __init__(self, settings: Settings, journal: Journal, budget: Budget, surface: Surface) -> None:
        del surface
        if journal.find(WITHOUT_MODEL):
            settings = without_model(settings)
        self.gateways: Mapping[str, Gateway] = {
            role: Gateway(_Silent(choice.card), journal, budget, seed=settings.model.seed)
            for role, choice in models_meant(settings.model).items()
        }

    def get_ready(self) -> None:
        """Nothing to load."""

    async def check(self) -> None:
        """Nobody to ask."""

    def warm_up(self) -> None:
        """Nothing to begin."""

    async def close(self, *, interrupted: bool = False) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True)
class _Silent:
    card: ModelCard

    async def complete(self, request: ModelRequest) -> ModelReply:
        refuse(request)

    async def close(self) -> None:
        """Nothing to let go of."""
