"""What commands need before they can call a workflow: the repository and the settings."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING, Any, TypeVar

from devagent.errors import UsageError

if TYPE_CHECKING:
    from devagent.config.brought import Brought
    from devagent.config.settings import Loaded
    from devagent.repo.git import Repository

T = TypeVar("T")


def repository(directory: Path) -> "Repository":
    """The repository at a path, with what an earlier command left half-done completed or rolled back first."""
    from devagent.proposal.apply import recover
    from devagent.proposal.store import sweep
    from devagent.repo.git import find_root

    repo = find_root(directory)
    recover(repo)
    sweep(repo)
    _remove_containers_of_the_dead()
    return repo


def repository_to_look_at(directory: Path) -> "Repository":
    """The repository at a path, for commands that only look: what cannot be finished now is told, and no hindrance."""
    from devagent.errors import DevagentError
    from devagent.proposal.apply import recover
    from devagent.repo.git import find_root
    from devagent.report.shown import shown

    repo = find_root(directory)
    try:
        recover(repo)
    except DevagentError as error:
        print(f"devagent: {shown(str(error))}", file=sys.stderr)
    _remove_containers_of_the_dead()
    return repo


def _remove_containers_of_the_dead() -> None:
    """What a killed devagent left on the engine; only where one was killed is anything heavy imported for it."""
    from devagent.sandbox.marks import some_are_dead

    if some_are_dead():
        from devagent.sandbox.choice import remove_what_the_dead_left

        run_async(remove_what_the_dead_left(lambda note: print(f"devagent: {note}", file=sys.stderr)))


def settings(repo: "Repository | None", *, trust: str | None = None, **flags: Any) -> "Loaded":
    """Settings from all layers, and the prompts that the repository brings where the user trusts them.

    A flag is named like its setting, with `__` for the dot; `None` was not given. `trust` is the hash that the user
    named for what the repository brings. Where that does not count, one line on stderr says so.

    Raises `UsageError` for a setting that does not exist or does not fit, or names a chain or role that is not there.
    """
    from devagent.config.resources import config_folder
    from devagent.config.settings import load
    from devagent.team.prompts import Library
    from devagent.workflows.named import check_names

    command_line = {key.replace("__", "."): value for key, value in flags.items()}
    brought = _trusted(repo, trust)
    loaded = load(
        repository=brought.config,
        user_file=config_folder() / "config.toml",
        git_config=_git_config(repo) if repo is not None else {},
        command_line=command_line,
    )
    loaded = replace(loaded, prompts=brought.prompts)
    check_names(loaded.settings, Library(loaded.prompts))
    return loaded


def _trusted(repo: "Repository | None", trust: str | None) -> "Brought":
    from devagent.config.brought import Brought

    if repo is None:
        return Brought({})
    from devagent.report.shown import shown
    from devagent.workflows.trust import accepted

    brought, note = accepted(repo, trust or os.environ.get("DEVAGENT_TRUST", ""))
    if note:
        print(f"devagent: {shown(note)}", file=sys.stderr)
    return brought


def project_meant(repo: "Repository", directory: Path, named: str | None) -> str | None:
    """The folder whose project a command means, from the top of the repository: the one named, or stood in.

    Who stands in a folder that is ignored, or empty, means what is around it.

    Raises `UsageError` for a folder outside of the repository.
    """
    top, here = repo.root.resolve(), directory.resolve()
    inside = here if named is None else (top / named if (top / named).is_dir() else here / named).resolve()
    if not inside.is_relative_to(top):
        raise UsageError(f"--project {named}", why="it lies outside the repository")
    folder = "" if inside == top else inside.relative_to(top).as_posix()
    return folder if named is not None else _with_files(repo, folder) or None


def _with_files(repo: "Repository", folder: str) -> str:
    """The innermost of a folder and those around it that git sees files in; empty for the top."""
    look = ("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--")
    while folder and not repo.git.run(*look, folder).stdout:
        folder = dirname(folder)
    return folder


def paths_in(repo: "Repository", directory: Path, named: Iterable[Path]) -> list[str]:
    """Paths that the user typed, as git writes them: from the top of the repository. They need not exist.

    Raises `UsageError` for one outside of it.
    """
    top, found = repo.root.resolve(), []
    for path in named:
        # Not resolved as a whole: what is meant may be a symlink itself.
        full = directory.resolve() / path
        full = Path(os.path.normpath(full.parent.resolve() / full.name))
        if not full.is_relative_to(top):
            raise UsageError(f"{path} lies outside the repository")
        found.append("" if full == top else full.relative_to(top).as_posix())
    return found


def role_models(pairs: list[str] | None) -> dict[str, str]:
    """`ROLE=MODEL` pairs as settings, by dotted key."""
    found = {}
    for pair in pairs or []:
        role, equals, name = pair.partition("=")
        if not equals or not role or not name:
            raise UsageError(
                f"--role-model {pair}", why="it is written ROLE=MODEL", hint="For example coder=ollama/qwen3"
            )
        found[f"model.roles.{role}"] = name
    return found


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a workflow to its end; Ctrl-C and SIGTERM cancel it, so that it cleans up after itself."""
    import signal

    async def guarded() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _git_config(repo: "Repository") -> dict[str, str]:
    """What git's configuration sets.

    Where the model is and what builds reach, only the user's own says: an archive may bring a `.git`.
    """
    found = _listed(repo)
    if owned := [key for key, value in found.items() if key in _OWN or (key.startswith(_WHICH) and "://" in value)]:
        own = {**_listed(repo, "--system"), **_listed(repo, "--global")}
        for key in owned:
            if own.get(key) != found[key]:
                _tell_of_a_foreign(key)
                found.pop(key)
                found |= {key: own[key]} if key in own else {}
    return found


_OWN = (
    *("devagent.model.base_url", "devagent.model.key_variable", "devagent.model.allow"),
    *("devagent.sandbox.build_network", "devagent.sandbox.build_hosts"),
)
_WHICH = ("devagent.model.name", "devagent.model.roles.")


def _listed(repo: "Repository", *scope: str) -> dict[str, str]:
    listed = repo.git.run("config", *scope, "--null", "--get-regexp", r"^devagent\.", check=False)
    pairs = (entry.split("\n", 1) for entry in listed.stdout.decode(errors="replace").split("\0") if entry)
    return {_setting(pair[0]): pair[1] if len(pair) > 1 else "true" for pair in pairs}


def _setting(key: str) -> str:
    """The setting that a key of git's means: git knows no `_` in them. The name of a role may hold a `-` itself."""
    return key if key.startswith(_WHICH[1]) else key.replace("-", "_")


def _tell_of_a_foreign(key: str) -> None:
    from devagent.report.shown import shown

    name = shown(key.removeprefix("devagent."))
    print(
        f"devagent: this repository's git configuration sets {name}, which is ignored: say it for yourself with "
        f"git config --global {key.replace('_', '-')}",
        file=sys.stderr,
    )


def repository_or_none(directory: Path) -> "Repository | None":
    """The repository at a path, if there is one: for commands that also work without."""
    from devagent.errors import DevagentError
    from devagent.repo.git import find_root

    try:
        return find_root(directory)
    except DevagentError:
        return None
