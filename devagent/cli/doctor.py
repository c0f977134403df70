"""`devagent doctor`: what works here, what does not, and the one command that mends each."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def doctor(
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Check this machine and this repository. Exits 3 when the main job cannot be done here."""
    from devagent.cli.context import repository_or_none, run_async, settings
    from devagent.report.output import print_checks
    from devagent.workflows.doctor import examine

    result = run_async(examine(directory, lambda: settings(repository_or_none(directory)).settings))
    print_checks(result, as_json=as_json)
    return result.exit_code
