"""`devagent list`: the runs of this repository."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command


@command
def list_runs(directory: options.Directory = Path(), as_json: options.Json = False) -> None:
    """List the runs of this repository, the latest last."""
    from devagent.cli.context import repository_to_look_at
    from devagent.report.output import print_runs
    from devagent.workflows.looking import overview

    print_runs(overview(repository_to_look_at(directory)), as_json=as_json)
