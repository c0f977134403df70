"""The Docker sandbox, in real containers: what it contains, what it resets, and that it goes on afterwards."""

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator

import pytest

from devagent.errors import SandboxError
from devagent.sandbox.container import remove_stale
from devagent.sandbox.docker import DockerSandbox
from devagent.sandbox.engine import Engine
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import Command, Execution, File

IMAGE = "debian:bookworm-slim"
SMALL = Limits(memory=256 * 2**20, processes=60, disk=64 * 2**20)
TREE = {
    "run.sh": File(b"#!/bin/sh\necho ran\n", "100755"),
    "pkg/a.py": File(b"A = 1\n"),
    "pkg/link": File(b"a.py", "120000"),
    "odd name \xe9'\n.txt".encode("latin-1").decode("utf-8", "surrogateescape"): File(b"odd"),
}

pytestmark = pytest.mark.docker


class Room:
    """A sandbox and the event loop it lives in, for tests that are no coroutines."""

    def __init__(self, sandbox: DockerSandbox, runner: asyncio.Runner) -> None:
        self.sandbox, self._runner = sandbox, runner

    def do(self, awaited: Awaitable[object]) -> object:
        async def wait() -> object:
            return await awaited

        return self._runner.run(wait())

    def run(self, *argv: str, timeout: float = 20, **options: object) -> Execution:
        execution = self.do(self.sandbox.run(Command(argv, timeout=timeout, **options)))  # type: ignore[arg-type]
        assert isinstance(execution, Execution)
        return execution

    def shell(self, script: str, timeout: float = 20) -> Execution:
        return self.run("sh", "-c", script, timeout=timeout)

    def python(self, source: str, timeout: float = 20) -> Execution:
        return self.run("python3", "-c", source, timeout=timeout)

    def reset(self) -> None:
        self.do(self.sandbox.sync(TREE))

    def inspect(self) -> dict[str, dict[str, object]]:
        name = self.sandbox._container
        facts: dict[str, dict[str, object]] = self.do(self._inspect(name))  # type: ignore[assignment]
        return facts

    async def _inspect(self, name: str) -> object:
        engine = await Engine.connect()
        try:
            return await engine.call("inspect", engine.client.api.inspect_container, name)
        finally:
            engine.close()


@pytest.fixture(scope="module")
def warm() -> Iterator[Room]:
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        sandbox = DockerSandbox(IMAGE, limits=SMALL, labels={"devagent.run": "tests"})
        try:
            runner.run(sandbox.start())
        except SandboxError as error:
            pytest.skip(f"no Docker engine with {IMAGE}: {error}")
        try:
            yield Room(sandbox, runner)
        finally:
            runner.run(sandbox.close())


@pytest.fixture
def room(warm: Room) -> Room:
    warm.reset()
    return warm


def test_the_workspace_holds_exactly_the_tree(room: Room) -> None:
    listing = room.shell("find . -mindepth 1 ! -type d | sort | tr '\\n' '|'; ./run.sh; readlink pkg/link")
    assert listing.output == "./odd name �'|./pkg/a.py|./pkg/link|./run.sh|.txt|ran\na.py\n"


def test_sync_sends_changes_and_removes_what_is_gone(room: Room) -> None:
    tree = {"pkg": File(b"now a file\n"), "run.sh/now": File(b"a folder\n"), "new/deep": File(b"x", "100755")}
    room.do(room.sandbox.sync(tree))
    assert (
        room.shell("find . -mindepth 1 | sort | tr '\\n' ' '").output == "./new ./new/deep ./pkg ./run.sh ./run.sh/now "
    )
    room.do(room.sandbox.sync({}))
    assert room.shell("ls -A").output == ""


def test_nothing_a_command_left_survives_sync(room: Room) -> None:
    litter = "mkdir -p $d/x/y; echo 1 >$d/x/y/f; echo 2 >$d/.hidden; chmod 000 $d/x/y $d/x"
    left = room.shell(
        f"for d in /work /tmp /home /dev/shm; do {litter}; done; echo A=2 >pkg/a.py; rm run.sh; "
        "ipcmk -M 4096 -Q -S 1; chmod 000 /work /home"
    )
    assert left.ok, left.output
    room.reset()
    seen = room.shell(
        "find /tmp /home /dev/shm /dev/mqueue -mindepth 1; cat pkg/a.py; ./run.sh; ls -d x .hidden; "
        "cat /proc/sysvipc/* | wc -l; stat -c %a /work /home"
    )
    assert [line for line in seen.output.splitlines() if "cannot access" not in line] == [
        *("A = 1", "ran", "3", "755", "755")
    ]


