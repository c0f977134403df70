"""`devagent refs`: where a name is used."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def references(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, qualified or not: area, Shape.area.")],
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show where a name is used. Imports and scopes decide what is meant; what is unsure is marked."""
    from devagent.report.navigation import counting, print_navigation
    from devagent.workflows.navigation import navigate

    with counting() as progress:
        found = navigate(directory, "refs", name, progress)
    print_navigation(found, as_json=as_json)
    return found.exit_code
