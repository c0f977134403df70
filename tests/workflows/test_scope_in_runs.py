"""The scope of the settings holds in a run: nothing outside is suspected, edited or proposed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, LARGE, RIGHT, ScriptedStaff, run_script

from devagent.config.settings import ScopeSettings, Settings, TeamSettings
from devagent.repo.git import find_root
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[..., Path]
EDIT = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"


def fix(root: Path, staff: ScriptedStaff, settings: Settings, only: tuple[str, ...] = ()) -> RunResult:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(run_script)

    request = Request(kind="fix", only=only)
    return asyncio.run(start(find_root(root), request, settings, SilentSurface(), Work(staff, opened)))


def scope(only: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> Settings:
    return Settings(scope=ScopeSettings(only=only, never=never), team=TeamSettings(samples=2, rounds=1))


@pytest.mark.parametrize("settings", [scope(only=("docs",)), scope(never=("calc.py",)), scope(never=("*",))])
def test_a_function_outside_is_not_suspected_and_no_model_asked(make_repo: MakeRepo, settings: Settings) -> None:
    staff = ScriptedStaff([])
    result = fix(make_repo(FILES), staff, settings)
    assert result.outcome == "not resolved" and staff.model.requests == []


def test_the_command_line_names_another_scope(make_repo: MakeRepo) -> None:
    assert fix(make_repo(FILES), ScriptedStaff([RIGHT]), scope(only=("docs",)), only=("calc.py",)).outcome == "proposed"


def test_an_agent_is_told_that_a_file_may_not_be_changed(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff(lambda _: EDIT, LARGE)
    settings = scope(never=("calc.py",))
    settings = settings.model_copy(update={"team": TeamSettings(strategy="lite", rounds=1, steps=2)})
    assert fix(make_repo(FILES), staff, settings).outcome == "not resolved"
    assert "calc.py may not be changed: named by scope.never" in staff.model.requests[1].messages[-1].text
