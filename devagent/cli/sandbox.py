"""`devagent sandbox`: images, environments, and the isolation in force."""

from pathlib import Path

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode

app = typer.Typer(help="Where untrusted code runs.", no_args_is_help=True, rich_markup_mode=None)


@app.command("build")
@command
def build(
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Build the environment of this repository's tests: an image, or a folder for process isolation."""
    from devagent.cli.context import repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.surface import closing
    from devagent.workflows.environment import build_environment

    repo = repository(directory)
    surface = Output(quiet=quiet).surface()
    with closing(surface):
        built = run_async(build_environment(repo, settings(repo, sandbox__kind=sandbox).settings, surface))
    print(built)


@app.command("check")
@command
def check(
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show the isolation that is in force here."""
    from devagent.cli.context import repository_or_none, run_async, settings
    from devagent.report.output import print_checks
    from devagent.workflows.environment import check_isolation

    loaded = settings(repository_or_none(directory), sandbox__kind=sandbox)
    result = run_async(check_isolation(loaded.settings))
    print_checks(result, as_json=as_json)
    return result.exit_code
