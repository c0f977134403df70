"""`devagent locate`: where to look."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError


@command
def locate(
    what: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(
            metavar="[TEXT|TEST]...",
            help="An issue, an error message, a traceback; with --failing the tests that are meant: ids, files, names.",
            show_default=False,
        ),
    ] = None,
    failing: Annotated[
        bool, typer.Option("--failing", help="Run the tests in the sandbox, and go by those that fail.")
    ] = False,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many functions to show.")] = 10,
    seconds: Annotated[
        int,
        typer.Option(
            "--try",
            metavar="SECONDS",
            min=0,
            help="With --failing: for so long, small changes of the suspects are tried where there is doubt.",
        ),
    ] = 30,
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    base: options.Base = "worktree",
    trust: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show the functions that a text or the failing tests point to, most suspicious first, with the reasons.

    No model is asked, and nothing in the checkout changes. Exits 1 if nothing fits or nothing fails.
    """
    from devagent.cli.context import project_meant, repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.places import print_located
    from devagent.report.surface import closing
    from devagent.workflows.locate import locate_failing, locate_text

    text = " ".join(what or ())
    if not failing and not text.strip():
        raise UsageError("there is nothing to look for", hint='Say what (devagent locate "TEXT"), or use --failing')
    repo = repository(directory)
    meant = project_meant(repo, directory, project)
    loaded = settings(repo, trust=trust, sandbox__kind=sandbox, sandbox__project=meant)
    surface = Output(quiet=quiet or as_json).surface()
    with closing(surface):
        if failing:
            work = locate_failing(repo, loaded.settings, surface, tests=what or (), base=base, top=top, seconds=seconds)
            result = run_async(work)
        else:
            result = locate_text(repo, loaded.settings, surface, text, base=base, top=top)
    for note in result.notes:
        surface.note(note)
    print_located(result, as_json=as_json)
    return result.exit_code
