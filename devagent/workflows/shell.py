"""A shell in the sandbox, on a state of the repository, to look around where tests run. Nothing of it comes back."""

import re
from collections.abc import Mapping, Sequence

from devagent.config.settings import Settings
from devagent.errors import SandboxError, UsageError
from devagent.proposal.store import Run
from devagent.repo.git import Repository
from devagent.repo.refs import read
from devagent.repo.snapshot import Base
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Command
from devagent.sandbox.terminal import Attachable, Terminal
from devagent.workflows.place import Place, files_of, taken
from devagent.workflows.surface import Surface

_STATES = (
    ("proposal", "the proposal"),
    ("candidate", "the candidate"),
    ("base", "the snapshot, as there is no candidate,"),
)
PROMPT = "sandbox:\\w\\$ "
SHELL = ("/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash --norc; exec sh")


async def open_shell(
    repo: Repository,
    settings: Settings,
    surface: Surface,
    terminal: Terminal,
    *,
    run: Run | None = None,
    base: Base = "worktree",
    command: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> int:
    """Connect a terminal to a shell, or to a command, in a fresh sandbox, and give its exit code.

    Arguments:
        run: the run whose candidate the workspace holds; without one it is a snapshot of `base`.
        environ: the user's environment, of which only the kind of terminal is taken over.

    Raises `CannotRun` where there is no sandbox, `UsageError` for a run that holds no state any more.
    """
    commit, state = _state(repo, run, base, settings.sandbox.include)
    files = files_of(repo, commit, surface, include=settings.sandbox.include)
    place = Place(settings, surface, repo.root)
    ecosystem, _ = place.ecosystem(files, SHELL)
    sandbox = await place.open(ecosystem, files, run="shell")
    try:
        await sandbox.sync(files)
        if not isinstance(sandbox, Attachable):
            raise SandboxError(f"a {sandbox.kind} sandbox has no shell")
        if not command:
            surface.note(f"a shell in the {sandbox.kind} sandbox, on {state}")
            surface.note("nothing you do in it reaches your checkout; exit leaves it")
        variables = {**_variables(ecosystem), **_kind_of_terminal(environ or {})}
        wanted = _prepared(ecosystem, tuple(command) or SHELL)
        with terminal.connected():
            return await sandbox.attach(Command(wanted, env=variables, cwd=ecosystem.folder or "."), terminal)
    finally:
        await sandbox.close()


def _state(repo: Repository, run: Run | None, base: Base, include: Sequence[str]) -> tuple[str, str]:
    """The commit that the workspace is to hold, and what that is in words."""
    if run is None:
        words = {"worktree": "your work tree as it is now", "index": "the index", "HEAD": "HEAD"}
        return taken(repo, base, include=include).commit, words[base]
    for name, what in _STATES:
        if commit := read(repo, run.id, name):
            return commit, f"{what} of run {run.id}"
    raise UsageError(f"run {run.id} holds no state of the repository any more", hint="Name another: devagent list")


def _prepared(ecosystem: Ecosystem, argv: tuple[str, ...]) -> tuple[str, ...]:
    return ("sh", "-c", f'{ecosystem.prepare}; exec "$@"', "sh", *argv) if ecosystem.prepare else argv


def _variables(ecosystem: Ecosystem) -> dict[str, str]:
    """What the tests see in their environment, without what only their runner needs."""
    return {name: value for name, value in ecosystem.environment.items() if "{" not in value}


def _kind_of_terminal(environ: Mapping[str, str]) -> dict[str, str]:
    kind = environ.get("TERM", "")
    return {"TERM": kind if re.fullmatch(r"[A-Za-z0-9][\w.+-]{0,60}", kind) else "xterm", "PS1": PROMPT}
