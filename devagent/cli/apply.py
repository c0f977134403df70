"""`devagent apply`: the one command that writes a proposal into the checkout."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command


@command
def apply(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    unverified: Annotated[bool, typer.Option("--unverified", help="Also where no test observed the task.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Write a proposal into the work tree. `devagent undo` takes it back, byte for byte."""
    from devagent.cli.context import repository
    from devagent.proposal.apply import apply as write
    from devagent.proposal.store import find_run
    from devagent.report.output import print_change

    repo = repository(directory)
    found = find_run(repo, run)
    print_change("applied", found.id, write(repo, found.proposal(), unverified=unverified), as_json=as_json)
