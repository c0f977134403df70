"""`devagent sandbox`: images, environments, and the isolation in force."""

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import completion, options
from devagent.cli.boundary import command
from devagent.errors import ExitCode

app = typer.Typer(help="Where untrusted code runs.", no_args_is_help=True, rich_markup_mode=None)


@app.command("build", short_help="Build the environment of this repository's tests.")
@command
def build(
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Build the environment of this repository's tests: an image, or a folder for process isolation."""
    from devagent.cli.context import project_meant, repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.surface import closing
    from devagent.workflows.environment import build_environment

    repo = repository(directory)
    loaded = settings(repo, sandbox__kind=sandbox, sandbox__project=project_meant(repo, directory, project))
    surface = Output(quiet=quiet).surface()
    with closing(surface):
        built = run_async(build_environment(repo, loaded.settings, surface))
    print(built)


@app.command("shell", short_help="Open a shell where the tests run.")
@command
def shell(
    shell_command: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[-- COMMAND]", help="Run this instead of a shell."),
    ] = None,
    run: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--run", metavar="RUN", help="On the candidate of this run.", autocompletion=completion.runs),
    ] = None,
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    base: options.Base = "worktree",
    trust: options.Trust = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> int:
    """Open a shell where the tests run, on your work tree as it is now. Nothing of it reaches your checkout.

    Exits with the code of the shell, or of the command.
    """
    from devagent.cli.context import project_meant, repository, run_async, settings
    from devagent.cli.terminal import HostTerminal
    from devagent.cli.working import Output
    from devagent.proposal.store import find_run
    from devagent.report.surface import calm, closing
    from devagent.workflows.shell import open_shell

    repo = repository(directory)
    found = find_run(repo, run) if run else None
    meant = project_meant(repo, directory, project)
    loaded = settings(repo, trust=trust, sandbox__kind=sandbox, sandbox__project=meant).settings
    surface = Output(quiet=quiet).surface()
    terminal = HostTerminal(before=lambda: calm(surface))
    wanted = tuple(shell_command or ())
    with closing(surface):
        work = open_shell(repo, loaded, surface, terminal, run=found, base=base, command=wanted, environ=os.environ)
        return run_async(work)


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
