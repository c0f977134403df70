"""`devagent revise`: a proposal goes back to the team with what the user says."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.proposal.store import Run
    from devagent.repo.git import Repository


@command
def revise(
    first: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="RUN", help="A run, or the beginning of its name; may be left out for the latest."),
    ] = None,
    second: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="FEEDBACK", help="What should be different, in quotes; - reads it from stdin."),
    ] = None,
    directory: options.Directory = Path(),
    model: options.Model = None,
    role_model: options.RoleModel = None,
    base_url: options.BaseUrl = None,
    strategy: options.Strategy = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    sandbox: options.SandboxKind = None,
    read: options.Read = None,
    ask: options.Ask = False,
    allow_test_changes: options.AllowTestChanges = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
    events: options.Events = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Give a proposal back to the team with what you say: a new run, with the settings of the old one.

    It starts from the old proposal and passes the same gates. Examples like `>>> add(2, 3)` and, below, `5` become a
    test.
    """
    from dataclasses import replace

    from devagent.cli.context import repository, role_models
    from devagent.cli.reading import texts_of
    from devagent.cli.working import Output, finish
    from devagent.team.prompts import Library
    from devagent.workflows.named import check_names
    from devagent.workflows.request import with_flags
    from devagent.workflows.revise import revising
    from devagent.workflows.work import start

    output = Output(as_json, events, quiet, yes)
    repo = repository(directory)
    found, feedback = _meant(repo, first, second)
    revised = revising(repo, found, feedback)
    flags = {
        "model.name": model,
        "model.base_url": base_url,
        "team.strategy": strategy,
        "budget.tokens": max_tokens,
        "budget.cost": max_cost,
        "budget.seconds": max_seconds,
        "sandbox.kind": sandbox,
        **{key.replace("__", "."): name for key, name in role_models(role_model).items()},
    }
    settings, asked = with_flags(revised.settings, flags), revised.request
    check_names(settings, Library(asked.prompts))
    request = replace(
        asked,
        context="\n\n".join(filter(None, [asked.context, texts_of(read)])),
        ask=asked.ask or ask,
        allow_test_changes=asked.allow_test_changes or allow_test_changes,
    )
    surface = output.surface()
    for note in revised.notes:
        surface.note(note)
    return finish(start(repo, request, settings, surface), output, surface)


def _meant(repo: "Repository", first: str | None, second: str | None) -> "tuple[Run, str]":
    """The run and the feedback. One word alone that names a run is no feedback: somebody forgot to say it."""
    from devagent.proposal.store import find_run, list_runs

    if first is None:
        raise UsageError("nothing was said", hint='Write devagent revise "FEEDBACK", or devagent revise RUN "FEEDBACK"')
    named, said = (None, first) if second is None else (first, second)
    if named is None and any(said == run.id or said == run.id.partition("-")[2] for run in list_runs(repo)):
        raise UsageError("nothing was said about it", hint=f'devagent revise {said} "FEEDBACK"')
    feedback = (sys.stdin.read() if said == "-" else said).strip()
    if not feedback:
        raise UsageError("the feedback is empty", hint="Say what should be different, in quotes or on stdin with -")
    return find_run(repo, named), feedback
