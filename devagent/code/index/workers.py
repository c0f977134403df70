"""Work on files in forked processes, so that a file which crashes the parser or never ends takes nothing else along.

A worker is forked, not spawned: it starts in a few milliseconds and shares what is loaded. Its processor time for one
file and its memory are limited by the kernel, which ends it wherever it is stuck; whoever waits sees the pipe close.
"""

import gc
import os
import resource
import select
import signal
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

MEMORY = 768 << 20
"""Bytes that a worker may take beyond what it was born with."""

_LENGTH = struct.Struct("<I")
_AHEAD = 2
_FEW = 8
"""So many files for each worker are worth another process."""
_ENOUGH = 20
"""So many failures in a row are enough."""

Work = Callable[[str], bytes]


class Failed(str):
    """Why there is no result for a file."""


class TooSlow(Failed):
    """It took too long."""


class GaveUp(Exception):
    """So many tasks in a row had no result that the fault is hardly theirs; the others were not tried."""


def work_through(
    tasks: Sequence[str], work: Work, *, processes: int | None = None, seconds: float = 60.0, near: bool = False
) -> Iterator[tuple[str, bytes | Failed]]:
    """The result of `work` for each task, in the order in which they are done. Raises `GaveUp`.

    Arguments:
        tasks: what to work on; the largest should come first.
        work: runs in another process, and must start no thread and no process. What it raises ends that process.
        seconds: processor time that one task may take.
        near: tasks that stand near each other go to the same process, because they need the same.
        processes: at most so many at a time; as many as there are processors by default.
    """
    count = min(processes or _processors(), -(-len(tasks) // _FEW))
    lots = _lots(tasks, count if near else 1)
    workers = [_Worker(work, seconds, lots[number % len(lots)]) for number in range(count)]
    failures = 0
    try:
        while True:
            for worker in workers:
                worker.fill(lots)
            busy = {worker.answers: worker for worker in workers if worker.given}
            if not busy:
                return
            for descriptor in select.select(list(busy), [], [])[0]:
                worker = busy[descriptor]
                result = worker.take()
                if result is not None:
                    failures = 0
                    yield worker.given.popleft(), result
                    continue
                workers.remove(worker)
                failed = worker.end()
                yield worker.given.popleft(), failed
                failures += 1
                if failures == _ENOUGH:
                    raise GaveUp(f"{failures} in a row failed, the last because {failed}")
                worker.lot.extendleft(reversed(worker.given))
                workers.append(_Worker(work, seconds, worker.lot))
    finally:
        for worker in workers:
            worker.end()


def _lots(tasks: Sequence[str], count: int) -> list[deque[str]]:
    size = -(-len(tasks) // max(1, count))
    return [deque(tasks[at : at + size]) for at in range(0, len(tasks), size or 1)]


class _Worker:
    """One process. `lot` are the tasks meant for it, `given` those that it has and has not answered, in order."""

    def __init__(self, work: Work, seconds: float, lot: deque[str]) -> None:
        self._seconds = seconds
        self.lot = lot
        tasks_in, self._tasks = os.pipe()
        self.answers, answers_out = os.pipe()
        self.given: deque[str] = deque()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            # Whatever happens, this process must not come back into the program that it was copied from.
            try:
                _serve(tasks_in, answers_out, work, seconds)
            finally:
                os._exit(1)
        os.close(tasks_in)
        os.close(answers_out)

    def fill(self, lots: list[deque[str]]) -> None:
        """Send tasks while it has few: its own, and when there are none left, the last ones meant for another."""
        while len(self.given) < _AHEAD:
            longest = max(lots, key=len)
            if not longest:
                return
            self._give(self.lot.popleft() if self.lot else longest.pop())

    def _give(self, task: str) -> None:
        # That the worker is dead shows when its answer is read.
        data = os.fsencode(task)
        self.given.append(task)
        with suppress(BrokenPipeError):
            os.write(self._tasks, _LENGTH.pack(len(data)) + data)

    def take(self) -> bytes | None:
        """The next answer, or `None` when the worker is dead."""
        return _receive(self.answers)

    def end(self) -> Failed:
        """Stop the process, whatever it is doing. Says how it had ended."""
        os.close(self._tasks)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        status = os.waitpid(self._pid, 0)[1]
        os.close(self.answers)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended == signal.SIGPROF:
            return TooSlow(f"parsing took over {self._seconds:g} seconds")
        return Failed(f"the parser crashed ({signal.Signals(ended).name})" if ended else "the parser failed")


def _serve(tasks: int, answers: int, work: Work, seconds: float) -> None:
    """What a worker does: answer tasks until there are no more. Never returns to the program it was copied from."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    gc.disable()  # it lives for seconds, and makes hardly any cycles
    _keep_only(tasks, answers)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory()
    while (task := _receive(tasks)) is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        result = work(os.fsdecode(task))
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, result)
    os._exit(0)


def _limit_memory() -> None:
    with suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:  # noqa: PTH123  a name of the kernel's
        limit = int(file.read().split()[0]) * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _keep_only(*descriptors: int) -> None:
    """Close everything else: locks, databases and the pipes of other workers belong to the program."""
    last = 2
    for descriptor in sorted(descriptors):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16))


def _send(descriptor: int, data: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _receive(descriptor: int) -> bytes | None:
    head = _exactly(descriptor, _LENGTH.size)
    return _exactly(descriptor, _LENGTH.unpack(head)[0]) if head is not None else None


def _exactly(descriptor: int, count: int) -> bytes | None:
    parts, missing = [], count
    while missing:
        part = os.read(descriptor, missing)
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
