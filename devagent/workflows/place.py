"""Where a run happens: the ecosystem of the repository, and a sandbox with its environment."""

import json
import platform
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import UsageError
from devagent.proposal.apply import undisturbed
from devagent.repo.git import Repository
from devagent.repo.objects import SYMLINK, read_tree
from devagent.repo.secret_files import HEAD, looks_secret
from devagent.repo.snapshot import Base, Snapshot, snapshot
from devagent.sandbox.choice import choose, open_sandbox
from devagent.sandbox.ecosystem import Ecosystem, detect, with_services
from devagent.sandbox.images import pick_base
from devagent.sandbox.indexes import not_followed
from devagent.sandbox.manifests import chosen, holding
from devagent.sandbox.network import BuildNetwork
from devagent.sandbox.recipe import Limits, Recipe
from devagent.sandbox.sandbox import File, Sandbox, Tree
from devagent.sandbox.services import load as load_services
from devagent.workflows.surface import Surface


def taken(repo: Repository, base: Base = "worktree", *, include: Collection[str] = ()) -> Snapshot:
    """A snapshot with no apply or undo half-way in it. Raises as `snapshot`, and `UsageError` where one takes long."""
    with undisturbed(repo):
        return snapshot(repo, base, include=include)


def files_of(repo: Repository, commit: str, surface: Surface | None = None, *, include: Collection[str] = ()) -> Tree:
    """The files of a commit, as a sandbox takes them; what is left out is told.

    A file that looks like a secret is left out unless `include` has its very name.
    """
    read = read_tree(repo, commit)
    secret = [
        path
        for path, entry in read.files.items()
        if path not in include and entry.mode != SYMLINK and looks_secret(path, entry.content[:HEAD])
    ]
    for note in (*read.skipped, *_withheld(secret)):
        if surface is not None:
            surface.note(note)
    withheld = frozenset(secret)
    return {path: File(entry.content, entry.mode) for path, entry in read.files.items() if path not in withheld}


def _withheld(secret: Sequence[str]) -> list[str]:
    """One line on the tracked files that stay out of the sandbox."""
    if not secret:
        return []
    names = ", ".join(secret[:5]) + (f" and {len(secret) - 5} more" if len(secret) > 5 else "")
    what = "looks like a secret and stays" if len(secret) == 1 else "look like secrets and stay"
    return [f"{names} {what} out of the sandbox; if the tests need it: sandbox.include = {json.dumps(secret[:1])}"]


async def _mismatch(ecosystem: Ecosystem, recipe: Recipe, kind: Literal["auto", "docker", "process"]) -> str:
    """One line where the sandbox will not have the version that the repository asks for."""
    if not ecosystem.wanted:
        return ""
    if await choose(kind) == "docker":
        base, _ = await pick_base(recipe)
        return ecosystem.mismatch(base)
    return ecosystem.mismatch(version=platform.python_version()) if ecosystem.name == "python" else ""


def build_network(box: SandboxSettings) -> BuildNetwork:
    """What the settings allow builds to reach."""
    return BuildNetwork(hosts=box.build_hosts, open=box.build_network == "open")


class Place:
    """Opens the sandbox that the settings ask for, for the repository at a path."""

    def __init__(self, settings: Settings, surface: Surface, repository: Path | None = None) -> None:
        self._box, self._surface, self._repository = settings.sandbox, surface, repository

    def ecosystem(
        self, files: Tree, command: Sequence[str] = (), about: Sequence[str] = ()
    ) -> tuple[Ecosystem, tuple[str, ...]]:
        """How the tests of the project that is meant are run, and the user's own command if there is one.

        Raises `CannotRun` when nothing is recognised, `UsageError` where several projects could be meant.
        """
        found, wanted = self.ecosystems(files, command, about)
        if len(found) > 1:
            folders = [ecosystem.folder for ecosystem in found]
            more = ", …" if len(folders) > 8 else ""
            raise UsageError(
                f"this repository has {len(found)} projects: {', '.join(folders[:8])}{more}",
                hint=f"Stand in the folder of one, or name it: --project {folders[0]}",
            )
        return found[0], wanted

    def ecosystems(
        self, files: Tree, command: Sequence[str] = (), about: Sequence[str] = ()
    ) -> tuple[list[Ecosystem], tuple[str, ...]]:
        """The same for all projects that are meant: where the top of the repository is none, those in its folders.

        `about` are paths that say which of these: those that hold one, if any does. Raises `CannotRun` when one is not
        recognised, `UsageError` for a folder that is not there.
        """
        box = self._box
        wanted = tuple(command) or tuple(shlex.split(box.command))
        folder = box.project.strip("/")
        if folder and not any(path.startswith(f"{folder}/") for path in files):
            raise UsageError(f"there are no files in {folder}", hint="--project takes a folder of the repository")
        meant = chosen(files, folder)
        if not wanted:
            meant = holding(meant, about) or meant
        folders = [project.folder for project in meant] if len(meant) == 1 or not wanted else []
        found = [detect(files, command=wanted, image=box.image, folder=home) for home in folders or [""]]
        running = load_services(box.services)
        return [with_services(ecosystem, running) for ecosystem in found], wanted

    @property
    def network(self) -> BuildNetwork:
        """What the settings allow builds to reach."""
        return build_network(self._box)

    async def open(self, ecosystem: Ecosystem, files: Tree, run: str) -> Sandbox:
        """A started sandbox with an empty workspace; builds the environment first where there is none."""
        box, recipe = self._box, ecosystem.recipe(files)
        limits = Limits(memory=box.memory_mib << 20, cpus=box.cpus, processes=box.processes, disk=box.disk_mib << 20)
        for note in filter(None, [await _mismatch(ecosystem, recipe, box.kind), *not_followed(recipe)]):
            self._surface.note(note)
        return await open_sandbox(
            recipe,
            kind=box.kind,
            limits=limits,
            run_id=run,
            progress=self._surface.note,
            project_install=ecosystem.project_install,
            network=self.network,
            repository=self._repository,
        )
