"""Where to look: the suspects of a room, from tracebacks and names at once, from coverage a little later.

The program does this for every model. While it runs the failing tests again, a model can already read.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devagent.code.locate import Failure, Suspect
from devagent.code.locate import locate as rank
from devagent.sandbox.coverage import Coverage, coverage
from devagent.sandbox.results import TestResult

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_TESTS = 12
MAX_SUSPECTS = 40
TIME_FACTOR, LEAST_SECONDS = 6.0, 20.0


class NothingFails(Exception):
    """The tests that failed pass when they are run again: they are flaky, and there is no task."""


def guess(room: "Room") -> list[Suspect]:
    """The suspects as far as they can be known without running anything."""
    return _ranked(room)


async def settle(room: "Room", place: str = "settle") -> None:
    """Find out which failures are real, what they run, and from that `room.suspects`, most suspicious first.

    Raises `NothingFails` when every failure is flaky.
    """
    if room.task.failing:
        await _leave_flaky(room, place)
        room.coverage = await _coverage(room, f"{place}/coverage")
    room.suspects = _ranked(room)
    found = [[s.symbol.path, s.symbol.name, round(s.score, 3)] for s in room.suspects[:8]]
    room.journal.record("suspects.found", place, {"suspects": found}, key=str(len(room.task.failing)))


async def _leave_flaky(room: "Room", place: str) -> None:
    again = await room.bench.run_tests(f"{place}/again", {}, [r.id for r in telling(room.task.failing)])
    if not again.counts:
        return
    passed = {r.id for r in again.results if r.status == "passed"}
    room.notes += [f"flaky, left alone: {r.id}" for r in room.task.failing if r.id in passed]
    room.task = room.task.with_failing(tuple(r for r in room.task.failing if r.id not in passed))
    room.bench.targets = tuple(r.id for r in room.task.failing)
    if not room.task.failing:
        raise NothingFails


def telling(failing: Sequence[TestResult]) -> list[TestResult]:
    """The failing tests, of those that hang only the first: each of them would be waited for."""
    hung = [r for r in failing if r.hung]
    return [*(r for r in failing if not r.hung), *hung[:1]]


async def _coverage(room: "Room", place: str) -> Coverage:
    bench = room.bench
    failing = tuple(r.id for r in telling(room.task.failing))[:MAX_TESTS]
    passing = tuple(r.id for r in bench.baseline.results if r.status == "passed")
    limit = max(LEAST_SECONDS, TIME_FACTOR * bench.baseline.working_seconds)

    async def perform() -> dict[str, object]:
        async with bench.sandbox({}) as sandbox:
            return (await coverage(bench.runner(sandbox), failing, passing, timeout=limit)).to_json()

    inputs = {"files": bench.key({}), "failing": failing}
    return Coverage.from_json(await room.journal.effect("sandbox.coverage", place, inputs, perform))


def _ranked(room: "Room") -> list[Suspect]:
    failures = [Failure(r.id, r.message, r.details, r.file) for r in room.task.failing]
    files = {path: file.content for path, file in room.bench.workspace({}).items() if file.mode != "120000"}
    seen = room.coverage or Coverage()
    only = room.bench.only or room.bench.scope.only
    ranked = rank(
        files,
        failures,
        seen.lines,
        [f.test for f in failures],
        text=room.task.text,
        limit=None if only else MAX_SUSPECTS,
        failed_checks=seen.failed_checks,
        passed_checks=seen.passed_checks,
    )
    own = set(room.bench.own_tests)
    found = [s for s in ranked if s.symbol.path not in own and not room.bench.kept_out(s.symbol.path)]
    return found[:MAX_SUSPECTS]
