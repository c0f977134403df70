"""The chain strategy: phases in order, cycles with an upper bound, broken off when the evidence is good."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devagent.team.agent import PhaseFailed
from devagent.team.chain import Step, load_chain
from devagent.team.first import search_first
from devagent.team.performers import perform
from devagent.team.phases import Phase

if TYPE_CHECKING:
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt


@dataclass(frozen=True)
class ChainStrategy:
    """Runs the chain of this name."""

    chain: str = "default"
    name: str = "chain"

    async def attempts(self, room: "Room") -> AsyncGenerator["Attempt", None]:
        """Every attempt the phases made, in order; none is begun where a search before them found what was meant."""
        if (found := await search_first(room)) is not None:
            yield found
            return
        told = 0
        for number, step in enumerate(load_chain(self.chain, room.library).steps, 1):
            async for _ in self._run(room, step, number):
                for attempt in room.attempts[told:]:
                    yield attempt
                told = len(room.attempts)

    async def _run(self, room: "Room", step: Step, number: int) -> AsyncIterator[None]:
        if step.unless and room.holds(step.unless):
            for phase in step.phases:
                room.journal.record(
                    "phase.skipped", f"{number}/{phase.name}", {"phase": phase.name, "why": step.unless}
                )
            return
        for round_ in range(1, min(step.rounds, room.team.rounds if len(step.phases) > 1 else 1) + 1):
            for phase in step.phases:
                place = f"{number}.{round_}/{phase.name}" if len(step.phases) > 1 else f"{number}/{phase.name}"
                done = await run_phase(room, phase, place)
                yield
                if not done and phase.artefact == "patch":
                    # Nothing is there to test or review. What drives a small model would only do the same again.
                    if room.is_small(phase.by.name):
                        return
                    break
            if step.until and room.holds(step.until):
                return


async def run_phase(room: "Room", phase: Phase, place: str) -> bool:
    """One phase, from its first event to its artefact in the room. One that fails is told; `False`, as it left none."""
    room.journal.record("phase.started", place, {"phase": phase.name, "role": phase.by.name})
    try:
        artefact, by = await perform(room, phase, place)
    except PhaseFailed as failure:
        room.journal.record("phase.failed", place, {"phase": phase.name, "role": phase.by.name, "why": str(failure)})
        return False
    room.artefacts[phase.artefact] = artefact
    facts: dict[str, Any] = {"phase": phase.name, "role": phase.by.name, "by": by, "artefact": artefact}
    room.journal.record("phase.finished", place, facts)
    return True
