"""Several runs in one repository at the same time do not step on each other."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, RIGHT, ScriptedStaff, run_script

from devagent.config.settings import Settings
from devagent.errors import SandboxError, UsageError
from devagent.models.model import ModelRequest
from devagent.proposal.apply import apply, undisturbed, undo
from devagent.proposal.store import State, discard, find_run, list_runs, new_run, sweep
from devagent.repo import refs
from devagent.repo.git import Repository, find_root
from devagent.repo.snapshot import snapshot
from devagent.sandbox import process
from devagent.sandbox.engine import Engine
from devagent.sandbox.sandbox import Sandbox
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[..., Path]
RUN = Path(__file__).parent / "parallel_run.py"


@pytest.fixture(
    params=[pytest.param("process", marks=pytest.mark.namespaces), pytest.param("docker", marks=pytest.mark.docker)]
)
def isolation(request: pytest.FixtureRequest) -> str:
    """Each kind of sandbox that works here."""
    kind = str(request.param)
    if kind == "process" and (reason := process.available()):
        pytest.skip(reason)
    if kind == "docker":
        try:
            asyncio.run(_labels())
        except SandboxError as error:
            pytest.skip(f"no Docker engine: {error}")
    return kind


async def _labels() -> list[dict[str, str]]:
    engine = await Engine.connect()
    try:
        listed = engine.client.api.containers(all=True, filters={"label": "devagent=1"})
        return [entry["Labels"] for entry in listed]
    finally:
        engine.close()


def test_two_runs_at_the_same_time_each_make_their_own_proposal(
    isolation: str, make_repo: MakeRepo, tmp_path: Path
) -> None:
    root, meeting = make_repo(FILES), tmp_path / "meeting"
    meeting.mkdir()
    command = [sys.executable, str(RUN), str(root), isolation, str(meeting)]
    runs = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, env=os.environ) for name in ("one", "two")]
    results = [json.loads(run.communicate(timeout=120)[0]) for run in runs]
    assert [result["outcome"] for result in results] == ["proposed"] * 2
    repo, ids = find_root(root), [result["run"] for result in results]
    assert ids[0] != ids[1] and sorted(ids) == [run.id for run in list_runs(repo)]
    for result in results:
        assert refs.listed(repo, result["run"])["proposal"] == result["commit"]
        # The gates saw that it adds; which of several such edits (`a - -b`) the search comes upon first may differ.
        assert "-    total = a - b" in result["diff"]
    assert (root / "calc.py").read_text() == FILES["calc.py"]
    if isolation == "docker":
        left = [labels for labels in asyncio.run(_labels()) if labels.get("devagent.run") in ids]
        assert left == []


def test_a_proposal_is_applied_and_undone_while_another_run_goes_on(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    repo, done = find_root(root), []

    def answer(_: ModelRequest) -> str:
        first = find_run(repo, done[0])
        assert find_run(repo).state is State.RUNNING
        apply(repo, first.proposal())
        assert "a + b" in (root / "calc.py").read_text()
        undo(repo, first)
        return RIGHT

    async def opened(*_: object) -> Sandbox:
        return ScriptedSandbox(run_script)

    def run(staff: ScriptedStaff) -> str:
        work = Work(staff_for=staff, open_sandbox=opened)
        result = asyncio.run(start(repo, Request(kind="fix"), Settings(), SilentSurface(), work))
        assert result.outcome == "proposed"
        return result.run

    done.append(run(ScriptedStaff([RIGHT])))
    second = run(ScriptedStaff(answer))
    assert [r.state for r in list_runs(repo)] == [State.UNDONE, State.PROPOSED]
    apply(repo, find_run(repo, second).proposal())
    with pytest.raises(UsageError, match="applied already"):
        apply(repo, find_run(repo, second).proposal())


def test_who_takes_a_snapshot_waits_for_an_apply_that_is_under_way(make_repo: MakeRepo) -> None:
    async def opened(*_: object) -> Sandbox:
        return ScriptedSandbox(run_script)

    root = make_repo(FILES)
    repo, under_way, go_on = find_root(root), threading.Event(), threading.Event()
    work = Work(staff_for=ScriptedStaff([RIGHT]), open_sandbox=opened)
    asyncio.run(start(repo, Request(kind="fix"), Settings(), SilentSurface(), work))

    def step(_: str) -> None:
        under_way.set()
        go_on.wait(10)

    applying = threading.Thread(target=apply, args=(repo, find_run(repo).proposal()), kwargs={"step": step})
    applying.start()
    assert under_way.wait(10)
    threading.Timer(0.3, go_on.set).start()
    with undisturbed(repo):
        assert "a + b" in (root / "calc.py").read_text()
    applying.join()


def many(repo: Repository, count: int) -> list[str]:
    runs = [new_run(repo) for _ in range(count)]
    commit = snapshot(repo).commit
    for run in runs:
        for name in ("base", "candidate"):
            refs.put(repo, run.id, name, commit)
    return [run.id for run in runs]


def test_runs_are_discarded_from_many_sides_at_once(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo(FILES))
    ids, told = many(repo, 6), []

    def throw_away() -> None:
        for name in ids:
            try:
                discard(repo, find_run(repo, name))
            except UsageError as error:
                told.append(error.what)
            sweep(repo)

    threads = [threading.Thread(target=throw_away) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(repo)
    assert list_runs(repo) == [] and refs.runs(repo) == []
    assert all("discarded already" in line or "there is no run" in line or "being worked on" in line for line in told)
