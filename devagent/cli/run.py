"""`devagent run`: a text is the task."""

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError


@command
def run(
    task: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[TASK]", help="What is to be done; - reads it from stdin."),
    ] = None,
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--file", "-f", help="Read the task from this file, for example an issue."),
    ] = None,
    directory: options.Directory = Path(),
    model: options.Model = None,
    role_model: options.RoleModel = None,
    base_url: options.BaseUrl = None,
    strategy: options.Strategy = None,
    chain: options.Chain = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    base: options.Base = "worktree",
    only: options.Only = None,
    read: options.Read = None,
    ask: options.Ask = False,
    allow_test_changes: options.AllowTestChanges = False,
    yes: options.Yes = False,
    trust: options.Trust = None,
    as_json: options.Json = False,
    events: options.Events = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Let the team work on a task and propose a patch.

    Exits 1 where no test observes the task: such a proposal is unverified.
    """
    from devagent.cli.context import project_meant, repository, role_models, settings
    from devagent.cli.reading import texts_of
    from devagent.cli.working import Output, finish
    from devagent.workflows.request import Request
    from devagent.workflows.work import start

    output = Output(as_json, events, quiet, yes)
    text = _text(task, file)
    repo = repository(directory)
    loaded = settings(
        repo,
        trust=trust,
        model__name=model,
        model__base_url=base_url,
        team__strategy=strategy,
        team__chain=chain,
        budget__tokens=max_tokens,
        budget__cost=max_cost,
        budget__seconds=max_seconds,
        sandbox__kind=sandbox,
        sandbox__project=project_meant(repo, directory, project),
        **role_models(role_model),
    )
    request = Request(
        kind="run",
        text=text,
        only=tuple(only or ()),
        context=texts_of(read),
        base=base,
        ask=ask,
        allow_test_changes=allow_test_changes,
        prompts=loaded.prompts,
    )
    surface = output.surface()
    return finish(start(repo, request, loaded.settings, surface), output, surface)


def _text(task: str | None, file: Path | None) -> str:
    if (task is None) == (file is None):
        raise UsageError("a task is needed, once", hint='Write devagent run "TASK", or --file ISSUE.md, or - for stdin')
    if file is not None:
        from devagent.cli.reading import text_of

        text = text_of(file)
    else:
        text = sys.stdin.read() if task == "-" else task or ""
    if not text.strip():
        raise UsageError("the task is empty")
    return text.strip()
