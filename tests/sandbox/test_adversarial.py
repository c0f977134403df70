"""Hostile programs against both real sandboxes: contained, told in one line, and the next run works."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from adversary import LIMITS, Attack, Host, assault, attacks, host

from devagent.errors import SandboxError, UsageError
from devagent.repo import paths
from devagent.sandbox.docker import DockerSandbox
from devagent.sandbox.process import ProcessSandbox, available
from devagent.sandbox.sandbox import Sandbox

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
    # One sandbox for all attacks of a kind: each has to survive all that came before. Started after the host's
    # secrets are in devagent's environment.
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
