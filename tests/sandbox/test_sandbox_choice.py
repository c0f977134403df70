"""Which sandbox is taken, and what is said when none can be."""

import asyncio

import pytest

from devagent.errors import CannotRun, ExitCode, SandboxError
from devagent.sandbox.choice import choose, isolation_report, open_sandbox
from devagent.sandbox.engine import Engine
from devagent.sandbox.images import find
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import Command, File

IMAGE = "debian:bookworm-slim"


@pytest.fixture
def docker() -> None:
    async def check() -> None:
        engine = await Engine.connect()
        try:
            await engine.call("find the image", engine.client.api.inspect_image, IMAGE)
        finally:
            engine.close()

    try:
        asyncio.run(check())
    except SandboxError as error:
        pytest.skip(f"no Docker engine with {IMAGE}: {error}")


def test_docker_that_was_asked_for_and_is_not_there_ends_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(CannotRun, match="--sandbox process") as missing:
        asyncio.run(choose("docker"))
    assert missing.value.exit_code == ExitCode.CANNOT_RUN
    assert "\n" not in str(missing.value)


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
def test_auto_is_docker_where_an_engine_answers() -> None:
    async def go() -> tuple[str, str]:
        recipe = Recipe("selfchoice", (IMAGE,), "ARG BASE\nFROM ${BASE}", "")
        sandbox = await open_sandbox(recipe, run_id="r1", progress=lambda _: None)
        try:
            await sandbox.sync({"a": File(b"content")})
            return sandbox.kind, (await sandbox.run(Command(["cat", "a"]))).output
        finally:
            await sandbox.close()
            engine = await Engine.connect()
            await engine.call("remove the image", engine.client.api.remove_image, await find(recipe))
            engine.close()

    assert asyncio.run(go()) == ("docker", "content")


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
def test_the_report_says_what_is_in_force() -> None:
    report = {fact.name: fact.found for fact in asyncio.run(isolation_report("docker"))}
    assert report["network"].startswith("none")
    assert "uid 1000" in report["user"]
    assert "2048 MiB" in report["limits"]
    assert {"seccomp", "AppArmor", "rootless engine", "cgroups"} <= report.keys()


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
def test_what_holds_nothing_back_is_not_said_to_work() -> None:
    facts = {fact.name: fact for fact in asyncio.run(isolation_report("docker"))}
    assert facts["network"].holds and facts["limits"].holds
    assert facts["AppArmor"].holds == (facts["AppArmor"].found == "on")
    assert facts["rootless engine"].holds == (facts["rootless engine"].found == "yes")
