"""`devagent callers`: who calls a name."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def callers(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, qualified or not: area, Shape.area.")],
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show the calls of a function, method or class, each with the function that it stands in."""
    from devagent.report.navigation import counting, print_navigation
    from devagent.workflows.navigation import navigate

    with counting() as progress:
        found = navigate(directory, "callers", name, progress)
    print_navigation(found, as_json=as_json)
    return found.exit_code
