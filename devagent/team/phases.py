"""Phases: a bounded dialogue of two roles that yields one typed artefact. Each is a file in `prompts/phases/`."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from devagent.errors import UsageError
from devagent.team.heads import Kind, check_head
from devagent.team.prompts import OWN, Library, PromptFile, Template
from devagent.team.roles import Role, load_role

_HEAD: dict[str, Kind] = {
    "name": "name",
    "artefact": "name",
    "by": "name",
    "with": "name",
    "turns": "number",
    "program": "name",
    "max_tokens": "number",
    "schema": "table",
    "system": "text",
}
_MAX_SCHEMA_DEPTH = 24
_UNBOUNDED = ("$ref", "$dynamicRef", "$schema", "$id", "pattern", "patternProperties")
"""What the schema of a repository's phase may not hold: what fetches other schemas, or can take any time to match."""


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
    template: Template
    system: str = ""

    def check(self) -> None:
        """Raises `UsageError` naming the file where template or schema are wrong, whatever they are used for."""
        import jsonschema

        self.template.check()
        try:
            jsonschema.Draft202012Validator.check_schema(dict(self.schema))
        except jsonschema.SchemaError as error:
            raise UsageError(f"{self.template.where}: the schema is none", why=error.message) from None

    def prompt(self, values: Mapping[str, Any]) -> str:
        """The instruction with its values filled in."""
        return self.template.render(values)


class MalformedArtefact(ValueError):
    """An answer that is not the artefact that was asked for; the text goes back to the model."""


def load_phase(name: str, library: Library = OWN) -> Phase:
    """The phase of this name with its roles. Raises `UsageError` naming the file when one is not well formed."""
    return read_phase(library.find("phases", name), name, library)


def read_phase(file: PromptFile, name: str, library: Library) -> Phase:
    """The phase in a file of this name; its roles come from the library."""
    head, template = file.split()
    check_head(file.where, head, _HEAD, ("artefact", "by", "with"))
    _check_schema(file, head.get("schema", {}))
    return Phase(
        name=head.get("name", name),
        artefact=head["artefact"],
        by=load_role(head["by"], library),
        with_=load_role(head["with"], library),
        turns=head.get("turns", 0),
        program=head.get("program", ""),
        max_tokens=head.get("max_tokens", 1000),
        schema=head.get("schema", {}),
        template=template,
        system=head.get("system", ""),
    )


def read_artefact(answer: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The artefact in a model's answer: one JSON object, alone or in a code block, that satisfies the schema.

    Raises `MalformedArtefact` with a sentence that tells the model what to mend, `UsageError` for what is no schema.
    """
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(_json_text(answer))
    except json.JSONDecodeError as error:
        raise MalformedArtefact(f"That was not one JSON object: {error}.") from None
    # A registry of its own, as the default one fetches schemas that another refers to from wherever they are.
    validator = jsonschema.Draft202012Validator(dict(schema), registry=Registry())
    try:
        validator.check_schema(dict(schema))
        problem = next(iter(validator.iter_errors(value)), None)
    except (jsonschema.SchemaError, Unresolvable, re.error) as error:
        raise UsageError("the schema of a phase cannot be used", why=str(error).split("\n")[0]) from None
    if problem is not None:
        where = "/".join(map(str, problem.absolute_path)) or "the object"
        raise MalformedArtefact(f"The JSON does not fit: {where}: {problem.message}.")
    assert isinstance(value, dict)
    return value


def schema_in_words(schema: Mapping[str, Any]) -> str:
    """How to ask for an artefact of this schema."""
    return "Answer with one JSON object and nothing else. Its JSON schema:\n" + json.dumps(schema, ensure_ascii=False)


def _check_schema(file: PromptFile, schema: Mapping[str, Any]) -> None:
    """Raises `UsageError` where the schema of a repository's phase could do more than describe an artefact."""
    stack: list[tuple[Any, int]] = [(schema, 0)] if file.brought else []
    while stack:
        part, depth = stack.pop()
        inside: Collection[Any] = ()
        if isinstance(part, Mapping):
            if found := next((key for key in _UNBOUNDED if key in part), None):
                raise UsageError(f"{file.where}: the schema of a repository's phase may not use {found}")
            inside = part.values()
        elif isinstance(part, list):
            inside = part
        if inside and depth == _MAX_SCHEMA_DEPTH:
            raise UsageError(f"{file.where}: the schema is nested too deeply")
        stack += ((item, depth + 1) for item in inside)


def _json_text(answer: str) -> str:
    start, end = answer.find("{"), answer.rfind("}")
    return answer[start : end + 1] if 0 <= start < end else answer
