"""Process isolation, for real: namespaces, files, kills. What hostile programs try is in test_adversarial."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from devagent.errors import SandboxError
from devagent.sandbox import cgroups, namespaces, view
from devagent.sandbox.inside import seccomp
from devagent.sandbox.process import ProcessSandbox, available
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import Command, Execution, File
from devagent.sandbox.supervised import Supervised

SMALL = Limits(memory=256 << 20, processes=64, disk=64 << 20)
FORTY = {f"package/module{i}.py": File(b"x = 1\n" * 300) for i in range(40)}

needs_namespaces = pytest.mark.namespaces


@pytest.fixture(autouse=True)
def _namespaces(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("namespaces") and (reason := available()):
        pytest.skip(reason)


@contextlib.asynccontextmanager
async def opened(
    limits: Limits = SMALL, install: Sequence[str] | None = None, environment: Path | None = None
) -> AsyncIterator[ProcessSandbox]:
    sandbox = ProcessSandbox(environment, limits=limits, labels={"devagent.run": "test"}, project_install=install)
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.close()


def inside(scenario: Callable[[ProcessSandbox], Awaitable[None]], **arguments: object) -> None:
    async def main() -> None:
        async with opened(**arguments) as sandbox:  # type: ignore[arg-type]
            await scenario(sandbox)

    asyncio.run(main())


async def shell(sandbox: ProcessSandbox, script: str, timeout: float = 20, stdin: bytes = b"") -> Execution:
    return await sandbox.run(Command(["sh", "-c", script], timeout=timeout, stdin=stdin))


@needs_namespaces
def test_programs_run_in_the_workspace_as_an_unprivileged_user_with_a_minimal_environment() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync({"a/b.txt": File(b"text"), "run.sh": File(b"#!/bin/sh\necho ran\n", "100755")})
        done = await shell(sandbox, "id -u; pwd; cat a/b.txt; ./run.sh; env | cut -d= -f1 | sort | tr '\\n' ' '")
        assert done.ok
        names = "CI HOME LANG LOGNAME PATH PWD PYTHONDONTWRITEBYTECODE PYTHONHASHSEED TZ USER"
        assert done.output == f"1000\n/work\ntextran\n{names} "

    inside(scenario)


@needs_namespaces
def test_the_host_interpreter_runs_inside_wherever_it_is_installed() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await sandbox.run(Command(["python3", "-c", "import sys, ssl, sqlite3; print(sys.base_prefix)"]))
        assert (done.exit_code, done.output) == (0, sys.base_prefix + "\n")

    inside(scenario)


@needs_namespaces
def test_modes_symlinks_empty_files_and_odd_names_arrive() -> None:
    tree = {
        "run": File(b"#!/bin/sh\n", "100755"),
        "link": File(b"target/none", "120000"),
        "empty": File(b""),
        "with space/ünï\udcff": File(b"\x00\xff"),
    }

    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync(tree)
        done = await shell(sandbox, "stat -c '%a %F' run empty; readlink link")
        assert done.output == "755 regular file\n644 regular empty file\ntarget/none\n"
        assert await sandbox.read("with space/ünï\udcff") == b"\x00\xff"

    inside(scenario)


@needs_namespaces
def test_sync_leaves_exactly_the_tree_whatever_was_done_to_the_old_one() -> None:
    vandalism = """
        echo changed > a.py; rm -rf package; mkdir -p extra/deep; echo x > extra/deep/file; chmod 000 extra
        ln -s /etc target; mkdir b.py.d; chmod 000 c.py; echo x > /tmp/left; echo x > ~/left; echo x > /dev/shm/left
        python3 -c 'import os
