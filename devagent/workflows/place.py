"""Where a run happens: the ecosystem of the repository, and a sandbox with its environment."""

import platform
import shlex
from collections.abc import Sequence
from typing import Literal

from devagent.config.settings import Settings
from devagent.repo.git import Repository
from devagent.repo.objects import read_tree
from devagent.sandbox.choice import choose, open_sandbox
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.images import pick_base
from devagent.sandbox.recipe import Limits, Recipe
from devagent.sandbox.sandbox import File, Sandbox, Tree
from devagent.workflows.surface import Surface


def files_of(repo: Repository, commit: str, surface: Surface | None = None) -> Tree:
    """The files of a commit, as a sandbox takes them; what is left out is told."""
    read = read_tree(repo, commit)
    for note in read.skipped:
        if surface is not None:
            surface.note(note)
    return {path: File(entry.content, entry.mode) for path, entry in read.files.items()}


async def _mismatch(ecosystem: Ecosystem, recipe: Recipe, kind: Literal["auto", "docker", "process"]) -> str:
    """One line where the sandbox will not have the version that the repository asks for."""
    if not ecosystem.wanted:
        return ""
    if await choose(kind) == "docker":
        base, _ = await pick_base(recipe)
        return ecosystem.mismatch(base)
    return ecosystem.mismatch(version=platform.python_version()) if ecosystem.name == "python" else ""


class Place:
    """Opens the sandbox that the settings ask for."""

    def __init__(self, settings: Settings, surface: Surface) -> None:
        self._box, self._surface = settings.sandbox, surface

    def ecosystem(self, files: Tree, command: Sequence[str] = ()) -> tuple[Ecosystem, tuple[str, ...]]:
        """How this repository's tests are run, and the user's own command if there is one.

        Raises `CannotRun` when nothing is recognised.
        """
        wanted = tuple(command) or tuple(shlex.split(self._box.command))
        return detect(files, command=wanted, image=self._box.image), wanted

    async def open(self, ecosystem: Ecosystem, files: Tree, run: str) -> Sandbox:
        """A started sandbox with an empty workspace; builds the environment first where there is none."""
        box, recipe = self._box, ecosystem.recipe(files)
        limits = Limits(memory=box.memory_mib << 20, cpus=box.cpus, processes=box.processes, disk=box.disk_mib << 20)
        if mismatch := await _mismatch(ecosystem, recipe, box.kind):
            self._surface.note(mismatch)
        return await open_sandbox(
            recipe,
            kind=box.kind,
            limits=limits,
            run_id=run,
            progress=self._surface.note,
            project_install=ecosystem.project_install,
        )
