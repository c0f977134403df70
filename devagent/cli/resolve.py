"""`devagent resolve`: what can be resolved of the conflicts at hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.repo.git import Repository
    from devagent.workflows.conflicts.resolution import Resolution


@command
def resolve(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045  typer reads this form on every Python
        typer.Argument(metavar="PATH", help="Only these files or folders; all by default.", show_default=False),
    ] = None,
    directory: options.Directory = Path(),
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what is resolved; stage the files that are so as a whole.")
    ] = False,
    go_on: Annotated[
        bool,
        typer.Option("--continue", help="Also go on with the rebase, merge or pick, while everything is resolved."),
    ] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Go through the conflicts one by one, and choose.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back the conflicts that were resolved last.")
    ] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Propose a resolution for the merge, rebase, cherry-pick, revert or stash that stopped with conflicts.

    Nothing changes unless you say so; a file that you have edited since is never overwritten. Exits 1 if something is
    left.
    """
    from devagent.cli.context import paths_in, repository
    from devagent.report.resolving import print_resolution
    from devagent.workflows.conflicts import writing
    from devagent.workflows.conflicts.resolve import propose

    if restore + (apply or go_on or interactive) > 1 or (restore and paths):
        raise UsageError("--restore stands alone", why="it brings back all that was resolved last")
    if interactive and as_json:
        raise UsageError("--interactive asks a person", hint="Leave out --json")
    repo = repository(directory)
    if restore:
        return _restore(repo, as_json=as_json)
    named = paths_in(repo, directory, paths or ())

    def resolved() -> "Resolution":
        result = propose(repo, named)
        if interactive:
            from devagent.cli.choosing import choose

            result = choose(repo, result)
        return writing.write(repo, result) if apply or go_on or interactive else result

    result = writing.go_on(repo, resolved) if go_on else resolved()
    print_resolution(result, as_json=as_json)
    return result.exit_code


def _restore(repo: "Repository", *, as_json: bool) -> ExitCode:
    from devagent.report.output import print_change
    from devagent.workflows.conflicts.writing import restore

    print_change("undone", restore(repo), as_json=as_json)
    return ExitCode.DONE
