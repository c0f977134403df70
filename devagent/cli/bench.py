"""`devagent bench`: what devagent would have done in this repository."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode

app = typer.Typer(
    help="Measure devagent on a repository's own history.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _bench() -> None:
    """Measure devagent on a repository's own history."""


@app.command("merges", short_help="Make a repository's merges again, beside what people made of them.")
@command
def merges(
    place: Annotated[
        Path, typer.Argument(metavar="[REPO]", help="The repository; it may be bare.", show_default=False)
    ] = Path(),
    since: Annotated[
        Optional[str],  # noqa: UP045  typer reads this form on every Python
        typer.Option("--since", metavar="DATE", help="Only merges since then, as git takes it: 2025-01-31, 2.years."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="The latest merges, so many; 0 for all.")] = 1000,
    max_seconds: options.MaxSeconds = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Make the merges of a repository again, with git and with devagent, and compare with what people made of them.

    Nothing is written: all is read from its objects. Equal is what is equal up to white space (indentation counts in
    Python) and the order of imports. Ctrl-C ends it and shows what was measured so far.
    """
    from devagent.repo.past import epoch, objects_of
    from devagent.report.benching import end_progress, print_score, tell_progress
    from devagent.workflows.conflicts.replaying import Replay

    git = objects_of(place)
    replay = Replay(git, since=epoch(git, since) if since else 0.0, limit=limit or None, seconds=max_seconds or None)
    try:
        replay.run(tell_progress if not (quiet or as_json) else lambda _: None)
    except KeyboardInterrupt:
        replay.score.is_interrupted = True
    finally:
        end_progress()
    print_score(replay.score, as_json=as_json)
    return replay.score.exit_code
