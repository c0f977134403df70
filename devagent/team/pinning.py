"""The call that tells the chosen repair from the others, as a test of the project's own.

It is made while the run has a sandbox, and not by `apply`, which runs nothing: no test is offered that was not seen to
pass with the one and to fail with the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from devagent.proposal.candidate import Evidence, Verdict
from devagent.repair.behaviour import Call
from devagent.repair.example import CannotWrite, Example, Written, written_beside
from devagent.sandbox.sandbox import File

if TYPE_CHECKING:
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt, Changes

PLACE = "example"


class CannotPin(Exception):
    """No test could be added; the message says why, as the end of a sentence."""


async def pinned(room: "Room", ambiguous: "Attempt", chosen: "Attempt") -> "Attempt":
    """The chosen one of an ambiguous attempt's options, with a test beside the failing one that only it passes.

    The test is run with each of them. Raises `CannotPin` where there is none.
    """
    others = [option for option in ambiguous.options if option.option != chosen.option]
    if not others:
        raise CannotPin("nothing else was found that passes every gate and does otherwise")
    if room.bench.ecosystem.name != "python":
        raise CannotPin("tests are only written for pytest so far")
    path, written = _written(room, chosen, _examples(ambiguous.told, chosen.option, [o.option for o in others]))
    tried = await _with_it(room, path, written, chosen)
    for number, other in enumerate(others, 1):
        if await _passes(room, f"{PLACE}/other/{number}", {**other.changes, path: tried.changes[path]}, written.id):
            raise CannotPin("the test that was written passes with the others as well")
    fails = "the other repair" if len(others) == 1 else f"each of the {len(others)} other repairs"
    told = Evidence("added test", Verdict.PASS, f"{written.id} passes, and fails with {fails}")
    return replace(chosen, changes=tried.changes, run=tried.run, evidence=(*_evidence(chosen, tried), told))


def _examples(told: Sequence[Call], chosen: int, others: Sequence[int]) -> list[Example]:
    """Few calls that tell the chosen option from each of the others. Raises `CannotPin` where one cannot be written."""
    found: list[Example] = []
    left = set(others)
    for call in told:
        answer = call.answers[chosen] if call.answers else None
        telling = {other for other in left if call.tells(chosen, other)}
        if telling and call.code is not None and answer is not None:
            left -= telling
            found.append(Example(call.code, answer))
    if left:
        call = next(call for call in told if call.tells(chosen, min(left)))
        what = f"what {call.text[:60]} comes to" if call.code is not None else f"the call {call.text[:60]}"
        raise CannotPin(f"{what} cannot be written down exactly")
    return found


def _written(room: "Room", chosen: "Attempt", examples: Sequence[Example]) -> tuple[str, Written]:
    """The path of the failing test's file, and the file with the new test."""
    failing = room.bench.targets[0]
    path = failing.partition("::")[0]
    file = room.bench.workspace(chosen.changes).get(path)
    if file is None:
        raise CannotPin(f"{path}, where the failing test is, is no file of the repository")
    try:
        return path, written_beside(file.content, failing, examples)
    except CannotWrite as error:
        raise CannotPin(str(error)) from error


async def _with_it(room: "Room", path: str, written: Written, chosen: "Attempt") -> "Attempt":
    """The chosen attempt with the test, once more before every gate."""
    file = File(written.content, room.bench.files[path].mode if path in room.bench.files else "100644")
    tried = await room.bench.judged(PLACE, {**chosen.changes, path: file}, chosen.origin)
    refused = next((e for e in tried.evidence if e.verdict is not Verdict.PASS), None)
    if refused is not None:
        raise CannotPin(f"with it, {refused.gate}: {'; '.join(refused.details[:1]) or refused.summary}")
    if tried.run is None or written.id not in {r.id for r in tried.run.results if r.status == "passed"}:
        raise CannotPin("the test that was written was not run")
    return tried


async def _passes(room: "Room", place: str, changes: "Changes", id_: str) -> bool:
    run = await room.bench.run_tests(place, changes, [id_])
    return any(r.id == id_ and r.status == "passed" for r in run.results)


def _evidence(chosen: "Attempt", tried: "Attempt") -> tuple[Evidence, ...]:
    """What the gates say of the attempt with the test, and what else was known of it."""
    now: Mapping[str, Evidence] = {e.gate: e for e in tried.evidence}
    return (*now.values(), *(e for e in chosen.evidence if e.gate not in now))
