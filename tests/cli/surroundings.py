"""Surroundings that go wrong for real: full disks, read-only folders, an engine that goes away, a clock that jumps."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

ENGINE = "/var/run/docker.sock"
_CHUNK = 1 << 16


class Mounts:
    """A mount namespace of its own, held by a sleeping process: what is mounted there nobody else sees."""

    def __init__(self) -> None:
        self._user = [] if os.geteuid() == 0 else ["--user"]
        self._mapped = ["--map-root-user"] if self._user else []

    def __enter__(self) -> "Mounts":
        command = ["unshare", "--mount", *self._mapped, "sh", "-c", "echo ready; exec sleep 600"]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            raise OSError("this kernel lets nobody make a mount namespace")
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.kill()
        self._holder.wait()
        assert self._holder.stdout is not None
        self._holder.stdout.close()

    def enter(self, at: Path) -> tuple[str, ...]:
        """The command under which a program sees these mounts, from the folder it is to be in."""
        same = ("--preserve-credentials",) if self._user else ()
        target = ("nsenter", f"--target={self._holder.pid}", "--mount", *self._user, *same)
        return (*target, "sh", "-c", 'cd "$0" && exec "$@"', str(at))

    def run(self, *command: str) -> str:
        """Run a command among these mounts."""
        done = subprocess.run([*self.enter(Path("/")), *command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"{command}: {done.stderr}")
        return done.stdout

    def small(self, folder: Path, size: str, spare: int) -> None:
        """Put a disk of this size at a folder, with what is in it, and fill it but for so many bytes."""
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as kept:
            shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
            self.run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
            self.run("cp", "-a", f"{kept}/.", str(folder))
        fill = 'dd if=/dev/zero of="$0/fill" bs=4096 2>/dev/null; truncate -s "-$1" "$0/fill" 2>/dev/null || :'
        self.run("sh", "-c", fill, str(folder), str(spare))

    def make_room(self, folder: Path) -> None:
        """Take away what fills a small disk."""
        self.run("rm", str(folder / "fill"))

    def read_only(self, folder: Path) -> None:
        """Let nobody write below a folder, not even root."""
        self.run("mount", "--bind", str(folder), str(folder))
        self.run("mount", "-o", "remount,ro,bind", str(folder))


class Line:
    """A line to the Docker engine that can be cut: a socket of ours in front of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._server = socket.socket(socket.AF_UNIX)
        self._open: list[socket.socket] = []
        self._server.bind(str(path))
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """From now on nobody answers, and every connection is broken."""
        self.path.unlink(missing_ok=True)
        for connection in [self._server, *self._open]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(ENGINE)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


CLOCK = """
import os, pathlib, time
_real = time.time
_shift = pathlib.Path(os.environ["CLOCK_SHIFT"])
time.time = lambda: _real() + float(_shift.read_text())
"""
"""What Python runs at its start where it is found: the clock on the wall goes wrong by what a file says, in seconds."""


@contextlib.contextmanager
def wrong_clock(folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """The environment of a program whose clock is wrong, and the file that says by how many seconds."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(CLOCK)
    shift = folder / "shift"
    shift.write_text("0")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    yield {"PYTHONPATH": path, "CLOCK_SHIFT": str(shift)}, shift
