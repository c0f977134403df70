"""`devagent replay`: a run once more, offline, from its journal."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def replay(
    run: options.RunId = None,
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    events: options.Events = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Do a run again from its journal: no model, no sandbox, no network, and nothing is written.

    Shows the events as they came. Exits 1 where the run goes another way today, naming the event.
    """
    from devagent.cli.context import repository_to_look_at, run_async
    from devagent.proposal.store import find_run
    from devagent.report.replaying import print_replay
    from devagent.report.surface import RecordedSurface
    from devagent.workflows.replay import replay as again

    repo = repository_to_look_at(directory)
    found = find_run(repo, run, questions=True)
    surface = RecordedSurface(events=events, quiet=quiet or as_json)
    result = run_async(again(repo, found, surface))
    print_replay(result, as_json=as_json, events=events)
    return result.exit_code
