"""How one untrusted program is started: what it keeps of the supervisor is nothing but its three descriptors."""

import fcntl
import os
import resource
import signal
import termios
from typing import NoReturn

from devagent.sandbox.inside import kernel, seccomp
from devagent.sandbox.inside.root import PROGRAM
from devagent.sandbox.inside.wire import Header, Plan

NOT_STARTED = 127

_FILTER = seccomp.program()
_HIGHEST_DESCRIPTOR = 1024


def become(request: Header, descriptors: tuple[int, int, int], plan: Plan, groups: list[int]) -> NoReturn:
    """Turn this fresh child into the program of `request`; ends with 127 and a line of why when that fails.

    `descriptors` become its stdin, stdout and stderr; a terminal among them also the one that controls it.
    """
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for group in groups:
            os.write(group, b"0")
        for standard, descriptor in enumerate(descriptors):
            os.dup2(descriptor, standard)
        if os.isatty(0):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.closerange(3, _HIGHEST_DESCRIPTOR)
        _limit(plan)
        _renounce(plan)
        os.chdir(request["cwd"])
        os.execvpe(request["argv"][0], request["argv"], request["env"])
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        os.write(2, f"cannot run {request['argv'][0]!r}: {reason}\n".encode(errors="replace"))
    finally:
        # Whatever went wrong, this process must never go on as a second supervisor.
        os._exit(NOT_STARTED)


def _limit(plan: Plan) -> None:
    values = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: plan["open_files"],
        resource.RLIMIT_FSIZE: plan["largest_file"],
        resource.RLIMIT_MEMLOCK: 1 << 23,
        resource.RLIMIT_MSGQUEUE: 1 << 20,
        resource.RLIMIT_NPROC: plan["processes"],
    }
    for which, value in values.items():
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def _renounce(plan: Plan) -> None:
    kernel.limit_capabilities()
    if plan["ids"]:
        os.setgroups([])
        os.setresgid(PROGRAM, PROGRAM, PROGRAM)
        os.setresuid(PROGRAM, PROGRAM, PROGRAM)
    kernel.drop_capabilities()
    if _FILTER:
        kernel.install_filter(_FILTER)
