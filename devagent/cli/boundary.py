"""The boundary between commands and the shell: errors become one line on stderr and an exit code."""

import contextlib
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


def command(function: Callable[P, ExitCode | None]) -> Callable[P, None]:
    """Wrap a command so that it exits with the code it returns, and no error reaches the user as a traceback."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        sys.exit(_run(function, *args, **kwargs))

    return wrapped


def _run(function: Callable[P, ExitCode | None], *args: P.args, **kwargs: P.kwargs) -> int:
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        code = int(function(*args, **kwargs) or ExitCode.DONE)
        # Here, because an answer that cannot be written is no answer; Python would only find out when it ends.
        sys.stdout.flush()
    except DevagentError as error:
        _say(f"devagent: {error}")
        if error.details and verbose:
            _say(error.details)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`devagent show | head`); that is no error of ours, nor of Python's last flush.
        _drop_stdout()
        return int(ExitCode.DONE)
    except Exception as error:  # noqa: BLE001  the last door: whatever comes this far is a fault of ours
        if verbose:
            _say(traceback.format_exc())
        if isinstance(error, OSError) and error.strerror:
            return _environment_fault(error)
        _say(f"devagent: internal error: {type(error).__name__}: {error}. {_REPORT if not verbose else 'Report that'}")
        return int(ExitCode.INTERNAL)
    return code


def _environment_fault(error: OSError) -> int:
    """A full disk, a folder that may not be written: no fault of ours, and nothing that could be done about it."""
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    _say(f"devagent: {where}{(error.strerror or str(error)).lower()}")
    if error.filename is None:
        _drop_stdout()
    return int(ExitCode.CANNOT_RUN)


def _drop_stdout() -> None:
    """What is still to be written to stdout goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def _say(text: str) -> None:
    from devagent.sandbox.output import plain

    # Where not even this can be written, the exit code has to say it.
    with contextlib.suppress(OSError):
        print(plain(text), file=sys.stderr, flush=True)
