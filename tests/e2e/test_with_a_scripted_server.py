"""Everything real but the model, which is a server on loopback that says what the test wants."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.commandline import CommandLine
from models.loopback_server import Answer, LoopbackServer, Received, completion

from devagent.sandbox.engine import Engine

MakeRepo = Callable[..., Path]
KINDS = [pytest.param("process", marks=pytest.mark.namespaces), pytest.param("docker", marks=pytest.mark.docker)]
SHOP = {
    "shop/__init__.py": "",
    "shop/price.py": (
        "def price(items):\n    total = 0\n    for item in items:\n        total -= item\n    return total\n"
    ),
    "tests/test_price.py": "from shop.price import price\n\n\ndef test_price():\n    assert price([2, 3]) == 5\n",
}
EDIT = (
    "The sign is wrong.\n```edit\nshop/price.py\n<<<<<<< SEARCH\n        total -= item\n=======\n"
    "        total += item\n>>>>>>> REPLACE\n```"
)
ANSWERS = {
    "analyst": '{"goal": "prices add up", "must_hold": ["price([2, 3]) == 5"]}',
    "objection": '{"good": true}',
    "locate": '{"suspects": [{"path": "shop/price.py", "name": "price", "reason": "it subtracts"}]}',
    "edit": EDIT,
    "submit": "```submit\nadds instead of subtracting\n```",
    "review": '{"verdict": "good"}',
}


@pytest.fixture(params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> str:
    """A kind of sandbox that works here."""
    kind = str(request.param)
    request.getfixturevalue("engine" if kind == "docker" else "namespaces")
    return kind


class Team:
    """The roles of a large model, in the order in which the chain asks them; until `go_on` nobody is answered."""

    def __init__(self) -> None:
        self.answers = list(ANSWERS.values())
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def respond(self, received: Received) -> Answer:
        if received.method == "GET":
            return Answer(status=404)
        self.asked.set()
        if not self.go_on.is_set():
            # Who asked is interrupted before an answer comes.
            self.go_on.wait(60)
            return Answer(status=500)
        return Answer(completion(self.answers.pop(0), prompt=50, tokens=10))


@contextmanager
def team() -> Iterator[tuple[Team, str]]:
    """A team, and the name under which a model of it is reached."""
    members = Team()
    with LoopbackServer(members.respond) as server:
        yield members, f"{server.url}/v1#scripted"


def test_a_large_model_works_with_tools_to_a_proposal(devagent: CommandLine, make_repo: MakeRepo, sandbox: str) -> None:
    root = make_repo(SHOP)
    with team() as (_, model):
        ended = devagent.process("fix", "--json", "--sandbox", sandbox, "--model", model, at=root, timeout=240)
    assert ended.code == 0, ended.err
    assert ended.json["outcome"] == "proposed"
    assert "-        total -= item\n+        total += item\n" in ended.json["diff"]
    assert ended.json["ledger"]["total"]["calls"] == len(ANSWERS)
    assert devagent.process("apply", at=root).code == 0
    tested = devagent.process("test", "--json", "--sandbox", sandbox, at=root).json
    assert (tested["outcome"], tested["sandbox"]) == ("green", sandbox)


@pytest.mark.namespaces
@pytest.mark.usefixtures("namespaces")
def test_where_that_is_wanted_a_search_goes_before_a_large_model(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)
    with team() as (members, model):
        ended = devagent.process(
            "fix",
            "--json",
            "--sandbox",
            "process",
            "--model",
            model,
            at=root,
            timeout=240,
            DEVAGENT_TEAM__SEARCH="first",
        )
    assert ended.code == 0, ended.err
    assert ended.json["way"].startswith("search: ")
    assert ended.json["ledger"]["total"]["calls"] == 0
    assert len(members.answers) == len(ANSWERS)
    assert [gate["gate"] for gate in ended.json["evidence"]][-2:] == ["behaviour", "review"]


@pytest.mark.namespaces
@pytest.mark.usefixtures("namespaces")
def test_a_proposal_is_revised_and_both_runs_are_replayed_without_the_server(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    root = make_repo(SHOP)
    whole = EDIT.replace("        total -= item", "    for item in items:\n        total += item\n    return total")
    whole = whole.replace("=======\n        total += item", "=======\n    return total + sum(items)")
    with team() as (members, model):
        first = devagent.process("fix", "--json", "--sandbox", "process", "--model", model, at=root, timeout=240).json
        members.answers = [*list(ANSWERS.values())[:3], whole, *list(ANSWERS.values())[4:]]
        ended = devagent.process("revise", "let sum do it", "--json", at=root, timeout=240)
    assert ended.code == 0, ended.err
    assert (ended.json["outcome"], ended.json["revises"]) == ("proposed", first["run"])
    assert "+    return total + sum(items)" in ended.json["since"]
    for result in (first, ended.json):
        replayed = devagent.process("replay", result["run"], "--json", at=root).json
        assert (replayed["outcome"], replayed["commit"]) == ("same", result["commit"])


NEARLY = {
    "step.py": "def step(n):\n    return n - 1\n",
    "test_step.py": (
        "from step import step\n\n\ndef test_next():\n    assert step(1) == 2\n\n\n"
        'def test_nine():\n    assert step(9) == {"word": "neunundneunzig", "of": [1, 2]}\n'
    ),
}


@pytest.mark.namespaces
@pytest.mark.usefixtures("namespaces")
def test_what_a_search_came_nearest_with_is_shown_and_kept(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(NEARLY)
    with LoopbackServer(lambda _: Answer(completion("I do not know.", prompt=50, tokens=4))) as server:
        model = f"{server.url}/v1#qwen2.5-coder:1.5b"
        ended = devagent.process(
            "fix", "--json", "--sandbox", "process", "--model", model, at=root, timeout=240, DEVAGENT_TEAM__SAMPLES="2"
        )
    assert ended.code == 1, ended.err
    assert ended.json["outcome"] == "not resolved" and ended.json["attempts"] == 1
    assert "-    return n - 1\n+    return n + 1\n" in ended.json["diff"]
    shown = devagent.process("show", "--json", at=root).json
    assert (shown["diff"], shown["evidence"]) == (ended.json["diff"], ended.json["evidence"])
    assert [e["verdict"] for e in shown["evidence"]] == ["fail"]


def test_every_event_is_a_line_and_the_result_is_the_last(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({**SHOP, "shop/price.py": "def price(items):\n    return sum(items)\n"})
    if devagent.process("sandbox", "check", at=root).code:
        pytest.skip("there is no sandbox here")
    ended = devagent.process("fix", "--events", "--quiet", at=root, timeout=240)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0 and ended.err == ""
    assert lines[0]["kind"] == "run.started"
    assert (lines[-1]["kind"], lines[-1]["outcome"], lines[-1]["exit_code"]) == ("run", "green", 0)


def hear_ctrl_c() -> None:
    """A shell's background job, as CI may be, passes on that Ctrl-C is to be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_a_resumable_run_and_nothing_else(
    devagent: CommandLine, make_repo: MakeRepo, sandbox: str
) -> None:
    root = make_repo(SHOP)
    with team() as (members, model):
        members.go_on.clear()
        command = [sys.executable, "-m", "devagent", "fix", "--sandbox", sandbox, "--model", model]
        process = subprocess.Popen(
            command,
            cwd=root,
            env=devagent.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hear_ctrl_c,
        )
        assert members.asked.wait(240), process.communicate()
        offspring = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert gone(offspring), "a child process is left"
        (line,) = devagent("list", "--json", at=root).json["runs"]
        assert line["state"] == "interrupted"
        assert out == "" and err.splitlines()[-1] == f"Interrupted. To go on: devagent resume {line['run']}"
        if sandbox == "docker":
            assert asyncio.run(containers_of(line["run"])) == []
        members.go_on.set()
        resumed = devagent.process("resume", "--json", at=root, timeout=240)
    assert resumed.code == 0, resumed.err
    assert (resumed.json["run"], resumed.json["outcome"]) == (line["run"], "proposed")


def descendants(pid: int) -> dict[int, str]:
    """All processes below one, each with when it began."""
    parents = {int(p.name): fields(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    found, pending = {}, [pid]
    while pending:
        above = pending.pop()
        below = {child: facts[1] for child, facts in parents.items() if facts[0] == above and child not in found}
        found.update(below)
        pending += below
    return found


def fields(process: Path) -> tuple[int, str]:
    """Parent and start time of a process; a zombie has neither."""
    try:
        state, parent, *rest = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, ""
    return (0, "") if state in "ZX" else (int(parent), rest[17])


def gone(processes: dict[int, str], patience: float = 5.0) -> bool:
    """Whether these processes have ended, within some seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if all(fields(Path(f"/proc/{pid}"))[1] != began for pid, began in processes.items()):
            return True
        time.sleep(0.1)
    return False


async def containers_of(run: str) -> list[str]:
    """The containers of a run that there are."""
    engine = await Engine.connect()
    try:
        wanted = {"label": f"devagent.run={run}"}
        found = await engine.call("look", engine.client.api.containers, all=True, filters=wanted)
        return [entry["Id"] for entry in found]
    finally:
        engine.close()
