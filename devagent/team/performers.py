"""How a phase comes to its artefact: by the program where it can, by the roles otherwise.

What happens is decided by the type of the artefact: `patch` and `reproduction` are code, `test_report` is observed,
`review` is checked against the diff, and every other artefact is JSON of the phase's own schema.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from devagent.proposal.candidate import Evidence, Verdict
from devagent.team.agent import PhaseFailed, opening, work
from devagent.team.context import context_for
from devagent.team.dialogue import produce
from devagent.team.phases import MalformedArtefact, Phase
from devagent.team.programs import PROGRAMS
from devagent.team.questions import settle_questions
from devagent.team.reproduction import reproduce
from devagent.team.review import review
from devagent.team.reworking import reworked, standing_of
from devagent.team.sampling import FunctionSampler
from devagent.team.searching import RepairSearch
from devagent.team.tools import Toolbox
from devagent.team.workbench import Attempt, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

By = Literal["program", "model", "program and model"]
Performer = Callable[["Room", Phase, str], Awaitable[tuple[Any, By]]]


_NEAR = Evidence("tests", Verdict.FAIL, "more of the tests pass with it, as the search saw, but not all that should")


async def perform(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    """The artefact of a phase and who made it. Raises `PhaseFailed`."""
    performers: dict[str, Performer] = {"patch": _patch, "reproduction": _reproduction, "review": _review}
    return await performers.get(phase.artefact, _artefact)(room, phase, place)


async def _artefact(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    if phase.artefact == "suspects":
        await room.settled()
    if phase.program in PROGRAMS and (room.is_small(phase.by.name) or not phase.schema):
        artefact = await PROGRAMS[phase.program](room, place)
        if artefact is not None:
            return artefact, "program"
    if not phase.schema:
        raise PhaseFailed(f"the phase {phase.name} has neither a schema nor a program that fills it")
    artefact = await produce(room, phase, place, await context_for(room, phase, place))
    await settle_questions(room, place, artefact.get("questions", []))
    return artefact, "model"


async def _patch(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    await room.settled()
    if room.is_small(phase.by.name):
        return await _sampled_patch(room, phase, place)
    toolbox = Toolbox(room.bench, place, dict(room.ground))

    def submitted(text: str) -> str:
        if toolbox.changes == room.ground:
            raise MalformedArtefact("Nothing was changed yet: use the edit tool, then submit.")
        return text

    instruction = phase.prompt(await context_for(room, phase, place))
    summary = await work(room, phase, place, opening(phase, instruction, tools=True), toolbox, submitted)
    origin = Origin(place, phase.by.name, room.gateway(phase.by.name).card.name, "agent")
    room.attempts.append(await room.bench.attempt(place, dict(toolbox.changes), origin))
    return {"summary": summary, "paths": sorted(toolbox.changes)}, "model"


async def _sampled_patch(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    if room.ground or (room.task.feedback and not room.bench.targets):
        standing = await standing_of(room, place)
        async with aclosing(reworked(room, place, standing)) as attempts:
            async for attempt in attempts:
                room.attempts.append(attempt)
                if attempt.good or attempt.unverified:
                    return _summary(attempt), _by(attempt)
        if standing.good or standing.unverified:
            raise PhaseFailed("the model gave no other version of these functions that passes the gates")
    if not room.suspects:
        raise PhaseFailed("no function was found that could be at fault")
    search = RepairSearch(room, place) if room.bench.targets and room.team.search != "off" else None
    try:
        async with aclosing(FunctionSampler(room, place, search).attempts()) as attempts:
            async for attempt in attempts:
                room.attempts.append(attempt)
                if attempt.good or attempt.unverified:
                    return _summary(attempt), _by(attempt)
    finally:
        # Also when a limit ends it: no gate has seen it, and there may be nothing else to show.
        if search is not None and search.near:
            room.bench.tried.append(Attempt(search.near, Origin(f"{place}/near", way="search"), (_NEAR,)))
    who = "neither search nor the model" if room.has_model(phase.by.name) else "no model was asked, and search never"
    raise PhaseFailed(f"{who} found a change that passes the gates")


def _by(attempt: Attempt) -> By:
    return "model" if attempt.origin.model else "program"


def _summary(attempt: Attempt) -> dict[str, Any]:
    return {"summary": attempt.origin.way, "paths": sorted(attempt.changes)}


async def _reproduction(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    return await reproduce(room, phase, place)


async def _review(room: "Room", phase: Phase, place: str) -> tuple[Any, By]:
    return await review(room, phase, place)