for _ in range(3000): os.mkdir("d"); os.chdir("d")'
    """

    async def scenario(sandbox: ProcessSandbox) -> None:
        tree = {"a.py": File(b"a"), "c.py": File(b"c"), **FORTY}
        await sandbox.sync(tree)
        assert (await shell(sandbox, vandalism)).ok
        del tree["c.py"]
        tree["a.py"] = File(b"aa")
        await sandbox.sync(tree)
        done = await shell(sandbox, "find /work /tmp ~ /dev/shm -type f | sort; cat a.py")
        assert done.output.splitlines() == [*sorted(f"/work/{path}" for path in tree), "aa"]

    inside(scenario)


@needs_namespaces
def test_a_file_can_become_a_folder_and_a_folder_a_file() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync({"a": File(b"file"), "b/c": File(b"deep")})
        await sandbox.sync({"a/x": File(b"deep"), "b": File(b"file")})
        assert (await shell(sandbox, "cat a/x b")).output == "deepfile"

    inside(scenario)


@needs_namespaces
def test_shared_memory_segments_do_not_survive_a_sync() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        assert (await shell(sandbox, "ipcmk -M 4096 -S 1 && ipcs | grep -c 0x")).output.endswith("2\n")
        await sandbox.sync({})
        assert (await shell(sandbox, "ipcs | grep -c 0x")).output == "0\n"

    inside(scenario)


@needs_namespaces
@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../b", "", "a//b", "a/./b"])
def test_a_tree_with_an_unsafe_path_is_refused(path: str) -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        with pytest.raises(SandboxError, match="unsafe path"):
            await sandbox.sync({path: File(b"")})

    inside(scenario)


@needs_namespaces
def test_a_tree_with_files_below_a_symlink_is_refused() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        with pytest.raises(SandboxError, match="both a file and a folder"):
            await sandbox.sync({"a": File(b"/run", "120000"), "a/b/c": File(b"")})

    inside(scenario)


@needs_namespaces
def test_a_tree_that_does_not_fit_is_refused_and_the_next_one_works() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        with pytest.raises(SandboxError, match="No space left"):
            await sandbox.sync({"big": File(bytes(80 << 20))})
        await sandbox.sync({"small": File(b"fits")})
        assert (await shell(sandbox, "cat small")).output == "fits"

    inside(scenario)


@needs_namespaces
def test_read_gives_regular_files_only() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync({"folder/file": File(b"inside")})
        await shell(
            sandbox, "ln -s file folder/link; ln -s folder way; mkfifo pipe; truncate -s 100M huge; echo r>/tmp/r"
        )
        assert await sandbox.read("folder/file") == b"inside"
        assert await sandbox.read("/work/folder/file") == b"inside"
        assert await sandbox.read("/tmp/r") == b"r\n"
        for path in ("folder/link", "way/file", "folder", "pipe", "none", "/proc/1/environ", "/dev/zero"):
            assert await sandbox.read(path) is None
        with pytest.raises(SandboxError, match="too large"):
            await sandbox.read("huge")

    inside(scenario)


@needs_namespaces
def test_written_files_are_readable_and_cannot_be_changed() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.write("/run/devagent/probe/x.py", b"one")
        await sandbox.write("/run/devagent/probe/x.py", b"two")
        done = await shell(
            sandbox, "cat /run/devagent/probe/x.py; echo no > /run/devagent/probe/x.py; rm -r /run/devagent/*"
        )
        assert done.output.startswith("two") and done.exit_code != 0
        assert await sandbox.read("/run/devagent/probe/x.py") == b"two"
        for path in ("/tmp/x", "/run/devagent/../x", "relative"):
            with pytest.raises(SandboxError):
                await sandbox.write(path, b"")

    inside(scenario)


@needs_namespaces
def test_stdin_working_folder_environment_and_exit_codes_are_those_of_the_command() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync({"sub/x": File(b"")})
        command = Command(
            ["sh", "-c", "cat; pwd; echo $EXTRA; exit 7"], stdin=b"in " * 50_000, cwd="sub", env={"EXTRA": "e"}
        )
        done = await sandbox.run(command)
        assert (done.exit_code, done.ended, done.ok) == (7, "exited", False)
        assert done.output == "in " * 50_000 + "/work/sub\ne\n"
        assert (await shell(sandbox, "kill -SEGV $$")).exit_code == 128 + signal.SIGSEGV
        assert (await sandbox.run(Command(["no-such-program"]))).exit_code == 127
        with pytest.raises(SandboxError, match="outside"):
            await sandbox.run(Command(["true"], cwd="../.."))

    inside(scenario)


@needs_namespaces
def test_output_is_interleaved_capped_and_plain() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await shell(sandbox, "echo one; echo two >&2; printf '\\033[31mred\\033[0m\\n'")
        assert done.output == "one\ntwo\nred\n" and not done.truncated
        done = await sandbox.run(Command(["seq", "200000"], max_output=1000))
        assert done.truncated and len(done.output) < 1100 and done.output.endswith("200000\n")

    inside(scenario)


@needs_namespaces
def test_a_program_that_is_too_slow_is_killed_with_all_it_started() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await shell(sandbox, "echo begun; trap '' TERM INT HUP; (setsid sleep 1000 &) ; sleep 1000", timeout=0.5)
        assert (done.ended, done.exit_code, done.output) == ("timed out", 124, "begun\n")
        assert done.seconds < 2
        assert (await shell(sandbox, "ls -d /proc/[0-9]* | wc -l; ls / | wc -l")).output.split()[0] < "4"

    inside(scenario)


@needs_namespaces
def test_what_lingers_is_told_by_name_and_what_ends_in_time_is_not() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        async def lingering(script: str) -> list[str]:
            return sorted((await sandbox.run(Command(["sh", "-c", script], linger=0.5))).left)

        assert await lingering("setsid sleep 600 & sh -c 'trap : TERM; sleep 600' & exit 3") == ["sh", "sleep", "sleep"]
        assert await lingering("sleep 0.2 & setsid sleep 0.1 &") == []
        assert (await shell(sandbox, "sleep 600 &")).left == ()

    inside(scenario)


@needs_namespaces
def test_what_a_command_leaves_running_dies_with_it_and_holds_nothing_up() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await shell(
            sandbox, "setsid sh -c 'while :; do echo $$ >> /tmp/alive; sleep 0.01; done' & sleep 0.1; echo end"
        )
        assert (done.ended, done.output) == ("exited", "end\n") and done.seconds < 2
        before = await sandbox.read("/tmp/alive")
        await asyncio.sleep(0.1)
        assert before and await sandbox.read("/tmp/alive") == before

    inside(scenario)


@needs_namespaces
def test_a_cancelled_run_is_killed_and_the_next_one_works() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        running = asyncio.create_task(shell(sandbox, "while :; do date > /tmp/alive; done"))
        await asyncio.sleep(0.3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await shell(sandbox, "echo next; ls -d /proc/[0-9]* | wc -l")).output.startswith("next\n")

    inside(scenario)


@needs_namespaces
def test_memory_is_limited_and_running_out_is_named() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await sandbox.run(Command(["python3", "-c", "x = [bytes(range(256)) * 40000 for _ in range(200)]"]))
        assert (done.ended, done.exit_code, done.ok) == ("out of memory", 137, False)
        assert (await shell(sandbox, "echo next")).output == "next\n"

    inside(scenario)


@needs_namespaces
def test_where_control_groups_cannot_be_set_a_watchdog_limits_memory() -> None:
    async def main() -> None:
        supervised = await Supervised.start(view.plan(SMALL), "watchdog")
        await supervised.ask({"op": "sync", "removed": [], "files": []})
        request = {"op": "run", "cwd": "/work", "env": {"PATH": view.search_path()}}
        hungry = [sys.executable.rpartition("/")[2], "-c", "x = [bytes(range(256)) * 40000 for _ in range(200)]"]
        ended = await supervised.run({**request, "argv": ["python3", *hungry[1:]]}, b"", lambda _: True, 20)
        assert ended.reason == "memory"
        # Shared after a fork, memory counts once: eight processes of 60 MB that are one and the same.
        forks = "import os, time; x = bytes(range(256)) * 240000; [os.fork() for _ in range(3)]; time.sleep(0.5)"
        ended = await supervised.run({**request, "argv": ["python3", "-c", forks]}, b"", lambda _: True, 20)
        assert ended.by_itself and ended.status == 0
        await supervised.close()

    asyncio.run(main())


@needs_namespaces
def test_processes_disk_and_open_files_are_limited() -> None:
    script = """
