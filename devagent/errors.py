"""Every error devagent raises on purpose, and the exit code each one ends with.

    DevagentError            70  internal error, unless a subclass says otherwise
    ├── UsageError            2  the command line or a setting is wrong
    ├── NotResolved           1  the work was done and did not succeed
    ├── CannotRun             3  something this needs is missing here
    │   ├── SandboxError      3  the sandbox could not be built, started or reached
    │   └── ModelError        3  the model could not be reached or gave nothing usable
    └── OutOfBudget           4  tokens, money or time are used up

An error is one line for a person: what happened, why, and what to do about it.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every devagent command."""

    DONE = 0
    NOT_RESOLVED = 1
    USAGE = 2
    CANNOT_RUN = 3
    OUT_OF_BUDGET = 4
    INTERNAL = 70
    INTERRUPTED = 130


class DevagentError(Exception):
    """An error with one line for people.

    Arguments:
        what: what happened, without a full stop.
        why: the cause, when known.
        hint: the one thing to do about it, as an imperative or a command.
        details: longer text for ``--verbose`` and the journal (a log tail, a traceback).
    """

    exit_code = ExitCode.INTERNAL

    def __init__(self, what: str, *, why: str = "", hint: str = "", details: str = "") -> None:
        self.what, self.why, self.hint, self.details = what, why, hint, details
        super().__init__(str(self))

    def __str__(self) -> str:
        line = self.what + (f": {self.why}" if self.why else "")
        return f"{line}. {self.hint}" if self.hint else line


class UsageError(DevagentError):
    """The command line or a setting is wrong."""

    exit_code = ExitCode.USAGE


class NotResolved(DevagentError):
    """The work was done, and it did not succeed."""

    exit_code = ExitCode.NOT_RESOLVED


class CannotRun(DevagentError):
    """Something that is needed is missing on this machine."""

    exit_code = ExitCode.CANNOT_RUN


class SandboxError(CannotRun):
    """The sandbox could not be built, started or reached."""


class ModelError(CannotRun):
    """The model could not be reached, or gave nothing that can be used."""


class OutOfBudget(DevagentError):
    """Tokens, money or time are used up; the run can be resumed with a higher limit."""

    exit_code = ExitCode.OUT_OF_BUDGET
