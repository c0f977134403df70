"""Hostile programs against both real sandboxes: contained, told in one line, and the next run works."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from adversary import LIMITS, Attack, Host, assault, attacks, host

from devagent.errors import CannotRun, SandboxError, UsageError
from devagent.repo import paths
from devagent.sandbox.choice import choose, open_sandbox
from devagent.sandbox.docker import DockerSandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.process import ProcessSandbox, available
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import File, Sandbox

BASE = "debian:bookworm-slim"
KINDS = [pytest.param("docker", marks=pytest.mark.docker), pytest.param("process", marks=pytest.mark.namespaces)]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("host")) as prepared:
        yield prepared


@pytest.fixture(scope="module", params=KINDS)
def sandbox(request: pytest.FixtureRequest, loop: asyncio.Runner, target: Host) -> Iterator[Sandbox]:
    # One sandbox for all attacks of a kind: each has to survive all that came before.
    assert target.facts["secret"] in os.environ.values(), "devagent has a secret before the sandbox starts"
    made: Sandbox
    if request.param == "docker":
        made = DockerSandbox(BASE, limits=LIMITS, labels={"devagent.run": "adversarial"})
    else:
        if reason := available():
            pytest.skip(reason)
        made = ProcessSandbox(None, limits=LIMITS, labels={"devagent.run": "adversarial"})
    try:
        loop.run(made.start())
    except SandboxError as error:
        loop.run(made.close())
        if request.param == "docker":
            pytest.skip(str(error))
        raise
    yield made
    loop.run(made.close())


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_an_attack_is_contained_and_the_next_run_works(
    attack: Attack, sandbox: Sandbox, target: Host, loop: asyncio.Runner
) -> None:
    outcome = loop.run(assault(sandbox, attack, target))
    assert not outcome.breaches, outcome.output
    assert not outcome.next_trouble


@pytest.mark.parametrize("path", [".git/config", ".git/hooks/pre-commit", "a/.GIT/config", ".git", "GIT~1/config"])
def test_no_candidate_can_hold_what_git_reads_as_its_own(path: str) -> None:
    with pytest.raises(UsageError, match=r"\.git"):
        paths.check_path(path)


def test_every_attack_says_what_it_is_about() -> None:
    assert len(attacks()) >= 16
    assert all(attack.about for attack in attacks())
    assert {folder.name for folder in Path(__file__).parents[1].glob("scenarios/adversarial/*/attack.py")}


def test_the_host_notices_whatever_reaches_it(tmp_path: Path) -> None:
    with host(tmp_path) as attacked:
        assert not list(attacked.breaches())
        socket.create_connection(("127.0.0.1", attacked.facts["port"])).close()
        (attacked.checkout / ".git/config").write_text("changed")
        attacked.tripwire.touch()
        assert len(list(attacked.breaches())) == 3


FAILING = "def test_bug():\n    assert 1 == 2\n"
GREEN = "<testsuites><testsuite tests='1'><testcase classname='test_it' name='test_bug'/></testsuite></testsuites>"
BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><testsuites><testsuite><testcase classname='test_it' name='&i;'/></testsuite></testsuites>"
)
_LATER = """
import atexit, glob, os
def forge():
    for path in glob.glob("/tmp/devagent*"):
        {forgery}
atexit.register(forge)
"""
_NOW = """
import os, re
path = re.search(r"/tmp/[^\\0=,:]+", open("/proc/self/cmdline").read().replace("--", "\\0"))[0]
{forgery}
os._exit(0)
"""
FORGERIES = {
    "a green report beside a failing exit status": _LATER.format(forgery=f'open(path, "w").write("""{GREEN}""")'),
    "a report made and the run ended with success": _NOW.format(forgery=f'open(path, "w").write("""{GREEN}""")'),
    "no report and success": "import os\nos._exit(0)\n",
    "a removed report": _LATER.format(forgery="os.remove(path)"),
    "a symlink for a report": _LATER.format(forgery='os.remove(path); os.symlink("/work/green.xml", path)'),
    "a pipe for a report": _LATER.format(forgery="os.remove(path); os.mkfifo(path)"),
    "an endless report": _LATER.format(forgery="os.truncate(path, 200_000_000)"),
    "a report that grows when it is read": _LATER.format(forgery=f'open(path, "w").write("""{BOMB}""")'),
}


@pytest.fixture(scope="module", params=KINDS)
def runner(request: pytest.FixtureRequest, loop: asyncio.Runner) -> Iterator[TestRunner]:
    ecosystem = detect({"test_it.py": File(FAILING.encode())})
    recipe = ecosystem.recipe({"test_it.py": File(FAILING.encode())})
    kind: Literal["docker", "process"] = request.param
    try:
        loop.run(choose(kind))
    except CannotRun as error:
        pytest.skip(str(error))
    sandbox = loop.run(open_sandbox(recipe, kind=kind, progress=lambda _: None))
    yield TestRunner(sandbox, ecosystem, timeout=20)
    loop.run(sandbox.close())


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_report_is_trouble_and_never_evidence(forgery: str, runner: TestRunner, loop: asyncio.Runner) -> None:
    forged = {"test_it.py": FORGERIES[forgery] + FAILING, "green.xml": GREEN}
    loop.run(runner.sandbox.sync({path: File(text.encode()) for path, text in forged.items()}))
    trouble = loop.run(_trouble(runner))
    assert trouble and "\n" not in trouble
    loop.run(runner.sandbox.sync({"test_it.py": File(FAILING.encode())}))
    run = loop.run(runner.run())
    assert run.counts and [result.status for result in run.results] == ["failed"]


async def _trouble(runner: TestRunner) -> str:
    try:
        run = await runner.run()
    except SandboxError as error:
        return str(error)
    assert run.counts == (not run.trouble)
    return run.trouble
