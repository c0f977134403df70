"""The review phase: one comment a round, quoting a line of the diff, proven by a test or shown beside."""

from typing import TYPE_CHECKING, Any

from devagent.proposal.candidate import Evidence, Verdict
from devagent.sandbox.sandbox import File
from devagent.team.agent import PhaseFailed
from devagent.team.context import context_for
from devagent.team.dialogue import produce
from devagent.team.phases import Phase
from devagent.team.programs import review_by_checks
from devagent.team.reproduction import labelled, own_test_path

if TYPE_CHECKING:
    from devagent.team.performers import By
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt


async def review(room: "Room", phase: Phase, place: str) -> tuple[Any, "By"]:
    """The review of the last attempt, which also becomes evidence. Raises `PhaseFailed` when there is none."""
    attempt = room.attempts[-1] if room.attempts else None
    if attempt is None or not (attempt.good or attempt.unverified):
        raise PhaseFailed("there is no candidate that passed the tests")
    if room.is_small(phase.by.name):
        said, by = await review_by_checks(room, place), "program"
    else:
        said, by = await produce(room, phase, place, await context_for(room, phase, place)), "model"
    evidence = await _weighed(room, place, attempt, said or {"verdict": "good"})
    room.attempts[-1] = attempt.with_evidence(evidence)
    return said, "program" if by == "program" else "model"


async def review_by_program(room: "Room", place: str, attempt: "Attempt") -> "Attempt":
    """An attempt with what can be said of it without a model."""
    said = await review_by_checks(room, place)
    return attempt.with_evidence(await _weighed(room, place, attempt, said or {"verdict": "good"}))


async def _weighed(room: "Room", place: str, attempt: "Attempt", said: dict[str, Any]) -> Evidence:
    comment, quote = str(said.get("comment", "")), str(said.get("quote", "")).strip()
    if said["verdict"] == "good" or not comment:
        return Evidence("review", Verdict.PASS, "no finding")
    if not quote or quote not in room.diff(attempt):
        return Evidence(
            "review", Verdict.PASS, "a finding was dropped: the line it quotes is not in the diff", (comment,)
        )
    finding = f"{comment} — `{quote}`"
    if said.get("test") and await _proven(room, place, attempt, str(said["test"])):
        room.findings.append(finding)
        return Evidence("review", Verdict.FAIL, "a finding was proven by a failing test", (finding,))
    return Evidence("review", Verdict.PASS, "one finding that no test proves; see beside", (finding,))


async def _proven(room: "Room", place: str, attempt: "Attempt", test: str) -> bool:
    """Whether the reviewer's test fails by an assertion on this candidate."""
    path = own_test_path(room, "review")
    changes = {**attempt.changes, path: File(labelled(room, test))}
    run = await room.bench.run_tests(f"{place}/proof", changes, None)
    mine = [r for r in run.results if r.file == path or r.id.startswith(path)]
    return run.counts and any(r.status == "failed" for r in mine) and not any(r.status == "error" for r in mine)
