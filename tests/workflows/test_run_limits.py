"""A limit ends a run wherever it is, says what it was at, and stays raised once it was raised."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from scripted_world import FILES, LARGE, RIGHT, ScriptedStaff, run_script

from devagent.config.settings import BudgetSettings, Settings
from devagent.errors import ModelError, UsageError
from devagent.journal.journal import read_events
from devagent.models.model import ModelReply, ModelRequest
from devagent.models.scripted import ScriptedModel
from devagent.proposal.store import State, find_run, list_runs
from devagent.repo.git import find_root
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, raised, resume, start

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
FIX = Request(kind="fix")


def work(staff: ScriptedStaff, seconds: float = 0.0) -> Work:
    """A scripted world whose sandbox takes so long to open."""

    async def opened(*_: object) -> ScriptedSandbox:
        await asyncio.sleep(seconds)
        return ScriptedSandbox(run_script)

    return Work(staff_for=staff, open_sandbox=opened)


class Stalling(ScriptedModel):
    """Never answers."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Wait for ever."""
        self.requests.append(request)
        await asyncio.sleep(1000)
        raise ModelError("nobody waits so long")


class StallingStaff(ScriptedStaff):
    """A model that is asked and never answers."""

    def __init__(self) -> None:
        super().__init__([], LARGE)
        self.model = Stalling([], LARGE)


def fix(root: Path, work: Work, limits: BudgetSettings) -> RunResult:
    return asyncio.run(start(find_root(root), FIX, Settings(budget=limits), SilentSurface(), work))


def test_the_first_run_of_the_tests_is_under_the_limit_as_well(make_repo: MakeRepo) -> None:
    started = time.monotonic()
    root = make_repo(FILES)
    result = fix(root, work(ScriptedStaff([]), 60.0), BudgetSettings(seconds=0.3))
    assert time.monotonic() - started < 20
    assert result.outcome == "out of budget" and result.exit_code == 4
    assert "the run has used its 0.3 s: tests have been running for 0 s" in result.summary
    repo = find_root(root)
    assert find_run(repo).state is State.STOPPED
    more = raised(tokens=None, cost=None, seconds=60.0)
    again = asyncio.run(resume(repo, find_run(repo), more, SilentSurface(), work(ScriptedStaff([RIGHT]))))
    assert again.outcome == "proposed"


def test_a_model_that_does_not_answer_is_named(make_repo: MakeRepo) -> None:
    result = fix(make_repo(FILES), work(StallingStaff()), BudgetSettings(seconds=2.0))
    assert result.outcome == "out of budget"
    assert "the run has used its 2 s: scripted-large has not answered for" in result.summary


def test_a_limit_that_was_raised_stays_raised(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fix(root, work(ScriptedStaff([])), BudgetSettings(tokens=10))
    repo = find_root(root)
    for tokens, limit in ((11, "11"), (None, "11")):
        more = raised(tokens=tokens, cost=None, seconds=None)
        result = asyncio.run(resume(repo, find_run(repo), more, SilentSurface(), work(ScriptedStaff([]))))
        assert f"the limit of {limit} tokens" in result.summary


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_limit_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(UsageError, match=f"budget.cost = {number}: input should be a finite number"):
        raised(tokens=None, cost=float(number), seconds=None)(Settings())


def test_a_run_that_fails_after_it_was_paid_for_is_kept_and_says_how_to_go_on(make_repo: MakeRepo) -> None:
    root, surface = make_repo(FILES), SilentSurface()
    staff = ScriptedStaff(['{"goal": "g", "must_hold": ["x"]}', ModelError("the line is dead")], LARGE)
    try:
        asyncio.run(start(find_root(root), FIX, Settings(), surface, work(staff)))
    except ModelError as error:
        assert "the line is dead" in str(error)
    (run,) = list_runs(find_root(root))
    assert any(event.kind == "model.call.finished" for event in read_events(run.folder))
    assert surface.notes[-1] == f"what was done until then is kept; to go on: devagent resume {run.id}"
