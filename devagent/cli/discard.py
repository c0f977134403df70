"""`devagent discard`: forget a run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.asking import says_yes
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError


@command
def discard(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Remove a run with its proposal, journal and refs. What was applied stays applied."""
    from devagent.cli.context import repository
    from devagent.proposal.apply import applied_paths
    from devagent.proposal.store import discard as remove
    from devagent.proposal.store import find_run

    repo = repository(directory)
    found = find_run(repo, run)
    paths = applied_paths(found)
    stays = f"{', '.join(paths)} {'stays' if len(paths) == 1 else 'stay'} changed and can no longer be undone"
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"run {found.id} would be removed for good", hint="Say so with --yes")
        question = f"Remove run {found.id} ({found.state}) for good?" + (f" {stays}." if paths else "")
        if not says_yes(question):
            print(f"kept {found.id}")
            return ExitCode.NOT_RESOLVED
    remove(repo, found)
    print(f"discarded {found.id}" + (f"; {stays}" if paths else ""))
    return ExitCode.DONE
