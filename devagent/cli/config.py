"""`devagent config`: settings and the layer each came from."""

from pathlib import Path

import typer

from devagent.cli import options
from devagent.cli.boundary import command

app = typer.Typer(help="Settings, and where each came from.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
@command
def show(directory: options.Directory = Path(), as_json: options.Json = False) -> None:
    """Show every setting with the layer it came from."""
    from devagent.cli.context import repository_or_none, settings
    from devagent.config.resources import config_folder
    from devagent.report.output import print_settings

    print_settings(settings(repository_or_none(directory)), config_folder() / "config.toml", as_json=as_json)
