"""`devagent show`: a proposal with its diff, evidence, conversation and ledger."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command


@command
def show(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    conversation: Annotated[
        bool, typer.Option("--conversation", help="Also what was said to and by the models.")
    ] = False,
    context: Annotated[
        bool, typer.Option("--context", help="Also what each prompt showed of the repository, how much, and why.")
    ] = False,
    patch: Annotated[bool, typer.Option("--patch", help="Only the patch, as git apply takes it.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Show a run: the patch, what was observed, who said what, what it took."""
    from devagent.cli.context import repository_to_look_at
    from devagent.report.output import print_patch, print_view
    from devagent.workflows.looking import view

    seen = view(repository_to_look_at(directory), run)
    if patch:
        print_patch(seen)
        if not seen.patch:
            print(f"devagent: run {seen.run} has no proposal ({seen.state}): there is no patch", file=sys.stderr)
    else:
        print_view(seen, as_json=as_json, conversation=conversation, context=context)
