"""Roles: who works, what they own, which tools they may use. Each is a file in `prompts/roles/`."""

from dataclasses import dataclass
from typing import Literal, get_args

from devagent.errors import UsageError
from devagent.team import prompts

ToolName = Literal["search", "read", "edit", "test", "submit"]


@dataclass(frozen=True)
class Role:
    """A role: `owns` are the artefacts only it may produce, `system` its rendered system prompt."""

    name: str
    owns: tuple[str, ...]
    tools: tuple[ToolName, ...]
    system: str


def load_role(name: str) -> Role:
    """The role of this name. Raises `UsageError` naming the file when it is not well formed."""
    path = prompts.find("roles", name, ".md")
    head, text = prompts.read_front_matter(path)
    unknown = set(head.get("tools", ())) - set(get_args(ToolName))
    if unknown:
        raise UsageError(
            f"{path}: there is no tool {', '.join(sorted(unknown))}", hint=f"Tools: {', '.join(get_args(ToolName))}"
        )
    return Role(
        name=head.get("name", name),
        owns=tuple(head.get("owns", ())),
        tools=tuple(head.get("tools", ())),
        system=prompts.render(text, {}),
    )
