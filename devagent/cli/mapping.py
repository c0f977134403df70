"""`devagent map`: the repository in so many tokens."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command


@command
def map_(
    path: Annotated[
        Optional[Path],  # noqa: UP045  typer reads this form on every Python
        typer.Argument(metavar="[PATH]", help="Only what is below this folder, or in this file.", show_default=False),
    ] = None,
    tokens: Annotated[int, typer.Option("--tokens", metavar="N", min=50, help="How many tokens it may have.")] = 4096,
    focus: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--focus",
            metavar="FILE|SYMBOL|TEXT",
            help="What it is to be about: a file or folder, a name, or any text. May be repeated.",
        ),
    ] = None,
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Show the repository in so many tokens: the signatures that matter most, under their files and classes.

    What the focus names comes first, then what is near it, what changed lately, and what is used much. Tokens are
    estimated, within a tenth of what models count; the map never has more than N of them.
    """
    from devagent.report.mapping import print_map
    from devagent.report.navigation import counting
    from devagent.workflows.mapping import map_repository

    with counting() as progress:
        drawn = map_repository(directory / (path or ""), tokens, focus or (), standing=directory, progress=progress)
    print_map(drawn, as_json=as_json, quiet=quiet)
