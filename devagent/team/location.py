"""Where to look: the suspects of a room, from coverage, tracebacks and names. The program does this for every model."""

from typing import TYPE_CHECKING

from devagent.code.locate import Failure
from devagent.code.locate import locate as rank
from devagent.sandbox.coverage import Coverage, coverage
from devagent.sandbox.runner import TestRunner

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_TESTS = 12
TIME_FACTOR = 6.0


async def locate(room: "Room", place: str) -> None:
    """Fill `room.suspects`, most suspicious first; with failing tests, from what they run."""
    bench = room.bench
    failing = tuple(r.id for r in room.task.failing)
    if failing:
        room.coverage = await _coverage(room, f"{place}/coverage", failing)
    failures = [Failure(r.id, r.message, r.details, r.file) for r in room.task.failing]
    files = {path: file.content for path, file in bench.workspace({}).items() if file.mode != "120000"}
    lines = room.coverage.lines if room.coverage is not None else None
    room.suspects = rank(files, failures, lines, failing, text=room.task.text)
    room.journal.record(
        "suspects.found",
        place,
        {"suspects": [[s.symbol.path, s.symbol.name, round(s.score, 3)] for s in room.suspects[:8]]},
        key=str(len(failing)),
    )


async def _coverage(room: "Room", place: str, failing: tuple[str, ...]) -> Coverage | None:
    bench = room.bench
    passing = tuple(r.id for r in bench.baseline.results if r.status == "passed")
    limit = max(20.0, TIME_FACTOR * bench.baseline.seconds)

    async def perform() -> dict[str, object]:
        async with bench.sandbox({}) as sandbox:
            runner = TestRunner(sandbox, bench.ecosystem, command=bench.command, timeout=bench.timeout)
            return (await coverage(runner, failing[:MAX_TESTS], passing, timeout=limit)).to_json()

    inputs = {"files": bench.key({}), "failing": failing[:MAX_TESTS]}
    return Coverage.from_json(await room.journal.effect("sandbox.coverage", place, inputs, perform))
