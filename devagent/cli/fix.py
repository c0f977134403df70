"""`devagent fix`: the failing tests are the task."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def fix(
    test_command: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[-- TEST COMMAND]", help="How to run the tests, when the default is not right."),
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
    """Run the tests; if some fail, find and propose a patch that makes them pass.

    Nothing in the checkout changes: `devagent apply` does that.
    """
    from devagent.cli.context import project_meant, repository, role_models, settings
    from devagent.cli.reading import texts_of
    from devagent.cli.working import Output, finish
    from devagent.workflows.request import Request
    from devagent.workflows.work import start

    output = Output(as_json, events, quiet, yes)
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
        kind="fix",
        command=tuple(test_command or ()),
        only=tuple(only or ()),
        context=texts_of(read),
        base=base,
        ask=ask,
        allow_test_changes=allow_test_changes,
        prompts=loaded.prompts,
    )
    surface = output.surface()
    return finish(start(repo, request, loaded.settings, surface), output, surface)
