"""What commands need before they can call a workflow: the repository and the settings."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from devagent.errors import UsageError

if TYPE_CHECKING:
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
    return repo


def repository_to_look_at(directory: Path) -> "Repository":
    """The repository at a path, for commands that only look: what cannot be finished now is told, and no hindrance."""
    from devagent.errors import DevagentError
    from devagent.proposal.apply import recover
    from devagent.repo.git import find_root

    repo = find_root(directory)
    try:
        recover(repo)
    except DevagentError as error:
        print(f"devagent: {error}", file=sys.stderr)
    return repo


def settings(repo: "Repository | None", **flags: Any) -> "Loaded":
    """Settings from all layers. A flag is named like its setting, with `__` for the dot; `None` was not given.

    Raises `UsageError` for a setting that does not exist or does not fit, or names a chain or role that is not there.
    """
    from devagent.config.resources import config_folder
    from devagent.config.settings import load
    from devagent.workflows.named import check_names

    command_line = {key.replace("__", "."): value for key, value in flags.items()}
    loaded = load(
        user_file=config_folder() / "config.toml",
        git_config=_git_config(repo) if repo is not None else {},
        command_line=command_line,
    )
    check_names(loaded.settings)
    return loaded


def role_models(pairs: list[str] | None) -> dict[str, str]:
    """`ROLE=MODEL` pairs as settings."""
    found = {}
    for pair in pairs or []:
        role, equals, name = pair.partition("=")
        if not equals or not role or not name:
            raise UsageError(
                f"--role-model {pair}", why="it is written ROLE=MODEL", hint="For example coder=ollama/qwen3"
            )
        found[f"model__roles.{role}"] = name
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
    listed = repo.git.run("config", "--null", "--get-regexp", r"^devagent\.", check=False)
    pairs = (entry.split("\n", 1) for entry in listed.stdout.decode(errors="replace").split("\0") if entry)
    return {pair[0].replace("-", "_"): pair[1] if len(pair) > 1 else "true" for pair in pairs}


def repository_or_none(directory: Path) -> "Repository | None":
    """The repository at a path, if there is one: for commands that also work without."""
    from devagent.errors import DevagentError
    from devagent.repo.git import find_root

    try:
        return find_root(directory)
    except DevagentError:
        return None
