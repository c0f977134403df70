"""One agent: a conversation in which a model calls tools until it has what was asked of it.

Bounded by steps and by the budget. An agent that repeats an action is told so once, then stopped: small models go
round in circles, and nothing new comes of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from devagent.models.model import Message, ModelRequest
from devagent.team import prompts
from devagent.team.phases import MalformedArtefact, Phase
from devagent.team.tools import Action, Toolbox, find_action, usage

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_REPEATS = 3


class PhaseFailed(Exception):
    """A phase that did not yield its artefact. The message says why, for people."""


async def work(
    room: "Room",
    phase: Phase,
    place: str,
    messages: Sequence[Message],
    toolbox: Toolbox,
    finish: Callable[[str], Any],
) -> Any:
    """What `finish` makes of the first answer that calls no tool (or submits).

    `finish` raises `MalformedArtefact` for an answer that will not do; the model sees the reason once and may answer
    again, after that the phase fails. Raises `PhaseFailed`, `OutOfBudget`, `ModelError`.
    """
    talk = list(messages)
    seen: Counter[Action] = Counter()
    malformed = 0
    for step in range(1, room.steps + 1):
        request = ModelRequest(_fitted(talk, room, phase), max_tokens=phase.max_tokens)
        reply = await room.ask(phase.by.name, phase.name, f"{place}/step/{step}", request)
        talk.append(Message("assistant", reply.text))
        action = find_action(reply.text, phase.by.tools)
        if action is not None and not action.closed and toolbox.has_done(action):
            action = None  # No call: it tells of what it did.
        if action is None or action.tool == "submit":
            try:
                return finish(action.argument if action else reply.text)
            except MalformedArtefact as problem:
                malformed += 1
                if malformed > 1:
                    raise PhaseFailed(f"{phase.by.name} did not give a {phase.artefact}: {problem}") from None
                talk.append(Message("user", f"{problem} Try once more."))
            continue
        seen[action] += 1
        if seen[action] >= MAX_REPEATS:
            raise PhaseFailed(f"{phase.by.name} repeated `{action.tool}` {MAX_REPEATS} times with the same argument")
        observation = await toolbox.perform(action)
        again = " You did this before; do something else." if seen[action] > 1 else ""
        talk.append(Message("user", prompts.data(action.tool, observation) + again))
    raise PhaseFailed(f"{phase.by.name} was not done after {room.steps} steps")


def opening(phase: Phase, instruction: str, *, tools: bool) -> list[Message]:
    """The first two messages of a phase: who the role is, and what it has to do."""
    system = phase.by.system + ("\n\n" + usage(phase.by.tools) if tools and phase.by.tools else "")
    return [Message("system", system), Message("user", instruction)]


def _fitted(talk: list[Message], room: "Room", phase: Phase) -> list[Message]:
    """The conversation within the model's window: the oldest observations are left out, and that is said."""
    from devagent.journal.tokens import estimate_tokens

    room_for = room.window(phase.by.name) - phase.max_tokens - 200
    sizes = [estimate_tokens(message.text) + 8 for message in talk]
    fitted = list(talk)
    for n in range(2, len(talk) - 2):
        if sum(sizes) <= room_for:
            break
        fitted[n] = Message(talk[n].speaker, "[left out: too long ago]")
        sizes[n] = 12
    return fitted
