"""Services inside the sandbox: started fresh for each run, ready before the tests, nowhere else."""

import asyncio
from pathlib import Path

import pytest
from local_sandbox import LocalSandbox, tree

from devagent.errors import CannotRun, SandboxError, UsageError
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect, with_services
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.services import Service, load


def service(start: str, ready: str) -> Service:
    return Service("sample", "true", start, ready, {"SAMPLE": "/tmp/devagent-sample.txt"})


def run(root: Path, given: Service, test: str) -> TestRun:
    files = tree({"test_a.py": test})

    async def go() -> TestRun:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        try:
            await sandbox.sync(files)
            return await TestRunner(sandbox, with_services(detect(files), [given])).run()
        finally:
            await sandbox.close()

    return asyncio.run(go())


def test_tests_begin_when_the_service_is_ready_and_are_told_where_it_is(tmp_path: Path) -> None:
    place = "/tmp/devagent-sample.txt"
    given = service(f"sleep 0.3; echo here >{place}; sleep 30", f"test -s {place}")
    seen = run(tmp_path, given, "import os\ndef test_a(): assert open(os.environ['SAMPLE']).read() == 'here\\n'\n")
    assert (seen.trouble, [r.status for r in seen.results]) == ("", ["passed"]), seen.output
    assert seen.seconds < 10


def test_a_service_that_does_not_start_is_trouble_with_its_own_last_word(tmp_path: Path) -> None:
    seen = run(tmp_path, service("echo starting; echo no room; exit 1", "false"), "def test_a(): pass\n")
    assert seen.trouble == "the service sample did not start: no room"
    assert not seen.results


def test_an_unknown_service_is_a_usage_error_that_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no service is called oracle.*postgresql, redis"):
        load(["oracle"])
    with pytest.raises(UsageError):
        load(["../services/redis"])


def test_what_installs_a_service_comes_before_the_manifests_in_the_image() -> None:
    files = tree({"setup.py": ""})
    lines = with_services(detect(files), load(["redis"])).recipe(files).dockerfile.splitlines()
    installs = next(n for n, line in enumerate(lines) if "redis-server" in line)
    assert lines[installs].startswith("RUN ")
    assert installs < next(n for n, line in enumerate(lines) if line.startswith("COPY"))


@pytest.mark.docker
def test_redis_answers_inside_and_is_empty_for_each_run() -> None:
    test = """
import os, socket
def ask(*words):
    with socket.create_connection((os.environ["REDIS_HOST"], int(os.environ["REDIS_PORT"])), timeout=5) as redis:
        redis.sendall(" ".join(words).encode() + b"\\r\\n")
        return redis.recv(100)
def test_counts():
    assert ask("INCR", "seen") == b":1\\r\\n"
def test_remembers():
    assert ask("GET", "seen") == b"$1\\r\\n1\\r\\n"
"""
    files = tree({"test_redis.py": test})
    ecosystem = with_services(detect(files), load(["redis"]))

    async def go() -> list[TestRun]:
        try:
            sandbox = await open_sandbox(ecosystem.recipe(files), kind="docker", progress=print)
        except (CannotRun, SandboxError) as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")
        try:
            await sandbox.sync(files)
            return [await TestRunner(sandbox, ecosystem).run() for _ in range(2)]
        finally:
            await sandbox.close()

    for seen in asyncio.run(go()):
        assert (seen.trouble, [r.status for r in seen.results]) == ("", ["passed", "passed"]), seen.output
