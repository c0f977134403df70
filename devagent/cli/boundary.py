"""The boundary between commands and the shell: errors become one line on stderr and an exit code."""

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec

from devagent.errors import DevagentError, ExitCode

P = ParamSpec("P")
_STDOUT = 1


def command(function: Callable[P, ExitCode | None]) -> Callable[P, None]:
    """Wrap a command so that it exits with the code it returns, and no error reaches the user as a traceback."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        sys.exit(_run(function, *args, **kwargs))

    return wrapped


def _run(function: Callable[P, ExitCode | None], *args: P.args, **kwargs: P.kwargs) -> int:
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        return int(function(*args, **kwargs) or ExitCode.DONE)
    except DevagentError as error:
        _say(f"devagent: {error}")
        if error.details and verbose:
            _say(error.details)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`devagent show | head`); that is no error of ours, nor of Python's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
        return int(ExitCode.DONE)
    except Exception as error:  # the last door: whatever comes this far is a fault of ours, told in one line
        if verbose:
            raise
        _say(f"devagent: internal error: {type(error).__name__}: {error}. Run it again with --verbose and report that")
        return int(ExitCode.INTERNAL)


def _say(text: str) -> None:
    from devagent.sandbox.output import plain

    print(plain(text), file=sys.stderr, flush=True)