import os, resource, sys
pids = []
try:
    while len(pids) < 1000:
        pid = os.fork()
        if pid == 0:
            import time; time.sleep(60)
        pids.append(pid)
except OSError as error:
    print(len(pids) < 64, error.strerror)
try:
    with open("/work/fill", "wb") as file:
        while True: file.write(bytes(1 << 20))
except OSError as error:
    print(error.strerror)
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))
"""

    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await sandbox.run(Command(["python3", "-c", script]))
        assert done.output == ("True Resource temporarily unavailable\nNo space left on device\n(4096, 4096) (0, 0)\n")

    inside(scenario)


@needs_namespaces
def test_a_project_is_installed_once_offline_and_then_nothing_can_change_it() -> None:
    install = ["sh", "-c", "echo installed >> /opt/project/log; echo built > /work/built"]

    async def scenario(sandbox: ProcessSandbox) -> None:
        for _ in range(2):
            await sandbox.sync({"a": File(b"a")})
            done = await shell(sandbox, "ls /work; cat /opt/project/log; echo x >> /opt/project/log || echo held")
            assert "a\ninstalled\n" in done.output and done.output.endswith("held\n")

    inside(scenario, install=install)


@needs_namespaces
def test_a_project_that_cannot_be_installed_is_an_error_with_its_log() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        with pytest.raises(SandboxError, match="could not be installed") as caught:
            await sandbox.sync({})
        assert "the reason" in caught.value.details

    inside(scenario, install=["sh", "-c", "echo the reason; exit 3"])


@needs_namespaces
def test_a_sandbox_that_died_is_brought_up_again_with_its_files() -> None:
    async def scenario(sandbox: ProcessSandbox) -> None:
        await sandbox.sync({"a": File(b"kept")})
        await sandbox.write("/run/devagent/f", b"also")
        [launcher] = [pid for pid in _children(os.getpid()) if "devagent sandbox" in _command_line(pid)]
        running = asyncio.create_task(shell(sandbox, "sleep 100"))
        await asyncio.sleep(0.2)
        os.kill(launcher, signal.SIGKILL)
        done = await running
        assert (done.ended, done.ok) == ("killed", False)
        assert (await shell(sandbox, "cat a /run/devagent/f")).output == "keptalso"

    inside(scenario)


@needs_namespaces
def test_the_environment_folder_is_shown_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tool").write_text("#!/bin/sh\necho tool\n")
    (tmp_path / "bin/tool").chmod(0o755)

    async def scenario(sandbox: ProcessSandbox) -> None:
        done = await shell(sandbox, "tool; touch /opt/env/x || echo held")
        assert done.output.startswith("tool\n") and done.output.endswith("held\n")
        assert not (tmp_path / "x").exists()

    inside(scenario, environment=tmp_path)


@needs_namespaces
def test_a_killed_devagent_leaves_no_process_and_no_control_group(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from devagent.sandbox.process import ProcessSandbox
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import Command
async def main():
    sandbox = ProcessSandbox(None, limits=Limits(), labels={{"devagent.run": "{tmp_path.name}"}})
    await sandbox.start()
    print("up", flush=True)
    await sandbox.run(Command(["sh", "-c", "setsid sleep 98765 & trap '' TERM; sleep 98765"], timeout=100))
asyncio.run(main())
"""
    devagent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert devagent.stdout is not None and devagent.stdout.readline() == b"up\n"
    _wait_until(lambda: len(_matching("98765")) >= 2)
    devagent.kill()
    devagent.wait()
    devagent.stdout.close()
    _wait_until(lambda: not _matching("98765") and not _matching(f"devagent.run={tmp_path.name}"))
    _wait_until(lambda: not list(cgroups.MOUNT.glob(f"*/devagent/{devagent.pid}-*")))


