"""`devagent resume`: go on with a run."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def resume(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
    events: options.Events = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Go on with a run after a crash, Ctrl-C, or with a raised limit. Nothing that finished is done or paid twice."""
    from devagent.cli.context import repository
    from devagent.cli.working import Output, finish
    from devagent.proposal.store import find_run
    from devagent.workflows.work import raised
    from devagent.workflows.work import resume as go_on

    output = Output(as_json, events, quiet, yes)
    repo = repository(directory)
    found = find_run(repo, run)
    surface = output.surface()
    limits = raised(tokens=max_tokens, cost=max_cost, seconds=max_seconds)
    return finish(go_on(repo, found, limits, surface), output, surface)
