"""What settings and a request name has to be there: this is looked at before anything runs."""

import posixpath
from collections.abc import Collection
from pathlib import Path

from devagent.config.settings import Settings
from devagent.errors import UsageError
from devagent.proposal.gates.scope import within
from devagent.team.prompts import OWN, Library


def check_names(settings: Settings, library: Library = OWN) -> None:
    """Raises `UsageError` for a chain or a role that there is no file of."""
    library.find("chains", settings.team.chain)
    for role in settings.model.roles:
        library.find("roles", role)


def paths_named(only: Collection[str], root: Path, files: Collection[str]) -> tuple[str, ...]:
    """The files, folders and patterns given with `--only`, relative to the top of the repository.

    Raises `UsageError` for one that leads out of it, or that none of its `files` belongs to.
    """
    return tuple(_named(path, root, files) for path in only)


def _named(path: str, root: Path, files: Collection[str]) -> str:
    inside = posixpath.normpath(posixpath.relpath(path, root) if path.startswith("/") else path)
    if inside == ".." or inside.startswith("../"):
        raise UsageError(f"--only {path}", why="it lies outside the repository")
    if not path or not any(within(file, (inside,)) for file in files):
        raise UsageError(
            f"--only {path}",
            why="no such file or folder in this repository",
            hint="It is named from its top; for a file to be made, name its folder",
        )
    return inside
