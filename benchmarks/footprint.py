"""What a command and all the processes that it starts take, seen from outside: seconds, and memory at the peak."""

import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GROWN = 1.02


class Watch:
    """Measures the memory of a process and its descendants while it runs: `peak` is the most they had together, in MB.

    A page that several processes share counts once (proportional set size). Adding that up takes the kernel long, so it
    is asked for only when what is resident, shared pages counted over and over, has grown.
    """

    def __init__(self, process: "subprocess.Popen[Any]", every: float = 0.05) -> None:
        self.peak = 0.0
        self._process, self._every = process, every
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def done(self) -> float:
        """The peak, after the process has ended."""
        self._thread.join()
        return self.peak

    def _run(self) -> None:
        most = 0
        while self._process.poll() is None:
            processes = list(descendants(self._process.pid))
            resident = sum(map(resident_size, processes))
            if resident > most * _GROWN:
                most = resident
                self.peak = max(self.peak, sum(map(proportional_size, processes)) / 1024)
            time.sleep(self._every)


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, bytes of memory at the peak, what it printed, and how it ended.

    `code` is the exit code; `None` says that it was stopped when its time was over.
    """

    seconds: float
    memory: int
    text: str
    code: int | None

    @property
    def done(self) -> bool:
        """Whether it did what it was to do."""
        return self.code == 0 and bool(self.text.strip())


def run(command: Sequence[str], environment: Mapping[str, str] | None, limit: float) -> Run:
    """Run a command for so many seconds at most, and watch its processes. What it says on stderr is dropped."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=said, stderr=subprocess.DEVNULL, start_new_session=True
        )
        watch = Watch(process)
        try:
            code = _ended(process, limit)
            seconds = time.perf_counter() - started
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        said.seek(0)
        return Run(seconds, int(watch.done() * 1024 * 1024), said.read(), code)


def _ended(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def descendants(pid: int) -> Iterator[int]:
    """A process, its children, theirs."""
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from descendants(int(child))
    except OSError:
        return


def resident_size(pid: int) -> int:
    """The memory of one process in KB, all that it shares included; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    except (OSError, IndexError):
        return 0


def proportional_size(pid: int) -> int:
    """The memory of one process in KB, with its share of what it shares; 0 for one that has ended."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:")), 0)
