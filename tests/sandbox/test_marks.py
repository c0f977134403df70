"""The marks of processes that make containers, and what the next command makes of one whose process was killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devagent.errors import SandboxError
from devagent.sandbox import marks
from devagent.sandbox.choice import remove_what_the_dead_left
from devagent.sandbox.container import owner
from devagent.sandbox.engine import Engine

IMAGE = "debian:bookworm-slim"
WORKER = "import sys\nfrom devagent.sandbox import marks\nmarks.leave()\nprint('at it', flush=True)\nsys.stdin.read()\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks in a folder of the test's own."""
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "runtime"))


@pytest.fixture
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has left its mark."""
    with subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"at it\n"
        yield process
        process.kill()


def test_the_mark_of_a_living_process_says_nothing(worker: "subprocess.Popen[bytes]") -> None:
    assert not marks.some_are_dead()
    worker.communicate()
    assert not marks.some_are_dead(), "one that ended in order has taken its mark away"


def test_the_mark_of_a_killed_one_is_seen_once(worker: "subprocess.Popen[bytes]") -> None:
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert marks.some_are_dead() and marks.some_are_dead()
    with marks.of_the_dead() as killed:
        assert killed
    assert not marks.some_are_dead()


def test_a_folder_that_cannot_be_had_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "file"))
    assert not marks.some_are_dead()


@pytest.mark.docker
def test_a_container_of_a_killed_process_is_gone_after_the_next_command(worker: "subprocess.Popen[bytes]") -> None:
    async def left() -> list[str]:
        engine = await Engine.connect()
        try:
            return [entry["Id"] for entry in engine.client.api.containers(all=True, filters={"label": f"test={name}"})]
        finally:
            engine.close()

    async def made() -> None:
        engine = await Engine.connect()
        try:
            labels = {**owner(), "devagent.pid": str(worker.pid), "devagent.started": "then", "test": name}
            engine.client.api.create_container(IMAGE, command=["true"], labels=labels)
        finally:
            engine.close()

    name = os.urandom(6).hex()
    try:
        asyncio.run(made())
    except SandboxError as error:
        pytest.skip(f"no Docker engine with {IMAGE}: {error}")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    told: list[str] = []
    asyncio.run(remove_what_the_dead_left(told.append))
    assert asyncio.run(left()) == []
    asyncio.run(remove_what_the_dead_left(told.append))
    assert len(told) <= 1 and not marks.some_are_dead()
