"""The boundary between commands and the shell: errors become one line on stderr and an exit code."""

import contextlib
import errno
import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec

from devagent.errors import DevagentError, ExitCode

P = ParamSpec("P")
_STDOUT = 1
_REPORT = "Run it again with --verbose and report that"


def command(function: Callable[P, int | None]) -> Callable[P, None]:
    """Wrap a command so that it exits with the code it returns, and no error reaches the user as a traceback."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        sys.exit(run(function, *args, **kwargs))

    return wrapped


def run(function: Callable[P, int | None], *args: P.args, **kwargs: P.kwargs) -> int:
    """What a command ends with. An error is told in one line on stderr; with --verbose also in full."""
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        code = int(function(*args, **kwargs) or ExitCode.DONE)
        # Here, because an answer that cannot be written is no answer; Python would only find out when it ends.
        sys.stdout.flush()
    except DevagentError as error:
        _say(f"devagent: {error}{_way_out(error)}")
        if error.details and verbose:
            _say(error.details)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`devagent show | head`); that is no error of ours, nor of Python's last flush.
        drop_stdout()
        return int(ExitCode.DONE)
    except Exception as error:  # noqa: BLE001  the last door: whatever comes this far is a fault of ours
        if verbose:
            _say(traceback.format_exc())
        if isinstance(error, OSError) and error.strerror:
            return _environment_fault(error)
        _say(f"devagent: internal error: {type(error).__name__}: {error}. {_REPORT if not verbose else 'Report that'}")
        return int(ExitCode.INTERNAL)
    return code


def _way_out(error: DevagentError) -> str:
    """What to do about an error that does not say so itself, where it comes from a disk."""
    if error.hint or error.exit_code is not ExitCode.CANNOT_RUN:
        return ""
    from devagent.cli.disk import way_out

    out = way_out(str(error))
    return f". {out}" if out else ""


def _environment_fault(error: OSError) -> int:
    """A full disk, a folder that may not be written: no fault of ours, and nothing that could be done about it."""
    from devagent.cli.disk import full_place, way_out

    told = (error.strerror or str(error)).lower()
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    if not path and error.errno in (errno.ENOSPC, errno.EDQUOT):
        path = full_place()
    out = way_out(told, path) if path else ""
    _say("devagent: " + (f"{path}: " if path else "") + told + (f". {out}" if out else ""))
    if error.filename is None:
        drop_stdout()
    return int(ExitCode.CANNOT_RUN)


def drop_stdout() -> None:
    """What is still to be written to stdout goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def _say(text: str) -> None:
    from devagent.report.shown import shown

    # Where not even this can be written, the exit code has to say it.
    with contextlib.suppress(OSError):
        print(shown(text), file=sys.stderr, flush=True)
