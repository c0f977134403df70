"""The first process of the sandbox: keeps the pristine files, starts programs, and leaves nothing of them behind.

The pristine tree lives in this process's memory, where no program can reach it. A sync replaces every writable place
by an empty file system and writes the tree anew: nothing a program did to the old one matters, whatever it was.
"""

import contextlib
import os
import select
import signal
import stat
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from devagent.sandbox.inside import kernel, program, root, watchdog, wire
from devagent.sandbox.inside.attached import Line
from devagent.sandbox.inside.root import PROGRAM, SUPERVISOR
from devagent.sandbox.inside.wire import Header, Plan

_REQUESTS, _REPLIES = 0, 1
_CHUNK = 1 << 16
_WATCH_INTERVAL = 0.1
_LAST_BREATH = 5.0
_LINGER_INTERVAL = 0.01
_MOST_LEFT = 64

Answer = tuple[Header, bytes]

_CROSSING = ("kill", "type", "resize")


class Supervisor:
    """Serves the requests of one devagent until it goes away.

    Arguments:
        drop: descriptor of the folder that programs see read-only.
        groups: descriptors of `cgroup.procs` files; a program enters them before it starts.
    """

    def __init__(self, plan: Plan, drop: int, groups: list[int]) -> None:
        self._plan, self._drop, self._groups = plan, drop, groups
        self._tree: dict[str, tuple[str, bytes]] = {}
        self._mounted: list[str] = []
        self._woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def harden(self) -> None:
        """Tie this process to its parent, and shut it off from the programs it starts."""
        kernel.die_with_parent(signal.SIGKILL)
        kernel.hide_memory()

    def serve(self) -> NoReturn:
        """Answer requests; ends with the process when devagent is gone."""
        operations: dict[str, Callable[[Header, bytes], Answer]] = {
            "sync": self._sync,
            "run": self._run,
            "attach": self._attach,
            "read": self._read,
            "write": self._write,
            "seal": self._seal,
        }
        while (frame := wire.receive(_REQUESTS)) is not None:
            header, payload = frame
            if header["op"] in _CROSSING:
                # It crossed the end of its program on the way.
                continue
            try:
                answer, content = operations[header["op"]](header, payload)
            except OSError as error:
                answer, content = {"error": f"{error.strerror or error}", "path": str(error.filename or "")}, b""
            wire.send(_REPLIES, {**answer, "done": True}, content)
        os._exit(0)

    def _sync(self, header: Header, payload: bytes) -> Answer:
        for path in header["removed"]:
            self._tree.pop(path, None)
        position = 0
        for path, mode, size in header["files"]:
            self._tree[path] = mode, payload[position : position + size]
            position += size
        self._renew()
        return {}, b""

    def _renew(self) -> None:
        for place in self._mounted:
            kernel.unmount(place)
        self._mounted.clear()
        # Shared memory, semaphores and queues outlive the programs that made them, but not their namespace.
        kernel.unshare("ipc")
        for place, size in self._plan["scratch"].items():
            root.mount_scratch(place, size, PROGRAM)
            self._mounted.append(place)
        with self._as_program():
            _write_tree(self._plan["workspace"], self._tree)

    def _run(self, header: Header, payload: bytes) -> Answer:
        output, end = os.pipe2(os.O_CLOEXEC)
        stdin = os.memfd_create("stdin")
        _write_all(stdin, payload)
        os.lseek(stdin, 0, os.SEEK_SET)
        child = os.fork()
        if child == 0:
            program.become(header, (stdin, end, end), self._plan, self._groups)
        os.close(stdin)
        os.close(end)
        try:
            status, reason = self._watch(child, output)
            left = self._linger(header.get("linger", 0.0)) if status is not None else []
            status = _kill_all(child, status)
            _forward_rest(output)
        finally:
            os.close(output)
        return {"status": status, "reason": reason, "left": left}, b""

    def _linger(self, seconds: float) -> list[str]:
        """Give what a program left running so much time to end by itself; the names of what did not."""
        end = time.monotonic() + seconds
        while seconds and (names := _living()):
            memory = self._plan["memory"]
            if time.monotonic() >= end or (memory and watchdog.over(memory, self._mounted)):
                return names[:_MOST_LEFT]
            time.sleep(_LINGER_INTERVAL)
            _reap(0)
        return []

    def _watch(self, child: int, output: int) -> tuple[int | None, str]:
        """Forward output until the child has ended (gives its status), or has to (`None` and why)."""
        poll = select.poll()
        for descriptor in (output, _REQUESTS, self._woken):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = dict(poll.poll(_WATCH_INTERVAL * 1000 if self._plan["memory"] else None))
            if output in ready and not _forward(output):
                poll.unregister(output)
            if _REQUESTS in ready:
                if wire.receive(_REQUESTS) is None:
                    os._exit(0)
                return None, "asked"
            if self._woken in ready:
                os.read(self._woken, _CHUNK)
            if (status := _reap(child)) is not None:
                return status, ""
            if self._plan["memory"] and watchdog.over(self._plan["memory"], self._mounted):
                return None, "memory"

    def _attach(self, header: Header, _: bytes) -> Answer:
        line = Line(header["size"], PROGRAM if self._plan["ids"] else os.getuid())
        child = os.fork()
        if child == 0:
            program.become(header, line.descriptors, self._plan, self._groups)
        line.started()
        try:
            status, reason = self._converse(child, line)
            status = _kill_all(child, status)
            for stream, chunk in line.rest():
                wire.send(_REPLIES, {"stream": stream}, chunk)
        finally:
            line.close()
        return {"status": status, "reason": reason}, b""

    def _converse(self, child: int, line: Line) -> tuple[int | None, str]:
        """Pass on what is typed and what is shown until the child has ended (gives its status), or has to."""
        open_ = set(line.outputs)
        while True:
            poll = select.poll()
            for descriptor in (*open_, self._woken):
                poll.register(descriptor, select.POLLIN)
            # Without room for more input only the end of devagent is looked out for.
            poll.register(_REQUESTS, select.POLLIN if line.wants_input else 0)
            if line.waiting >= 0:
                poll.register(line.waiting, select.POLLOUT | (select.POLLIN if line.waiting in open_ else 0))
            ready = dict(poll.poll(_WATCH_INTERVAL * 1000 if self._plan["memory"] else None))
            for descriptor in open_ & ready.keys():
                if not _show(line, descriptor, ready[descriptor]):
                    open_.discard(descriptor)
            if _REQUESTS in ready and not _obey(line):
                return None, "asked"
            line.flush()
            if self._woken in ready:
                os.read(self._woken, _CHUNK)
            if (status := _reap(child)) is not None:
                return status, ""
            if self._plan["memory"] and watchdog.over(self._plan["memory"], self._mounted):
                return None, "memory"

    def _read(self, header: Header, _: bytes) -> Answer:
        try:
            descriptor = kernel.open_regular(header["path"])
        except OSError:
            return {"missing": True}, b""
        try:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                return {"missing": True}, b""
            if facts.st_size > header["max"]:
                return {"size": facts.st_size}, b""
            return {}, os.read(descriptor, facts.st_size)
        finally:
            os.close(descriptor)

    def _write(self, header: Header, payload: bytes) -> Answer:
        path = header["path"]
        folder = ""
        for part in path.split("/")[:-1]:
            folder += part + "/"
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, 0o755, dir_fd=self._drop)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        with open(os.open(path, flags, 0o755, dir_fd=self._drop), "wb") as file:
            file.write(payload)
        return {}, b""

    def _seal(self, _header: Header, _payload: bytes) -> Answer:
        for place in self._plan["kept"]:
            root.seal(place)
        self._renew()
        return {}, b""

    @contextlib.contextmanager
    def _as_program(self) -> Iterator[None]:
        if not self._plan["ids"]:
            yield
            return
        os.setegid(PROGRAM)
        os.seteuid(PROGRAM)
        try:
            yield
        finally:
            os.seteuid(SUPERVISOR)
            os.setegid(SUPERVISOR)
            # A change of user takes both back.
            self.harden()


