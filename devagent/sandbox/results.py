"""Test results as devagent knows them: per test, from a report, never guessed from text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

_ERROR = re.compile(r"[\w.]*(Error|Exception|Warning)\b")

Status = Literal["passed", "failed", "error", "skipped"]


@dataclass(frozen=True)
class TestResult:
    """One test. `id` is what the runner accepts to select it; `message` the assertion; `details` the traceback."""

    __test__ = False

    id: str
    status: Status
    seconds: float = 0.0
    message: str = ""
    details: str = ""
    file: str = ""

    @property
    def bad(self) -> bool:
        """Whether the test failed or could not run."""
        return self.status in ("failed", "error")

    @property
    def headline(self) -> str:
        """The one line of the message that says most: the error that it names last, else its first line."""
        lines = [line.strip() for line in self.message.splitlines() if line.strip()]
        return next((line for line in reversed(lines) if _ERROR.match(line)), lines[0] if lines else "")

    @property
    def hung(self) -> bool:
        """Whether the test was ended because it took too long."""
        return self.bad and "still running after" in self.message


@dataclass(frozen=True)
class TestRun:
    """One run of a test command. `trouble` is why it does not count; empty when it does.

    A run counts when exit status and a fresh report of that very run agree. `notes` are lines for the user on how it
    was run.
    """

    __test__ = False

    results: tuple[TestResult, ...] = ()
    exit_code: int = 0
    seconds: float = 0.0
    output: str = ""
    trouble: str = ""
    command: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether this run may be used as evidence."""
        return not self.trouble

    @property
    def bad(self) -> tuple[TestResult, ...]:
        """The tests that failed or errored."""
        return tuple(r for r in self.results if r.bad)

    @property
    def working_seconds(self) -> float:
        """What the run took; where tests hung, what the others took."""
        if not any(r.hung for r in self.results):
            return self.seconds
        return sum(r.seconds for r in self.results if not r.hung)

    def by_id(self) -> dict[str, TestResult]:
        """Results by test id."""
        return {r.id: r for r in self.results}

    def to_json(self) -> dict[str, Any]:
        """The run as plain data, for the journal."""
        results = [dict(vars(result)) for result in self.results]
        return {**vars(self), "results": results, "command": list(self.command), "notes": list(self.notes)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TestRun":
        """The run a journal recorded."""
        results: Iterable[dict[str, Any]] = data["results"]
        return cls(
            **{
                **data,
                "results": tuple(TestResult(**r) for r in results),
                "command": tuple(data["command"]),
                "notes": tuple(data.get("notes", ())),
            }
        )
