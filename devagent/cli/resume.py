"""`devagent resume`: go on with a run."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.working import Output, finish
from devagent.errors import ExitCode


@command
@grouped
def resume(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    *,
    output: Output,
) -> ExitCode:
    """Go on with a run after a crash, Ctrl-C, or with a raised limit. Nothing that finished is done or paid twice."""
    from devagent.cli.context import repository, run_async
    from devagent.proposal.store import find_run
    from devagent.report.places import print_answer
    from devagent.report.surface import closing
    from devagent.workflows import ask
    from devagent.workflows.work import raised
    from devagent.workflows.work import resume as go_on

    repo = repository(directory)
    found = find_run(repo, run)
    surface = output.surface()
    limits = raised(tokens=max_tokens, cost=max_cost, seconds=max_seconds)
    if found.is_question:
        with closing(surface):
            answer = run_async(ask.resume(repo, found, limits, surface))
        print_answer(answer, as_json=output.json)
        return answer.exit_code
    return finish(go_on(repo, found, limits, surface), output, surface)
