"""`devagent model`: the embedded model and the cards of others."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import completion, options
from devagent.cli.boundary import command
from devagent.errors import ExitCode

app = typer.Typer(help="The embedded model and model cards.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list", short_help="List the embedded model, and those a card is known for.")
@command
def list_models(as_json: options.Json = False) -> None:
    """List the embedded model, its state, and the models a card is known for."""
    from devagent.cli.context import run_async
    from devagent.report.output import print_models
    from devagent.workflows.models import known_models

    print_models(run_async(known_models()), as_json=as_json)


@app.command("pull", short_help="Download the embedded model (1.1 GB).")
@command
def pull(quiet: options.Quiet = False, verbose: options.Verbose = False) -> None:  # noqa: ARG001
    """Download the embedded model (1.1 GB), or go on where an earlier download ended."""
    from devagent.cli.context import run_async
    from devagent.models.store import pull as download
    from devagent.report.download import download_progress

    with download_progress(quiet=quiet) as report:
        path = run_async(download(report))
    print(path)


@app.command("check", short_help="Ask a model one short question; show card, speed, tokens.")
@command
def check(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[MODEL]", autocompletion=completion.models, help="The configured model by default."),
    ] = None,
    base_url: options.BaseUrl = None,
    directory: options.Directory = Path(),
    max_seconds: Annotated[float, typer.Option("--max-seconds", min=1, help="Most seconds to wait.")] = 180,
    yes: options.Yes = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Ask a model one short question and report its card, speed and tokens."""
    from devagent.cli.context import repository_or_none, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.output import print_checks
    from devagent.report.surface import closing
    from devagent.workflows.models import check_model

    loaded = settings(repository_or_none(directory), model__name=name, model__base_url=base_url)
    surface = Output(quiet=as_json, yes=yes).surface()
    with closing(surface):
        result = run_async(check_model(loaded.settings, surface, patience=max_seconds))
    print_checks(result, as_json=as_json)
    return result.exit_code


@app.command("serve", short_help="Serve the embedded model to other programs, until Ctrl-C.")
@command
def serve(
    yes: options.Yes = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Serve the embedded model to other programs by OpenAI's interface, until Ctrl-C or `devagent model stop`.

    Prints the base URL and where the key is. It listens on this machine only.
    """
    import sys

    from devagent.cli.context import run_async, settings
    from devagent.cli.working import Output
    from devagent.report.output import print_served
    from devagent.report.surface import calm, closing
    from devagent.workflows.models import Served, serve_model

    surface = Output(quiet=as_json, yes=yes).surface()

    def tell(served: Served) -> None:
        calm(surface)
        print_served(served, as_json=as_json)

    with closing(surface):
        try:
            run_async(serve_model(settings(None).settings, surface, tell))
        except KeyboardInterrupt:  # the ordinary way to end it
            print("stopped, unless another devagent is using it", file=sys.stderr)
    return ExitCode.DONE


@app.command("stop", short_help="Stop the embedded model's server.")
@command
def stop() -> None:
    """Stop the embedded model's server; it stops by itself when idle."""
    from devagent.cli.context import run_async
    from devagent.models.server import stop_all
    from devagent.report.telling import plural

    stopped = run_async(stop_all())
    print(f"stopped {plural(stopped, 'server')}" if stopped else "no server is running")
