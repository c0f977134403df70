"""From a plain process to a supervised sandbox: three processes, one idea each.

    launcher     keeps the caller's rights; gives the namespaces their user ids, removes the control groups at the end
    └─ entrant   owns the namespaces
       └─ supervisor   the first process of the pid namespace: builds the root, serves requests

Each dies with the one above it, and the supervisor also when the pipe to devagent closes: no kill of any of them
leaves a process behind.
"""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import NoReturn

from devagent.sandbox.inside import kernel, root, wire
from devagent.sandbox.inside.root import PROGRAM, SUPERVISOR
from devagent.sandbox.inside.supervisor import Supervisor
from devagent.sandbox.inside.wire import Plan

_FAILED = 1
_KINDS = ("mount", "cgroup", "uts", "ipc", "user", "pid")


def main() -> NoReturn:
    """Read a plan from the pipe and become its sandbox."""
    frame = wire.receive(0)
    if frame is None:
        os._exit(0)
    plan: Plan = frame[0]["plan"]
    # Of all processes of this machine, the untrusted ones are to die first when memory runs out.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("500")
    if plan["processors"]:
        os.sched_setaffinity(0, plan["processors"])
    _launch(plan)


def _launch(plan: Plan) -> NoReturn:
    entered, say_entered = os.pipe()
    mapped, say_mapped = os.pipe()
    entrant = os.fork()
    if entrant == 0:
        os.close(entered)
        os.close(say_mapped)
        _or_report(lambda: _enter(plan, say_entered, mapped))
    os.close(say_entered)
    os.close(mapped)
    _die_with_devagent(entrant)
    if os.read(entered, 1):
        _or_report(lambda: _map_ids(entrant, plan, say_mapped))
    # What devagent says from here on is for the supervisor alone; its end must be seen there.
    os.close(0)
    os.close(1)
    status = os.waitstatus_to_exitcode(os.waitpid(entrant, 0)[1])
    _remove_groups(plan)
    os._exit(status if status >= 0 else _FAILED)


def _die_with_devagent(entrant: int) -> None:
    def end(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(entrant, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    kernel.die_with_parent(signal.SIGTERM)


def _map_ids(entrant: int, plan: Plan, say_mapped: int) -> None:
    """Say which host ids stand behind the ids inside: those of nobody, or the caller's own for all."""
    if plan["ids"]:
        supervisor, program = plan["ids"]
        users = groups = f"{SUPERVISOR} {supervisor} 1\n{PROGRAM} {program} 1\n"
    else:
        _write(f"/proc/{entrant}/setgroups", "deny")
        users, groups = f"{PROGRAM} {os.geteuid()} 1\n", f"{PROGRAM} {os.getegid()} 1\n"
    _write(f"/proc/{entrant}/gid_map", groups)
    _write(f"/proc/{entrant}/uid_map", users)
    os.write(say_mapped, b"1")
    os.close(say_mapped)


def _enter(plan: Plan, say_entered: int, mapped: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    groups = [os.open(path, os.O_WRONLY | os.O_CLOEXEC) for path in plan["cgroups"]]
    # Root opens the host's trees with its own rights, which end with the next call; anyone else gets the right to
    # clone mounts by that call only.
    trees = root.clone_host(plan) if plan["ids"] else {}
    kernel.unshare(*_KINDS, *([] if plan["network"] else ["net"]))
    os.write(say_entered, b"1")
    os.close(say_entered)
    if not os.read(mapped, 1):
        os._exit(_FAILED)
    if plan["ids"]:
        os.setgroups([])
        os.setresgid(SUPERVISOR, SUPERVISOR, SUPERVISOR)
        os.setresuid(SUPERVISOR, SUPERVISOR, SUPERVISOR)
    kernel.die_with_parent(signal.SIGKILL)
    trees = trees or root.clone_host(plan)
    supervisor = os.fork()
    if supervisor == 0:
        _or_report(lambda: _supervise(plan, trees, groups))
    os.close(0)
    os.close(1)
    os._exit(max(0, os.waitstatus_to_exitcode(os.waitpid(supervisor, 0)[1])))


def _supervise(plan: Plan, trees: root.Trees, groups: list[int]) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel.die_with_parent(signal.SIGKILL)
    os.umask(0o022)
    if not plan["network"]:
        kernel.raise_loopback()
    if plan["way_out"] >= 0:
        _open_way_out(plan["way_out"])
    socket.sethostname("devagent")
    drop = root.build(plan, trees, PROGRAM)
    supervisor = Supervisor(plan, drop, groups)
    supervisor.harden()
    wire.send(1, {"ready": True, "done": True})
    supervisor.serve()


def _open_way_out(receiver: int) -> None:
    """A socket belongs to the network it was made in, whoever holds it: devagent answers what programs say to it."""
    with socket.create_server(("127.0.0.1", wire.WAY_OUT_PORT)) as listener, socket.socket(fileno=receiver) as line:
        socket.send_fds(line, [b"1"], [listener.fileno()])


def _or_report(step: Callable[[], None]) -> None:
    """Run a step; when the kernel refuses it, tell devagent which, and end this process."""
    try:
        step()
    except OSError as error:
        wire.send(1, {"error": str(error), "done": True})
        os._exit(_FAILED)


def _remove_groups(plan: Plan) -> None:
    for path in plan["cgroups"]:
        for _ in range(20):
            try:
                os.rmdir(os.path.dirname(path))
                break
            except FileNotFoundError:
                break
            except OSError:
                # The kernel needs a moment to see the last process off.
                time.sleep(0.01)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
