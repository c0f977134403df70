"""What the program does by itself where a small model would only guess: one function per artefact.

Each returns the artefact, or `None` when it cannot tell; the model is asked then.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from devagent.code.context.exercising import source_of
from devagent.code.frames import frames
from devagent.proposal.candidate import Verdict

if TYPE_CHECKING:
    from devagent.team.room import Room

Program = Callable[["Room", str], Awaitable[Any | None]]

_LEFTOVER = re.compile(
    r"^\+.*(\bprint\(|console\.log\(|\bbreakpoint\(\)|\bdebugger\b|\bpdb\b|\bTODO\b|\bFIXME\b|\bXXX\b)"
)
_SYNTAX = re.compile(r"(Syntax|Indentation|Tab)Error\b")
_SWALLOWED = re.compile(r"^\+\s*(except(\s+(Base)?Exception(\s+as\s+\w+)?)?\s*:|catch\s*(\(\w*\))?\s*\{\s*\})")


async def spec_from_failures(room: "Room", _place: str) -> dict[str, Any] | None:
    """The specification that failing tests are; a task without one is its own specification."""
    failing = room.task.failing
    if not failing:
        return {"goal": room.task.text.strip().split("\n")[0], "must_hold": [room.task.text.strip()]}
    wanted = [room.task.feedback] if room.task.feedback else []
    return {
        "goal": f"make {len(failing)} failing test(s) pass and break no other",
        "must_hold": [*wanted, *(f"{test.id}: {test.message.strip() or test.status}" for test in failing)],
    }


async def suspects_from_evidence(room: "Room", _place: str) -> dict[str, Any] | None:
    """The functions that coverage, tracebacks and names point to, behind lines that are no code at all."""
    await room.settled()
    found = [{"path": s.symbol.path, "name": s.symbol.name, "reason": "; ".join(s.reasons)} for s in room.suspects[:6]]
    return {"suspects": [*_unreadable(room), *found]}


def _unreadable(room: "Room") -> list[dict[str, Any]]:
    """The lines at which a file cannot even be read as code, by what the failing tests say."""
    said = {test.headline: frames(test.message, room.bench.files.keys())[-1:] for test in room.task.failing}
    places = {(f.path, f.line): why for why, found in said.items() if _SYNTAX.match(why) for f in found}
    return [{"path": path, "name": str(line), "reason": why} for (path, line), why in places.items()]


async def report_of_gates(room: "Room", _place: str) -> dict[str, Any] | None:
    """What the gates showed of the last attempt."""
    if not room.attempts:
        return {"verdict": str(Verdict.NO_VERDICT), "observed": ["nothing was handed in"]}
    attempt = room.attempts[-1]
    worst = Verdict.PASS if attempt.good else next(e.verdict for e in attempt.evidence if e.verdict is not Verdict.PASS)
    return {"verdict": str(worst), "observed": [f"{e.gate}: {e.summary}" for e in attempt.evidence]}


async def review_by_checks(room: "Room", _place: str) -> dict[str, Any] | None:
    """What can be said of a change without understanding it: leftovers and swallowed errors."""
    attempt = room.best
    if attempt is None:
        return {"verdict": "good"}
    diff = room.diff(attempt)
    for pattern, comment in ((_SWALLOWED, "errors are swallowed here"), (_LEFTOVER, "this looks like a leftover")):
        for line in diff.split("\n"):
            if pattern.match(line):
                return {"verdict": "finding", "comment": comment, "quote": line[1:].strip()}
    return {"verdict": "good"}


def source_of_test(room: "Room", test_id: str, file: str) -> str:
    """The source of a test function, or nothing when it cannot be found."""
    found = room.bench.workspace({}).get(file)
    return "" if found is None else source_of(file, found.content, test_id)


PROGRAMS: dict[str, Program] = {
    "spec_from_failures": spec_from_failures,
    "suspects_from_evidence": suspects_from_evidence,
    "report_of_gates": report_of_gates,
    "review_by_checks": review_by_checks,
}
