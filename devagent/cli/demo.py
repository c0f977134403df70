"""`devagent demo`: the main job on a small sample repository."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def demo(
    folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--into", help="Make the sample repository here instead of in a temporary folder."),
    ] = None,
    sandbox: options.SandboxKind = None,
    model: options.Model = None,
    max_seconds: options.MaxSeconds = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Make a small repository with a real bug in it, and run `devagent fix` there.

    Downloads the embedded model (1.1 GB, once) where it is missing.
    """
    from devagent.cli.context import repository, settings
    from devagent.cli.working import Output, finish
    from devagent.workflows.request import Request
    from devagent.workflows.sample import make_sample
    from devagent.workflows.work import start

    output = Output(json=as_json, quiet=quiet, yes=True)
    root = make_sample(folder)
    repo = repository(root)
    loaded = settings(repo, sandbox__kind=sandbox, model__name=model, budget__seconds=max_seconds)
    surface = output.surface()
    surface.note(f"a sample repository with a bug: {root}")
    code = finish(start(repo, Request(kind="fix"), loaded.settings, surface), output, surface)
    if code is ExitCode.DONE and not as_json:
        print(f"\nTry:\n  cd {root}\n  devagent show\n  devagent apply\n  devagent test")
    return code
