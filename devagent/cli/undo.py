"""`devagent undo`: take an applied proposal back."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import UsageError


@command
def undo(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Put back, byte for byte, what `devagent apply` changed; also in the index, and a commit or a branch.

    What you changed in the same files since stays, where that is clean; otherwise nothing is written. A commit is taken
    back only while it is HEAD and on no remote.
    """
    from devagent.cli.context import repository
    from devagent.proposal.apply import last_applied
    from devagent.proposal.apply import undo as put_back
    from devagent.proposal.store import find_run
    from devagent.report.output import print_change

    repo = repository(directory)
    found = find_run(repo, run) if run else last_applied(repo)
    if found is None:
        raise UsageError("nothing is applied", hint="See devagent list")
    print_change("undone", put_back(repo, found), as_json=as_json)
