"""Roles: who works, what they own, which tools they may use. Each is a file in `prompts/roles/`."""

from dataclasses import dataclass
from typing import Literal, get_args

from devagent.errors import UsageError
from devagent.team.heads import Kind, check_head
from devagent.team.prompts import OWN, Library, PromptFile

ToolName = Literal["search", "read", "edit", "test", "submit"]

_HEAD: dict[str, Kind] = {"name": "name", "owns": "texts", "tools": "texts"}


@dataclass(frozen=True)
class Role:
    """A role: `owns` are the artefacts only it may produce, `system` its rendered system prompt."""

    name: str
    owns: tuple[str, ...]
    tools: tuple[ToolName, ...]
    system: str


def load_role(name: str, library: Library = OWN) -> Role:
    """The role of this name. Raises `UsageError` naming the file when it is not well formed.

    A role file of a repository has the tools of devagent's own role of that name, or fewer, and never others.
    """
    return read_role(library.find("roles", name), name, library)


def read_role(file: PromptFile, name: str, library: Library) -> Role:
    """The role in a file of this name."""
    head, template = file.split()
    check_head(file.where, head, _HEAD)
    if unknown := set(head.get("tools", ())) - set(get_args(ToolName)):
        raise UsageError(
            f"{file.where}: there is no tool {', '.join(sorted(unknown))}",
            hint=f"Tools: {', '.join(get_args(ToolName))}",
        )
    return Role(
        name=_name(file, name, head.get("name", name)),
        owns=tuple(head.get("owns", ())),
        tools=_tools(file, name, head.get("tools"), library),
        system=template.render({}),
    )


def _name(file: PromptFile, name: str, called: str) -> str:
    # Models are given to roles by name: a file of a repository does not speak for a role that it is not named after.
    if file.brought and called != name:
        raise UsageError(f"{file.where}: name is {called}", why=f"in a repository it is that of the file, {name}")
    return called


def _tools(file: PromptFile, name: str, asked: list[ToolName] | None, library: Library) -> tuple[ToolName, ...]:
    if not file.brought:
        return tuple(asked or ())
    beneath = library.beneath(file, "roles", name)
    had = tuple(beneath.split()[0].get("tools", ())) if beneath else ()
    if gained := set(asked or ()) - set(had):
        raise UsageError(
            f"{file.where}: tools may not have {', '.join(sorted(gained))}",
            why=f"in a repository {name} has " + (f"at most {', '.join(had)}" if had else "no tools"),
        )
    return had if asked is None else tuple(asked)
