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
    index: Annotated[bool, typer.Option("--index", help="Also stage the change, and nothing else.")] = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Also commit the change, and nothing else; your hooks run.")
    ] = False,
    branch: Annotated[
        str,
        typer.Option(
            *("--branch", "-b"),
            metavar="NAME",
            help="Make a branch with a commit of it on top of HEAD instead; nothing else is touched.",
        ),
    ] = "",
    unverified: Annotated[bool, typer.Option("--unverified", help="Also where no test observed the task.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Write a proposal into the work tree. `devagent undo` takes it back, byte for byte.

    A file that you changed since the run started is merged where that is clean; otherwise nothing is written.
    """
    from devagent.cli.context import repository
    from devagent.proposal.apply import apply as write
    from devagent.proposal.reach import Reach
    from devagent.proposal.store import find_run
    from devagent.report.output import print_change

    reach = Reach(index, commit, branch)
    repo = repository(directory)
    done = write(repo, find_run(repo, run).proposal(), reach=reach, unverified=unverified)
    print_change("applied", done, as_json=as_json)
