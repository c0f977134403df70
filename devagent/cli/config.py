"""`devagent config`: settings and the layer each came from."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command

app = typer.Typer(help="Settings, and where each came from.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
@command
def show(
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Show every setting with the layer it came from."""
    from devagent.cli.context import repository_or_none, settings
    from devagent.config.resources import config_folder
    from devagent.report.output import print_settings

    print_settings(settings(repository_or_none(directory)), config_folder() / "config.toml", as_json=as_json)


@app.command("init", short_help="Write a settings file with every key, commented out.")
@command
def init(
    directory: options.Directory = Path(),
    repository: Annotated[
        bool, typer.Option("--repository", help="Write .devagent/config.toml, with what a repository may set.")
    ] = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Write a settings file with every key, its meaning and its default, all commented out. Overwrites nothing."""
    from devagent.config.brought import CONFIG, FOLDER
    from devagent.config.commented import commented, write_new
    from devagent.config.resources import config_folder
    from devagent.repo.git import find_root

    folder = find_root(directory).root / FOLDER if repository else config_folder()
    print(write_new(folder, CONFIG, commented(repository=repository), private=not repository))
    if repository:
        print("For yourself, once you have changed it: devagent trust")
