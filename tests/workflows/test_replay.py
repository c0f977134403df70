"""A run done again from its journal: offline, to the same proposal, and without a trace."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_world import FILES, LARGE, RIGHT, SMALL, WRONG, ScriptedStaff, run_script

from devagent.config.settings import BudgetSettings, Settings, TeamSettings
from devagent.errors import SandboxError, UsageError
from devagent.models.model import ModelCard, ModelRequest
from devagent.proposal.store import Run, find_run, new_run
from devagent.repo.git import find_root
from devagent.sandbox.sandbox import Sandbox
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.replay import ReplayResult, replay
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.revise import revising
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, raised, resume, start

MakeRepo = Callable[..., Path]
Answers = list[str] | Callable[[ModelRequest], str]
FIX = Request(kind="fix")


def silent(card: ModelCard) -> Work:
    def answer(request: ModelRequest) -> str:
        raise AssertionError(f"a replay asked a model: {request.messages[-1].text}")

    return Work(staff_for=ScriptedStaff(answer, card))


def work(answers: Answers, card: ModelCard = SMALL) -> Work:
    async def opened(*_: object) -> Sandbox:
        return ScriptedSandbox(run_script)

    return Work(staff_for=ScriptedStaff(answers, card), open_sandbox=opened)


def at_last() -> Callable[[ModelRequest], str]:
    """Answers of which the first is wrong and the others are right."""
    answers = [WRONG]
    return lambda _: answers.pop() if answers else RIGHT


def done(root: Path, at: Work, request: Request = FIX, settings: Settings | None = None) -> RunResult:
    return asyncio.run(start(find_root(root), request, settings or Settings(), SilentSurface(), at))


def again(root: Path, card: ModelCard = SMALL, surface: SilentSurface | None = None) -> ReplayResult:
    run = find_run(find_root(root))
    return asyncio.run(replay(find_root(root), run, surface or SilentSurface(), silent(card)))


def on_disk(root: Path) -> dict[str, bytes]:
    """Everything in the repository, refs and runs and objects included."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_it_ends_with_the_same_proposal_and_writes_nothing(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = done(root, work(at_last()))
    before = on_disk(root)
    replayed = again(root)
    assert (replayed.outcome, replayed.exit_code, replayed.commit) == ("same", 0, result.commit)
    assert replayed.replayed == replayed.events
    assert on_disk(root) == before


def test_the_events_are_shown_as_they_came(make_repo: MakeRepo) -> None:
    root, first = make_repo(FILES), SilentSurface()
    asyncio.run(start(find_root(root), FIX, Settings(), first, work(at_last())))
    second = SilentSurface()
    again(root, surface=second)
    assert second.events == first.events


EDIT = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"
TEAM = [
    '{"goal": "add adds", "must_hold": ["sum"]}',
    '{"good": true}',
    '{"suspects": [{"path": "calc.py", "name": "add", "reason": "x"}]}',
    *[EDIT, "```test\n```", "```submit\nok\n```", '{"verdict": "good"}'],
]


def test_a_team_with_tools_is_replayed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    done(root, work(TEAM, LARGE))
    assert again(root, LARGE).outcome == "same"


def test_a_task_that_was_reproduced_is_replayed(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "tests/test_calc.py": "def test_zero():\n    assert True\n"})
    test = "```python\nfrom calc import add\n\n\ndef test_it():\n    assert add(2, 3) == 5\n```"
    done(root, work([test, RIGHT]), Request(kind="run", text="add should add"))
    assert again(root).outcome == "same"


def test_a_revision_is_replayed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    done(root, work([RIGHT]))
    prepared = revising(find_root(root), find_run(find_root(root)), "shorter")
    done(root, work(["```python\ndef add(a, b):\n    return a + b\n```"]), prepared.request)
    assert again(root).outcome == "same"


