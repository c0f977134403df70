"""`devagent sandbox shell`: a real terminal in a real sandbox, and nothing of it comes back."""

import asyncio
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.commandline import CommandLine, propose

from devagent.sandbox.choice import docker_trouble
from devagent.sandbox.process import available

MakeRepo = Callable[..., Path]
FILES = {"requirements.txt": "", "calc.py": "WHAT = 'old'\n", "test_calc.py": "def test_it():\n    pass\n"}
KINDS = [pytest.param("process", marks=pytest.mark.namespaces), pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture(params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> str:
    """A kind of sandbox that works here."""
    kind = str(request.param)
    if trouble := available() if kind == "process" else asyncio.run(docker_trouble()):
        pytest.skip(trouble)
    return kind


class Person:
    """Somebody at a terminal of so many rows and columns, in which a command runs."""

    def __init__(self, devagent: CommandLine, root: Path, *arguments: str) -> None:
        self._terminal, theirs = pty.openpty()
        self.resize(24, 80)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "devagent", *arguments],
            cwd=root,
            env=devagent.environment(TERM="xterm-256color"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.seen = ""

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, text: str, seconds: float = 90.0) -> None:
        """Look at the terminal until this is on it."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self._terminal], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} does not come: {self.seen}"
            try:
                self.seen += os.read(self._terminal, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"{text!r} never came: {self.seen}") from None

    def leave(self) -> int:
        """The exit code, once the command has ended."""
        while True:
            try:
                if not os.read(self._terminal, 65536):
                    break
            except OSError:
                break
        os.close(self._terminal)
        return self._process.wait(60)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)


def test_a_shell_has_a_terminal_of_its_size_ctrl_c_and_an_exit_code(
    devagent: CommandLine, make_repo: MakeRepo, sandbox: str
) -> None:
    root = make_repo(FILES)
    (root / "calc.py").write_text("WHAT = 'mine'\n")
    person = Person(devagent, root, "sandbox", "shell", "--sandbox", sandbox)
    person.wait_for("nothing you do in it reaches your checkout")
    person.type("echo size $(stty size); tty; echo $TERM; cat calc.py\n")
    person.wait_for("size 24 80")
    person.wait_for("/dev/pts/")
    person.wait_for("xterm-256color")
    person.wait_for("WHAT = 'mine'")
    person.resize(40, 132)
    person.type("sleep 1; echo now $(stty size)\n")
    person.wait_for("now 40 132")
    person.type("echo waiting; sleep 100\n")
    person.wait_for("waiting\r\n")
    time.sleep(0.3)
    person.type("\x03")
    person.type("echo left > calc.py; echo after $?; exit 7\n")
    person.wait_for("after 0")
    assert person.leave() == 7
    assert (root / "calc.py").read_text() == "WHAT = 'mine'\n"


def test_what_is_typed_ahead_of_a_pipe_is_read_and_streams_stay_apart(
    devagent: CommandLine, make_repo: MakeRepo, sandbox: str
) -> None:
    command = "import sys; text = sys.stdin.read(); print(len(text)); print('no', file=sys.stderr); sys.exit(3)"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "devagent",
            *("sandbox", "shell", "-q", "--sandbox", sandbox, "--"),
            "python3",
            "-c",
            command,
        ],
        cwd=make_repo(FILES),
        env=devagent.environment(),
        input="x" * 3_000_000,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "3000000\n", "no\n")


def test_a_shell_on_a_run_sees_its_candidate(devagent: CommandLine, make_repo: MakeRepo, sandbox: str) -> None:
    root = make_repo(FILES)
    proposal = propose(root, {"calc.py": "WHAT = 'new'\n"})
    command = ("sandbox", "shell", "--sandbox", sandbox, "--run", proposal.run, "--", "cat", "calc.py")
    ended = devagent.process(*command, at=root, timeout=120)
    assert (ended.code, ended.out) == (0, "WHAT = 'new'\n")


def test_a_shell_is_that_of_the_project_named_or_stood_in(
    devagent: CommandLine, make_repo: MakeRepo, sandbox: str
) -> None:
    root = make_repo({f"{home}/{path}": text for home in ("api", "jobs") for path, text in FILES.items()})
    for at, named in ((root / "api", ()), (root / "jobs", ("--project", "api"))):
        command = ("sandbox", "shell", "--sandbox", sandbox, *named, "--", "pwd")
        ended = devagent.process(*command, at=at, timeout=120)
        assert ended.code == 0 and ended.out.endswith("/api\n"), ended.err


def test_a_command_that_nobody_reads_is_ended(devagent: CommandLine, make_repo: MakeRepo, sandbox: str) -> None:
    script = '"$0" -m devagent sandbox shell --sandbox "$1" -- yes | head -n 1'
    started = time.monotonic()
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, sandbox],
        cwd=make_repo(FILES),
        env=devagent.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "y\n"
    assert time.monotonic() - started < 60


def test_sigterm_ends_a_shell_and_leaves_nothing(devagent: CommandLine, make_repo: MakeRepo, sandbox: str) -> None:
    person = Person(devagent, make_repo(FILES), "sandbox", "shell", "--sandbox", sandbox, "--", "sleep", "1000")
    time.sleep(3)
    person.send(signal.SIGTERM)
    assert person.leave() == 130


def test_a_run_that_is_not_there_is_told(devagent: CommandLine, make_repo: MakeRepo) -> None:
    ended = devagent("sandbox", "shell", "--run", "nobody", at=make_repo(FILES))
    assert ended.code == 2 and "there is no run 'nobody'" in ended.told
