"""The lite strategy: one agent with five tools, through the same gates. What the team must beat."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.team.agent import PhaseFailed, opening, work
from devagent.team.context import context_for
from devagent.team.phases import MalformedArtefact, load_phase
from devagent.team.tools import Toolbox
from devagent.team.workbench import Origin

if TYPE_CHECKING:
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt


@dataclass(frozen=True)
class LiteStrategy:
    """One agent, as many rounds as the settings allow."""

    name: str = "lite"

    async def attempts(self, room: "Room") -> AsyncGenerator["Attempt", None]:
        """What the agent submits, once a round, until it is good."""
        phase = load_phase("lite", room.library)
        last = ""
        for round_ in range(1, room.team.rounds + 1):
            place = f"lite/{round_}"
            room.journal.record("phase.started", place, {"phase": phase.name, "role": phase.by.name})
            toolbox = Toolbox(room.bench, place, dict(room.ground))
            messages = opening(phase, phase.prompt(await context_for(room, phase, place)) + last, tools=True)

            def submitted(text: str, toolbox: Toolbox = toolbox) -> str:
                if toolbox.changes == room.ground:
                    raise MalformedArtefact("Nothing was changed yet: use the edit tool, then submit.")
                return text

            try:
                summary = await work(room, phase, place, messages, toolbox, submitted)
            except PhaseFailed as failure:
                room.journal.record(
                    "phase.failed", place, {"phase": phase.name, "role": phase.by.name, "why": str(failure)}
                )
                summary = ""
            if toolbox.changes != room.ground:
                await room.settled()
                origin = Origin(place, phase.by.name, room.gateway(phase.by.name).card.name, "agent")
                attempt = await room.bench.attempt(place, toolbox.changes, origin)
                room.attempts.append(attempt)
                facts = {"phase": phase.name, "role": phase.by.name, "by": "model", "artefact": summary}
                room.journal.record("phase.finished", place, facts)
                yield attempt
                last = "\nYour last submission was not good enough:\n" + "\n".join(
                    f"{e.gate}: {e.summary} {' '.join(e.details)}" for e in attempt.evidence
                )
