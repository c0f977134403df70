"""The main job: from a request to a proposal, in a new run or in one that was left."""

from collections.abc import Callable
from functools import partial

from devagent.config.settings import Settings, with_flags
from devagent.errors import DevagentError, ModelError, UsageError
from devagent.journal.journal import Journal, read_events
from devagent.models import absent
from devagent.proposal.store import Run, discard, new_run
from devagent.repo.git import Repository
from devagent.workflows.request import Request, settings_from_json, settings_to_json
from devagent.workflows.results import RunResult
from devagent.workflows.session import Crew, Session, Work
from devagent.workflows.surface import Surface

__all__ = ["Work", "raised", "resume", "start"]

_AS_CONFIGURED = Work()

_WORTH_KEEPING = ("model.call.finished", "attempt.tried")


async def start(
    repo: Repository, request: Request, settings: Settings, surface: Surface, work: Work = _AS_CONFIGURED
) -> RunResult:
    """Do what a request asks, in a new run.

    Raises `CannotRun` where the tests cannot be run here, `UsageError` for a request that makes no sense: the run is
    then forgotten, unless it holds what a resumed run would not have to do again. A run that ends without a proposal
    is a result, not an error.
    """
    _check_model_wanted(request, settings)
    run = new_run(repo)
    try:
        with Journal(run.folder) as journal:
            session = Session(repo, run, journal, request, settings, surface, work)
            _get_ready(session.staff, request, surface)
            journal.observe(surface.event)
            asked = {"request": request.to_json(), "settings": settings_to_json(settings), "run": run.id}
            journal.record("run.started", "", asked)
            return await session.result()
    except DevagentError:
        if not any(event.kind in _WORTH_KEEPING for event in read_events(run.folder)):
            discard(repo, run)
        else:
            surface.note(f"what was done until then is kept; to go on: devagent resume {run.id}")
        raise


async def resume(
    repo: Repository,
    run: Run,
    change: Callable[[Settings], Settings],
    surface: Surface,
    work: Work = _AS_CONFIGURED,
) -> RunResult:
    """Go on with a run that was interrupted or stopped by its budget. `change` may raise limits.

    Raises `UsageError` for a run that has nothing to go on with, or that another process is working on.
    """
    with Journal(run.folder) as journal:
        begun = journal.find("run.started")
        latest = [*begun, *journal.find("run.resumed")]
        if not begun:
            raise UsageError(f"run {run.id} never began", hint=f"devagent discard {run.id}")
        journal.observe(surface.event)
        restored = journal.secrets.unmasked
        request = Request.from_json(restored(begun[0].data["request"]))
        settings = change(settings_from_json(restored(latest[-1].data["settings"])))
        ended = journal.find("run.ended")
        facts = {
            "settings": settings_to_json(settings),
            "finished": bool(ended) and ended[-1].data["outcome"] != "out of budget",
            "run": run.id,
        }
        journal.record("run.resumed", "", facts, key=str(journal.session))
        session = Session(repo, run, journal, request, settings, surface, work)
        session.staff.get_ready()
        return await session.result()


def _check_model_wanted(request: Request, settings: Settings) -> None:
    if settings.model.name == absent.NONE:
        if request.kind == "run" or request.revises:
            absent.refuse("a task in words")
        if settings.team.strategy == "lite":
            absent.refuse("the strategy lite")


def _get_ready(staff: Crew, request: Request, surface: Surface) -> None:
    """Get the models ready. Whether `fix` needs one only the tests can say: until then, what it lacks is a note."""
    try:
        staff.get_ready()
    except ModelError as error:
        if request.kind != "fix":
            raise
        surface.note(f"{error} (this matters only if tests fail)")


def raised(*, tokens: int | None, cost: float | None, seconds: float | None) -> Callable[[Settings], Settings]:
    """A change of settings that gives a run other limits; `None` keeps one."""
    return partial(with_flags, flags={"budget.tokens": tokens, "budget.cost": cost, "budget.seconds": seconds})
