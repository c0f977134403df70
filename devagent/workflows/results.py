"""What commands return: frozen, versioned values. `devagent.report` makes text, JSON and exit codes of them."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from devagent.errors import ExitCode

VERSION = 1

Outcome = Literal["green", "proposed", "unverified", "not resolved", "no verdict", "out of budget"]

EXIT_CODES: dict[Outcome, ExitCode] = {
    "green": ExitCode.DONE,
    "proposed": ExitCode.DONE,
    "unverified": ExitCode.NOT_RESOLVED,
    "not resolved": ExitCode.NOT_RESOLVED,
    "no verdict": ExitCode.CANNOT_RUN,
    "out of budget": ExitCode.OUT_OF_BUDGET,
}


@dataclass(frozen=True)
class Observed:
    """One gate's evidence, for showing."""

    gate: str
    verdict: str
    summary: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class OtherWay:
    """An alternative of an ambiguous proposal: a call that shows the difference, what it comes to with the proposal
    (`here`) and with this (`there`), and its diff. `devagent apply --alternative NUMBER` takes it.
    """

    number: int
    way: str
    call: str
    here: str
    there: str
    diff: str


@dataclass(frozen=True)
class RunResult:
    """How a run ended. `diff` is the proposal's, or the best attempt's where nothing survived.

    `since` is what has changed since the proposal of the run that this one `revises`.
    """

    run: str
    outcome: Outcome
    summary: str
    failing: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    diff: str = ""
    evidence: tuple[Observed, ...] = ()
    way: str = ""
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    commit: str = ""
    patch_file: str = ""
    attempts: int = 0
    seconds: float = 0.0
    ledger: dict[str, Any] = field(default_factory=dict)
    revises: str = ""
    since: str = ""
    alternatives: tuple[OtherWay, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether something else passes every gate as well, and does otherwise."""
        return bool(self.alternatives)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The result as plain data: the shape behind `--json`."""
        return {
            "devagent": VERSION,
            "kind": "run",
            **asdict(self),
            "ambiguous": self.ambiguous,
            "exit_code": int(self.exit_code),
        }


@dataclass(frozen=True)
class TestsResult:
    """What `devagent test` saw. `notes` say how the tests were run, where that is not as one would think."""

    __test__ = False

    outcome: Literal["green", "failing", "no verdict"]
    trouble: str
    tests: tuple[dict[str, Any], ...]
    seconds: float
    sandbox: str
    ecosystem: str
    command: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        codes = {"green": ExitCode.DONE, "failing": ExitCode.NOT_RESOLVED, "no verdict": ExitCode.CANNOT_RUN}
        return codes[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"devagent": VERSION, "kind": "tests", **asdict(self), "exit_code": int(self.exit_code)}
