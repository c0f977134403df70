"""What a check found: the shape that `doctor`, `sandbox check` and `model check` share."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from devagent.errors import ExitCode
from devagent.workflows.results import VERSION


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `mend` is the one command that helps where it does not work.

    "absent" is something that is not there and need not be.
    """

    name: str
    state: Literal["works", "broken", "absent"]
    found: str
    mend: str = ""


@dataclass(frozen=True)
class Examination:
    """All checks of a command."""

    checks: tuple[Check, ...]
    summary: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """3 when something that is needed is broken."""
        return ExitCode.CANNOT_RUN if any(c.state == "broken" for c in self.checks) else ExitCode.DONE

    def to_json(self) -> dict[str, Any]:
        """The examination as plain data."""
        return {"devagent": VERSION, "kind": "checks", **asdict(self), "exit_code": int(self.exit_code)}