def _show(line: Line, descriptor: int, ready: int) -> bool:
    """Pass on what a connected program shows; false at the end."""
    if not ready & ~select.POLLOUT:
        return True
    chunk = line.read(descriptor)
    if chunk:
        wire.send(_REPLIES, {"stream": line.outputs[descriptor]}, chunk)
    return bool(chunk)


def _obey(line: Line) -> bool:
    """Take one request to a connected program; false when it is to be killed. Ends the process with devagent."""
    frame = wire.receive(_REQUESTS)
    if frame is None:
        os._exit(0)
    header, payload = frame
    if header["op"] == "type":
        line.type(payload)
    elif header["op"] == "resize":
        line.resize(*header["size"])
    return bool(header["op"] != "kill")


def _write_tree(top: str, tree: dict[str, tuple[str, bytes]]) -> None:
    folders = {""}
    for path, (mode, content) in tree.items():
        parent = path.rpartition("/")[0]
        if parent not in folders:
            os.makedirs(f"{top}/{parent}", exist_ok=True)
            folders.add(parent)
        if mode == "120000":
            os.symlink(content, f"{top}/{path}")
            continue
        permissions = 0o755 if mode == "100755" else 0o644
        descriptor = os.open(f"{top}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, permissions)
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _forward(output: int) -> bool:
    """Pass on what can be read now; false at the end."""
    chunk = os.read(output, _CHUNK)
    if chunk:
        wire.send(_REPLIES, {}, chunk)
    return bool(chunk)


def _forward_rest(output: int) -> None:
    """What dead programs left in the pipe. Never waits: nobody is alive who could write more."""
    os.set_blocking(output, False)
    with contextlib.suppress(BlockingIOError):
        while _forward(output):
            pass


def _living() -> list[str]:
    """The names of all other processes of this pid namespace that have not ended."""
    names = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", errors="replace") as file:
                # The name in parentheses may itself hold spaces and parentheses.
                head, _, rest = file.read().rpartition(")")
                if rest[1:2] not in ("Z", "X"):
                    names.append(head.partition("(")[2])
    return names


def _reap(child: int) -> int | None:
    """Bury every process that has ended; gives the status of `child` when it is among them."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while True:
            process, ended = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                break
            if process == child:
                status = os.waitstatus_to_exitcode(ended)
    return status


def _kill_all(child: int, status: int | None) -> int:
    """Kill and bury everything else in this pid namespace; gives the status of `child`.

    Orphans become children of this process, so when it has no child left, nothing is left. Ends the whole sandbox
    when something does not die: devagent starts a new one.
    """
    give_up = time.monotonic() + _LAST_BREATH
    while time.monotonic() < give_up:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            process, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status if status is not None else -signal.SIGKILL
        if process == child:
            status = os.waitstatus_to_exitcode(ended)
        elif process == 0:
            time.sleep(0.001)
    os._exit(1)