@needs_namespaces
def test_where_only_one_user_id_can_be_mapped_the_same_holds() -> None:
    script = """
import asyncio, json
from devagent.sandbox import view
from devagent.sandbox.process import ProcessSandbox
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import Command, File
attempts = "id -u; cat a; echo no > /run/devagent/f; cat /run/devagent/f; kill -9 1; cat /proc/1/environ; "
attempts += "ls /proc/1/root; mount -t tmpfs x /work; "
attempts += "grep -E 'CapPrm|CapBnd|NoNewPrivs' /proc/self/status"
async def main():
    assert view.unprivileged_ids() is None
    sandbox = ProcessSandbox(None, limits=Limits(), labels={})
    await sandbox.start()
    await sandbox.sync({"a": File(b"text\\n")})
    await sandbox.write("/run/devagent/f", b"kept\\n")
    done = await sandbox.run(Command(["sh", "-c", attempts + " 2>&1"]))
    await sandbox.close()
    print(json.dumps(done.output))
asyncio.run(main())
"""
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", script]
    if os.geteuid() != 0:
        command = command[3:]
    done = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[2], text=True)
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout).splitlines()
    assert output[:2] == ["1000", "text"] and "kept" in output
    assert "Read-only file system" in output[2]
    for place in ("environ", "root"):
        assert any(f"/proc/1/{place}" in line and ("denied" in line or "No such" in line) for line in output), output
    none = "0000000000000000"
    assert output[-3:] == [f"CapPrm:\t{none}", f"CapBnd:\t{none}", "NoNewPrivs:\t1"]