def test_files_changed_with_equal_size_and_time_are_seen_by_python(room: Room) -> None:
    for value in (b"1", b"2", b"3"):
        room.do(room.sandbox.sync({"mod.py": File(b"X = " + value)}))
        seen = room.run("python3", "-c", "import mod; print(mod.X)", env={"PYTHONDONTWRITEBYTECODE": ""})
        assert seen.output.encode().strip() == value


def test_exit_codes_and_both_streams_come_back(room: Room) -> None:
    execution = room.shell("echo out; echo err >&2; exit 7")
    assert (execution.exit_code, execution.ended, execution.ok) == (7, "exited", False)
    assert sorted(execution.output.split()) == ["err", "out"]


def test_a_missing_program_and_a_missing_folder_are_exits_not_errors(room: Room) -> None:
    assert room.run("no-such-program").exit_code == 127
    assert room.run("true", cwd="nowhere").exit_code == 126


def test_stdin_is_what_is_given_and_otherwise_closed(room: Room) -> None:
    assert room.run("cat", stdin=b"given").output == "given"
    assert room.run("cat").output == ""


def test_the_environment_is_fixed_and_nothing_of_the_host(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_TEST_SECRET", "s3cret")
    seen = dict(line.split("=", 1) for line in room.run("env", env={"EXTRA": "1"}).output.splitlines())
    assert seen.pop("PATH").startswith("/opt/env/bin:/opt/project/bin:")
    assert seen == {
        **{"HOME": "/home", "USER": "devagent", "LOGNAME": "devagent", "LANG": "C.UTF-8", "TZ": "UTC", "CI": "1"},
        **{"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "HOSTNAME": "devagent", "PWD": "/work", "EXTRA": "1"},
    }


def test_the_container_has_no_privileges_no_network_and_no_mounts_of_the_host(room: Room) -> None:
    status = room.shell("id -u; grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status | tr -d '\\t '")
    zero = "0000000000000000"
    assert status.output.split() == ["1000", f"CapEff:{zero}", f"CapBnd:{zero}", "NoNewPrivs:1", "Seccomp:2"]
    host = room.inspect()["HostConfig"]
    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["Privileged"]) == ("none", True, False)
    assert (host["Memory"], host["MemorySwap"], host["PidsLimit"]) == (SMALL.memory, SMALL.memory, SMALL.processes)
    assert not host["Binds"]
    assert not room.inspect()["Mounts"]


def test_the_network_is_unreachable(room: Room) -> None:
    seen = room.python(
        "import socket\n"
        "for target in [('1.1.1.1', 53), ('172.17.0.1', 22), ('pypi.org', 443)]:\n"
        "    try: socket.create_connection(target, 3); print('connected')\n"
        "    except OSError as error: print('refused')\n"
        "print(socket.if_nameindex())"
    )
    assert seen.output.split("\n")[:4] == ["refused", "refused", "refused", "[(1, 'lo')]"]


def test_only_the_scratch_places_are_writable(room: Room) -> None:
    found = room.shell("find / \\( -path /proc -o -path /sys \\) -prune -o -type d -writable -print 2>/dev/null | sort")
    assert set(found.output.split()) <= {"/work", "/work/pkg", "/tmp", "/home", "/dev/shm", "/dev/mqueue"}
    tries = room.shell(
        "for f in /etc/x /usr/bin/x /base/tree/run.sh /run/devagent/x /opt/project/x; do echo 1 >$f; done"
    )
    assert tries.output.count("cannot create") == 5


def test_disk_is_bounded(room: Room) -> None:
    filled = room.shell("for d in /work /tmp /home /dev/shm; do head -c 100000000 /dev/zero >$d/fill; done")
    assert filled.output.count("No space left") == 4
    files = room.python("import itertools\nfor n in itertools.count(): open(f'/tmp/{n}', 'w').close()")
    assert "No space left" in files.output
    room.reset()
    assert room.shell("./run.sh").output == "ran\n"


def test_a_program_that_ignores_sigterm_is_killed_in_time(room: Room) -> None:
    execution = room.shell("trap '' TERM INT HUP; echo started; while :; do sleep 1; done", timeout=0.7)
    assert (execution.ended, execution.output) == ("timed out", "started\n")
    assert execution.seconds < 3


def test_daemons_do_not_outlive_the_command_nor_hold_it_up(room: Room) -> None:
    execution = room.shell("setsid sleep 600 & setsid sh -c 'sleep 600 & sleep 600' >/dev/null 2>&1 & echo done")
    assert (execution.ok, execution.output) == (True, "done\n")
    assert execution.seconds < 5
    alive = room.shell("cat /proc/[0-9]*/comm")
    assert alive.output.split().count("sleep") == 1


def test_what_lingers_is_told_by_name_and_what_ends_in_time_is_not(room: Room) -> None:
    def lingering(script: str) -> tuple[str, ...]:
        return room.run("sh", "-c", script, linger=0.5).left

    assert lingering("setsid sleep 600 & sh -c 'trap : TERM; sleep 600' & exit 3") == ("sleep", "sh", "sleep")
    assert lingering("sleep 0.2 & setsid sleep 0.1 &") == ()
    assert room.shell("sleep 600 &").left == ()


def test_a_program_that_closes_its_output_is_still_waited_for(room: Room) -> None:
    assert room.shell("exec >/dev/null 2>&1; sleep 0.6; exit 3").exit_code == 3


def test_orphans_are_reaped(room: Room) -> None:
    room.shell("for i in 1 2 3 4 5; do (sleep 0.05 &) ; done; sleep 0.3")
    states = room.shell("cat /proc/[0-9]*/stat | grep -c ') Z '")
    assert states.output == "0\n"


def test_endless_output_is_capped_and_stopped(room: Room) -> None:
    execution = room.run("yes", "0123456789" * 100, max_output=2000)
    assert (execution.ended, execution.truncated) == ("killed", True)
    assert len(execution.output) < 2200
    assert "bytes left out" in execution.output


def test_head_and_tail_of_long_output_are_kept(room: Room) -> None:
    execution = room.shell("echo first; seq 100000; echo last")
    assert not execution.truncated
    capped = room.run("sh", "-c", "echo first; seq 100000; echo last", max_output=1000)
    assert capped.ok
    assert capped.output.startswith("first\n")
    assert capped.output.endswith("last\n")


def test_terminal_escapes_and_broken_text_are_made_plain(room: Room) -> None:
    execution = room.run("printf", r"\033[31mred\033[0m \033]0;title\007a\b\377\r\nend")
    assert execution.output == "red a�\nend"


def test_a_memory_bomb_is_named_and_the_next_command_works(room: Room) -> None:
    assert room.python("x = bytearray(1 << 30)").ended == "out of memory"
    assert room.run("true").ok


def test_shared_memory_cannot_be_left_full(room: Room) -> None:
    room.shell("for i in $(seq 50); do ipcmk -M 60000000; done; head -c 100000000 /dev/zero >/dev/shm/fill")
    room.reset()
    assert room.python("print(len(bytearray(100_000_000)))").output == "100000000\n"


def test_a_fork_bomb_is_contained_and_the_next_command_works(room: Room) -> None:
    bomb = room.shell("f() { f | f & f; }; f & sleep 60", timeout=2)
    assert "Cannot fork" in bomb.output
    room.reset()
    assert room.shell("./run.sh").output == "ran\n"


def test_a_container_in_which_nothing_can_start_any_more_is_replaced(room: Room) -> None:
    before = room.inspect()["Config"]["Hostname"], room.sandbox._container
    room.do(room.sandbox.write("/run/devagent/kept", b"kept"))
    full = room.python(
        "import os, time\ntry:\n    while os.fork() or True: pass\nexcept OSError: time.sleep(60)",
        timeout=3,
    )
    assert full.ended == "timed out"
    assert room.shell("./run.sh; cat /run/devagent/kept").output == "ran\nkept"
    assert before[0] == "devagent"


def _runs(engine: Engine, container: str, command: str) -> bool:
    """Whether a process of the container has this command line."""
    return any(row[-1] == command for row in engine.client.api.top(container)["Processes"])


def test_a_container_that_was_removed_is_one_line_and_then_there_is_a_new_one(room: Room) -> None:
    async def removed_meanwhile() -> None:
        running = asyncio.ensure_future(room.sandbox.run(Command(["sleep", "30"])))
        engine = await Engine.connect()
        while not await asyncio.to_thread(_runs, engine, room.sandbox._container, "sleep 30"):
            await asyncio.sleep(0.05)
        await engine.remove(room.sandbox._container)
        engine.close()
        await running

    with pytest.raises(SandboxError) as gone:
        room.do(removed_meanwhile())
    assert "\n" not in str(gone.value)
    assert room.shell("./run.sh").output == "ran\n"


def test_a_cancelled_command_is_dead_when_cancelling_returns(room: Room) -> None:
    async def cancelled() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(room.sandbox.run(Command(["sleep", "600"])), 0.5)

    room.do(cancelled())
    assert room.shell("cat /proc/[0-9]*/comm").output.split().count("sleep") == 1


def test_read_gives_regular_files_only(room: Room) -> None:
    room.shell(
        "echo report >/tmp/report; ln -s /tmp/report link; ln -s /tmp folder; mkfifo pipe; mkdir real; "
        "truncate -s 1T huge; printf x >secret; chmod 000 secret"
    )
    read: Callable[[str], object] = lambda path: room.do(room.sandbox.read(path))  # noqa: E731
    assert read("/tmp/report") == b"report\n"
    assert read("run.sh") == TREE["run.sh"].content
    assert [read(p) for p in ("link", "folder/report", "pipe", "real", "nowhere", "/dev/zero")] == [None] * 6
    for path, why in {"huge": "larger than", "secret": "not readable", "../etc/passwd": "unsafe"}.items():
        with pytest.raises(SandboxError, match=why):
            read(path)


def test_written_files_can_be_read_inside_and_not_changed(room: Room) -> None:
    content = bytes(range(256)) * 1000
    room.do(room.sandbox.write("/run/devagent/probe/x.bin", content))
    seen = room.shell(
        "wc -c </run/devagent/probe/x.bin; rm /run/devagent/probe/x.bin; echo 1 >>/run/devagent/probe/x.bin"
    )
    assert seen.output.startswith("256000\n")
    assert room.do(room.sandbox.read("/run/devagent/probe/x.bin")) == content
    for path in ("/tmp/x", "/run/devagent/../x", "x"):
        with pytest.raises(SandboxError):
            room.do(room.sandbox.write(path, b""))


def test_git_works_inside(room: Room) -> None:
    who = "-c user.name=T -c user.email=t@example.invalid"
    script = f"git init -q . && git {who} commit -q --allow-empty -m x && git log --format=%s"
    assert room.shell(script).output.endswith("x\n")


def with_project(install: str, then: Callable[[DockerSandbox], Awaitable[None]]) -> None:
    async def go() -> None:
        sandbox = DockerSandbox(IMAGE, limits=SMALL, project_install=["sh", "-c", install])
        try:
            await sandbox.start()
            await then(sandbox)
        finally:
            await sandbox.close()

    asyncio.run(go())


@pytest.mark.usefixtures("warm")
def test_the_project_is_installed_once_and_then_read_only() -> None:
    async def check(sandbox: DockerSandbox) -> None:
        await sandbox.sync(TREE)
        seen = await sandbox.run(
            Command(["sh", "-c", "tool; ls -A; echo evil >/opt/project/bin/tool; rm -rf /opt/project/bin"])
        )
        assert seen.output.startswith("ran\n")
        assert "build-litter" not in seen.output
        await sandbox.sync({**TREE, "new": File(b"")})
        assert (await sandbox.run(Command(["tool"]))).output == "ran\n"

    with_project("mkdir /opt/project/bin && cp run.sh /opt/project/bin/tool && touch build-litter", check)


@pytest.mark.usefixtures("warm")
def test_a_project_that_cannot_be_installed_says_so_with_its_output_in_the_details() -> None:
    async def check(sandbox: DockerSandbox) -> None:
        with pytest.raises(SandboxError, match="could not be installed") as failed:
            await sandbox.sync(TREE)
        assert "no backend" in failed.value.details

    with_project("echo no backend; exit 1", check)


@pytest.mark.usefixtures("warm")
def test_closing_leaves_no_container_and_may_be_repeated() -> None:
    async def go() -> None:
        sandbox = DockerSandbox(IMAGE, limits=SMALL)
        await sandbox.start()
        name = sandbox._container
        await sandbox.close()
        await sandbox.close()
        engine = await Engine.connect()
        try:
            with pytest.raises(SandboxError, match="No such container"):
                await engine.call("inspect", engine.client.api.inspect_container, name)
        finally:
            engine.close()

    asyncio.run(go())


@pytest.mark.usefixtures("warm")
def test_a_missing_image_says_how_to_get_it() -> None:
    async def go() -> None:
        sandbox = DockerSandbox("devagent-none:0")
        with pytest.raises(SandboxError, match="sandbox build"):
            await sandbox.start()
        await sandbox.close()

    asyncio.run(go())


@pytest.mark.usefixtures("warm")
def test_containers_of_dead_processes_are_removed_and_those_of_the_living_are_not(warm: Room) -> None:
    source = (
        "import asyncio, os, signal\n"
        "from devagent.sandbox.docker import DockerSandbox\n"
        "async def main():\n"
        f"    sandbox = DockerSandbox({IMAGE!r})\n"
        "    await sandbox.start()\n"
        "    print(sandbox._container, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    killed = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=os.environ)
    left = killed.stdout.strip()
    assert left, killed.stderr

    async def go() -> set[str]:
        engine = await Engine.connect()
        try:
            assert await remove_stale(engine) >= 1
            found = await engine.call("list", engine.client.api.containers, all=True)
            return {name.strip("/") for container in found for name in container["Names"]}
        finally:
            engine.close()

    names = asyncio.run(go())
    assert left not in names
    assert warm.sandbox._container in names


def test_an_engine_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(SandboxError, match="no such file") as missing:
        asyncio.run(DockerSandbox(IMAGE).start())
    assert "\n" not in str(missing.value)
    gc.collect()  # a socket that was left open would be told now, and a warning is an error