def test_a_run_that_found_nothing_ends_the_same(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = done(root, work(lambda _: WRONG), settings=Settings(team=TeamSettings(samples=5, rounds=1)))
    replayed = again(root)
    assert (replayed.outcome, replayed.ended, replayed.commit) == ("same", result.summary, "")


def test_a_run_that_a_limit_ended_is_replayed_to_its_limit(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    assert done(root, work([RIGHT]), settings=Settings(budget=BudgetSettings(tokens=10))).outcome == "out of budget"
    replayed = again(root)
    assert replayed.outcome == "same" and "limit of 10 tokens" in replayed.ended, replayed.why


def test_a_run_that_was_resumed_with_more_is_replayed_to_its_proposal(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    done(root, work([RIGHT]), settings=Settings(budget=BudgetSettings(tokens=10)))
    repo, more = find_root(root), raised(tokens=50_000, cost=None, seconds=None)
    result = asyncio.run(resume(repo, find_run(repo), more, SilentSurface(), work([RIGHT])))
    assert again(root).commit == result.commit != ""


def test_a_run_that_the_sandbox_ended_is_replayed_to_that_failure(make_repo: MakeRepo) -> None:
    async def opened(*_: object) -> Sandbox:
        return ScriptedSandbox(lambda command, tree: run_script(command, tree) if once.pop() else SandboxError("gone"))

    root, once = make_repo(FILES), [False, True, True, True, True]
    with pytest.raises(SandboxError):
        done(root, Work(staff_for=ScriptedStaff([WRONG, RIGHT]), open_sandbox=opened))
    replayed = again(root)
    assert (replayed.outcome, replayed.ended) == ("same", "gone")


KILLER = Path(__file__).parent / "killed_run.py"


@pytest.mark.parametrize("event", [3, 8, 12])
def test_a_run_that_was_killed_is_replayed_to_where_it_stopped(event: int, make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo(FILES)
    command = [sys.executable, str(KILLER), str(root), str(tmp_path / "calls"), str(event)]
    assert subprocess.run(command, env=os.environ).returncode == -signal.SIGKILL
    replayed = again(root)
    assert (replayed.outcome, replayed.exit_code, replayed.ended) == ("unfinished", 0, "interrupted")
    assert subprocess.run([*command[:-1], "-1"], env=os.environ).returncode == 0
    assert again(root).outcome == "same"


def rewritten(run: Run, change: Callable[[dict[str, object]], None]) -> None:
    """The run's journal, with every event changed."""
    path = run.folder / "journal.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for event in events:
        change(event)
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


def test_a_prompt_of_another_version_is_named_with_its_event(make_repo: MakeRepo) -> None:
    def older(event: dict[str, object]) -> None:
        if str(event["kind"]).startswith("model.call"):
            event["key"] = "0" * 20
        if event["kind"] == "model.call.started":
            messages = event["data"]["inputs"]["request"]["messages"]  # type: ignore[index]
            messages[-1][1] = messages[-1][1].replace("Reply with", "Answer with")

    root = make_repo(FILES)
    result = done(root, work([RIGHT]))
    rewritten(find_run(find_root(root)), older)
    before = on_disk(root)
    replayed = again(root)
    assert (replayed.outcome, replayed.exit_code) == ("diverged", 1)
    event = json.loads(
        (find_run(find_root(root)).folder / "journal.jsonl").read_text().splitlines()[replayed.event or 0]
    )
    assert event["kind"] == "model.call.started"
    assert "model.call at 4.1/code/calc.py:add/rewrite: " in replayed.why
    assert 'it was "Answer with the' in replayed.why and 'it is "Reply with the' in replayed.why
    assert "\n" not in replayed.why and result.commit == replayed.commit
    assert on_disk(root) == before


def test_another_judgement_on_the_same_attempt_is_a_divergence(make_repo: MakeRepo) -> None:
    def kinder(event: dict[str, object]) -> None:
        if event["kind"] == "attempt.tried":
            event["data"]["gates"]["tests"] = ["fail", "1 test(s) newly fail"]  # type: ignore[index]

    root = make_repo(FILES)
    done(root, work([RIGHT]))
    rewritten(find_run(find_root(root)), kinder)
    assert "attempt.tried at" in again(root).why


def test_a_run_that_never_began_cannot_be_replayed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    new_run(find_root(root))
    with pytest.raises(UsageError, match="never began"):
        again(root)


def test_a_path_given_in_full_means_the_same_in_a_replay(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    done(root, work([RIGHT]), replace(FIX, only=(f"{root}/calc.py",)))
    assert again(root).outcome == "same"
