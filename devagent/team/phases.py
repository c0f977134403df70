"""Phases: a bounded dialogue of two roles that yields one typed artefact. Each is a file in `prompts/phases/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devagent.errors import UsageError
from devagent.team import prompts
from devagent.team.roles import Role, load_role


@dataclass(frozen=True)
class Phase:
    """A phase.

    `by` produces the artefact, `with_` may object `turns` times. `program` names the deterministic way to fill it,
    used for small models. `schema` is the JSON schema of the artefact; empty where the artefact is code. `system` takes
    the place of the role's own prompt, where a small model should read less.
    """

    name: str
    artefact: str
    by: Role
    with_: Role
    turns: int
    program: str
    max_tokens: int
    schema: Mapping[str, Any]
    template: str
    system: str = ""

    def prompt(self, values: Mapping[str, Any]) -> str:
        """The instruction with its values filled in."""
        return prompts.render(self.template, values)


class MalformedArtefact(ValueError):
    """An answer that is not the artefact that was asked for; the text goes back to the model."""


def load_phase(name: str) -> Phase:
    """The phase of this name. Raises `UsageError` naming the file when it is not well formed."""
    path = prompts.find("phases", name, ".md")
    head, text = prompts.read_front_matter(path)
    missing = [key for key in ("artefact", "by", "with") if key not in head]
    if missing:
        raise UsageError(f"{path}: the front matter lacks {', '.join(missing)}")
    return Phase(
        name=head.get("name", name),
        artefact=head["artefact"],
        by=load_role(head["by"]),
        with_=load_role(head["with"]),
        turns=head.get("turns", 0),
        program=head.get("program", ""),
        max_tokens=head.get("max_tokens", 1000),
        schema=head.get("schema", {}),
        template=text,
        system=head.get("system", ""),
    )


def read_artefact(answer: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The artefact in a model's answer: one JSON object, alone or in a code block, that satisfies the schema.

    Raises `MalformedArtefact` with a sentence that tells the model what to mend.
    """
    import jsonschema

    try:
        value = json.loads(_json_text(answer))
    except json.JSONDecodeError as error:
        raise MalformedArtefact(f"That was not one JSON object: {error}.") from None
    problem = next(iter(jsonschema.Draft202012Validator(dict(schema)).iter_errors(value)), None)
    if problem is not None:
        where = "/".join(map(str, problem.absolute_path)) or "the object"
        raise MalformedArtefact(f"The JSON does not fit: {where}: {problem.message}.")
    assert isinstance(value, dict)
    return value


def schema_in_words(schema: Mapping[str, Any]) -> str:
    """How to ask for an artefact of this schema."""
    return "Answer with one JSON object and nothing else. Its JSON schema:\n" + json.dumps(schema, ensure_ascii=False)


def _json_text(answer: str) -> str:
    start, end = answer.find("{"), answer.rfind("}")
    return answer[start : end + 1] if 0 <= start < end else answer
