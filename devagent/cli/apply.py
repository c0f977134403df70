"""`devagent apply`: the one command that writes a proposal into the checkout."""

from pathlib import Path
from typing import Annotated, Optional

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
    alternative: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, metavar="N", help="The alternative of this number, where a proposal is ambiguous."),
    ] = None,
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
    proposal = find_run(repo, run).proposal()
    done = write(repo, proposal.choosing(alternative) if alternative else proposal, reach=reach, unverified=unverified)
    print_change("applied", done, as_json=as_json)
