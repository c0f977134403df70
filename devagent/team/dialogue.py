"""A phase as a dialogue of two roles: one writes the artefact, the other may object, the first writes it again."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from devagent.models.model import Message, ModelRequest
from devagent.team import prompts
from devagent.team.agent import PhaseFailed, opening, work
from devagent.team.phases import MalformedArtefact, Phase, read_artefact, schema_in_words
from devagent.team.tools import Toolbox

if TYPE_CHECKING:
    from devagent.team.room import Room

OBJECTION = {
    "type": "object",
    "required": ["good"],
    "additionalProperties": False,
    "properties": {
        "good": {"type": "boolean", "description": "whether it can stand as it is"},
        "objection": {"type": "string", "description": "the one thing that is wrong or missing"},
    },
}


async def produce(room: "Room", phase: Phase, place: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The artefact of a phase, checked against its schema. Raises `PhaseFailed` when there is none."""
    instruction = phase.prompt(values) + "\n" + schema_in_words(phase.schema)
    artefact = await _write(room, phase, place, instruction)
    for turn in range(1, phase.turns + 1):
        objection = await _objection(room, phase, f"{place}/objection/{turn}", values, artefact)
        if not objection:
            break
        again = (
            f"{instruction}\nYour last version:\n{json.dumps(artefact, ensure_ascii=False)}\n"
            f"The {phase.with_.name} objects: {objection}\nWrite it again."
        )
        artefact = await _write(room, phase, f"{place}/turn/{turn}", again)
    return artefact


async def ask_once(room: "Room", phase: Phase, place: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The artefact of a phase without tools and without a partner."""
    instruction = phase.prompt(values) + "\n" + schema_in_words(phase.schema)
    return await _plain(room, phase, place, phase.by.name, opening(phase, instruction, tools=False), phase.schema)


async def _write(room: "Room", phase: Phase, place: str, instruction: str) -> dict[str, Any]:
    if not room.uses_tools(phase.by.name) or not phase.by.tools:
        return await _plain(room, phase, place, phase.by.name, opening(phase, instruction, tools=False), phase.schema)
    messages = opening(phase, instruction, tools=True)
    found = await work(
        room,
        phase,
        place,
        messages,
        Toolbox(room.bench, place, dict(room.ground)),
        lambda text: read_artefact(text, phase.schema),
    )
    assert isinstance(found, dict)
    return found


async def _objection(
    room: "Room", phase: Phase, place: str, values: Mapping[str, Any], artefact: dict[str, Any]
) -> str:
    question = (
        f"The {phase.by.name} was asked:\n{phase.prompt(values)}\nand wrote this {phase.artefact}:\n"
        f"{prompts.data(phase.artefact, json.dumps(artefact, ensure_ascii=False))}\n"
        f"Is it good? If not, name the one thing that matters most.\n{schema_in_words(OBJECTION)}"
    )
    messages = [Message("system", phase.with_.system), Message("user", question)]
    said = await _plain(room, phase, place, phase.with_.name, messages, OBJECTION)
    return "" if said["good"] else str(said.get("objection", ""))


async def _plain(
    room: "Room", phase: Phase, place: str, role: str, messages: list[Message], schema: Mapping[str, Any]
) -> dict[str, Any]:
    problem = ""
    for attempt in (1, 2):
        request = ModelRequest(
            messages, max_tokens=phase.max_tokens, schema=dict(schema) if room.takes_schema(role) else None
        )
        reply = await room.ask(role, phase.name, f"{place}/answer/{attempt}", request)
        try:
            return read_artefact(reply.text, schema)
        except MalformedArtefact as error:
            problem = str(error)
            messages = [*messages, Message("assistant", reply.text), Message("user", f"{problem} Try once more.")]
    raise PhaseFailed(f"{role} did not give a {phase.artefact}: {problem}")