@needs_namespaces
def test_starting_and_syncing_are_quick() -> None:
    async def main() -> None:
        began = time.monotonic()
        async with opened() as sandbox:
            await sandbox.sync(FORTY)
            assert time.monotonic() - began < 2
            began = time.monotonic()
            await sandbox.sync({**FORTY, "package/module0.py": File(b"y")})
            assert time.monotonic() - began < 0.5

    asyncio.run(main())


def test_a_reason_against_isolation_is_one_line() -> None:
    assert "\n" not in available()


def test_the_launcher_sees_nothing_of_the_host_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert set(namespaces.launcher_environment()) <= {"LD_LIBRARY_PATH"}


def test_no_home_directory_is_ever_shown_as_a_whole() -> None:
    private = {Path.home(), Path("/"), Path("/root"), Path("/home"), Path("/etc"), Path("/var"), Path("/run")}
    assert not private & {Path(source) for source, _, _ in view.plan(SMALL)["binds"]}
    assert all(not writable for _, _, writable in view.plan(SMALL)["binds"])


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_system_call_filter_is_a_whole_number_of_steps_that_fits_the_kernel(machine: str) -> None:
    program = seccomp.program(machine)
    assert len(program) % 8 == 0 and 50 < len(program) // 8 < 4096
    assert seccomp.program("riscv64") == b""


def test_control_groups_of_version_one_hold_memory_processes_and_processors(tmp_path: Path) -> None:
    for controller in ("memory", "pids", "cpu"):
        (tmp_path / controller).mkdir()
    groups = cgroups.create(Limits(memory=1000, processes=7, cpus=1.5), mount=tmp_path)
    assert groups is not None
    memory, pids, cpu = groups.folders
    assert (memory / "memory.limit_in_bytes").read_text() == "1000"
    assert (pids / "pids.max").read_text() == "7"
    assert (cpu / "cpu.cfs_quota_us").read_text() == "150000"
    assert groups.oom_kills() == 0
    groups.events.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    assert groups.oom_kills() == 3


def test_control_groups_that_a_killed_process_left_are_swept(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    for controller in ("memory", "pids", "cpu"):
        for left in (f"{gone.pid}-0", f"{os.getpid()}-999"):
            (tmp_path / controller / "devagent" / left).mkdir(parents=True)
    assert cgroups.create(SMALL, mount=tmp_path) is not None
    assert not list(tmp_path.glob(f"*/devagent/{gone.pid}-0"))
    assert len(list(tmp_path.glob("*/devagent/*-999"))) == 3


def test_control_groups_of_version_two_are_made_where_memory_is_handed_out(tmp_path: Path) -> None:
    own = tmp_path / "user.slice/session.scope"
    own.mkdir(parents=True)
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids")
    (own / "cgroup.subtree_control").write_text("")
    (own.parent / "cgroup.subtree_control").write_text("memory pids")
    (own.parent / "cgroup.procs").write_text("")
    membership = tmp_path / "membership"
    membership.write_text("0::/user.slice/session.scope\n")
    groups = cgroups.create(Limits(memory=1000), mount=tmp_path, membership=membership)
    assert groups is not None and len(groups.folders) == 1
    assert groups.folders[0].parent == own.parent
    assert (groups.folders[0] / "memory.max").read_text() == "1000"
    assert (groups.folders[0] / "memory.swap.max").read_text() == "0"
    assert (groups.folders[0] / "cpu.max").read_text() == "200000 100000"


def test_without_a_writable_memory_controller_there_are_no_control_groups(tmp_path: Path) -> None:
    assert cgroups.create(SMALL, mount=tmp_path) is None
    (tmp_path / "cgroup.controllers").write_text("")
    membership = tmp_path / "membership"
    membership.write_text("0::/\n")
    assert cgroups.create(SMALL, mount=tmp_path, membership=membership) is None


def _matching(text: str) -> list[int]:
    """Processes with `text` in their command line, but for those that only carry a test's script."""
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    lines = {pid: _command_line(pid) for pid in pids}
    return [pid for pid, line in lines.items() if text in line and "asyncio.run" not in line]


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _children(pid: int) -> list[int]:
    return [int(n) for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]


def _wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
