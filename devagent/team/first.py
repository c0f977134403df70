"""The first rung for a large model, where the settings want it: a short search, before anything costs tokens."""

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from devagent.team.review import review_by_program
from devagent.team.searching import RepairSearch, stands_alone

if TYPE_CHECKING:
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt

SECONDS = 15.0
PLACE, NAME, ROLE = "0/search", "search", "coder"


async def search_first(room: "Room") -> "Attempt | None":
    """A repair of a kind that is mostly right, with no other beside it; `None` where the model is to be asked.

    Repairs that do not stand alone are kept among the room's attempts, for the case that the model finds none. Small
    models get none of this: their coder searches by itself, in turns with the model.
    """
    if room.is_small(ROLE) or room.team.search != "first" or room.ground or not room.bench.targets:
        return None
    room.journal.record("phase.started", PLACE, {"phase": NAME, "role": ROLE})
    await room.settled()
    found = await _found(room) if room.suspects else None
    if found is None:
        _record(room, "phase.failed", {"why": "search found no repair that surely is what was meant"})
    else:
        artefact = {"summary": found.origin.way, "paths": sorted(found.changes)}
        _record(room, "phase.finished", {"by": "program", "artefact": artefact})
    return found


async def _found(room: "Room") -> "Attempt | None":
    async with aclosing(RepairSearch(room, PLACE, seconds=SECONDS).attempts()) as attempts:
        async for attempt in attempts:
            room.attempts.append(attempt)
            if attempt.good and stands_alone(attempt):
                room.attempts[-1] = await review_by_program(room, PLACE, attempt)
                return room.attempts[-1]
    return None


def _record(room: "Room", kind: str, facts: dict[str, Any]) -> None:
    room.journal.record(kind, PLACE, {"phase": NAME, "role": ROLE, **facts})
