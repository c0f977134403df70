"""`fix` without a model: because that was asked for, or because ours is not here and nobody agrees to fetch it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, run_script

from devagent.config.settings import ModelSettings, Settings, TeamSettings
from devagent.errors import CannotRun, ModelError
from devagent.models.absent import NoModel
from devagent.models.model import ModelRequest
from devagent.proposal.store import find_run, list_runs
from devagent.repo.git import find_root
from devagent.sandbox.sandbox import Sandbox
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.replay import replay
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[..., Path]
FIX = Request(kind="fix")
NO_MODEL = Settings(model=ModelSettings(name="none"))


@pytest.fixture
def nothing_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has no weights, and no terminal."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


async def opened(*_: object) -> Sandbox:
    return ScriptedSandbox(run_script)


def done(root: Path, settings: Settings, request: Request = FIX, surface: SilentSurface | None = None) -> RunResult:
    return asyncio.run(start(find_root(root), request, settings, surface or SilentSurface(), Work(open_sandbox=opened)))


def test_without_a_model_search_has_every_turn_and_its_end_is_the_end(make_repo: MakeRepo) -> None:
    result = done(make_repo(FILES), NO_MODEL)
    assert (result.outcome, result.exit_code) == ("not resolved", 1)
    assert result.summary == "no model was asked, and search never found a change that passes the gates"
    assert result.ledger["total"]["calls"] == 0


@pytest.mark.usefixtures("nothing_pulled")
def test_where_our_model_is_not_here_the_run_says_so_and_searches(make_repo: MakeRepo) -> None:
    root, surface = make_repo(FILES), SilentSurface()
    result = done(root, Settings(), surface=surface)
    assert result.outcome == "not resolved"
    (note,) = [note for note in surface.notes if "without a model" in note]
    assert "devagent model pull" in note
    again = asyncio.run(replay(find_root(root), find_run(find_root(root)), SilentSurface()))
    assert again.outcome == "same"


@pytest.mark.usefixtures("nothing_pulled")
@pytest.mark.parametrize(
    "settings",
    [
        Settings(model=ModelSettings(name="embedded")),
        Settings(model=ModelSettings(roles={"coder": "embedded"})),
        Settings(team=TeamSettings(strategy="lite")),
    ],
    ids=["named", "named for a role", "lite"],
)
def test_a_model_that_was_asked_for_is_not_done_without(make_repo: MakeRepo, settings: Settings) -> None:
    with pytest.raises(CannotRun, match="devagent model pull"):
        done(make_repo(FILES), settings)


@pytest.mark.parametrize(
    ("request_", "settings"),
    [
        (Request(kind="run", text="Make it quicker"), NO_MODEL),
        (FIX, Settings(model=NO_MODEL.model, team=TeamSettings(strategy="lite"))),
    ],
    ids=["a task in words", "lite"],
)
def test_what_needs_a_model_is_refused_before_anything_is_done(
    make_repo: MakeRepo, request_: Request, settings: Settings
) -> None:
    root = make_repo(FILES)
    with pytest.raises(ModelError, match="needs a model, and there is none"):
        done(root, settings, request_)
    assert not list_runs(find_root(root))


def test_nobody_answers_for_no_model() -> None:
    with pytest.raises(ModelError, match="this step needs a model"):
        asyncio.run(NoModel().complete(ModelRequest()))
