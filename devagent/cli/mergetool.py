"""`devagent mergetool`: one file for `git mergetool`."""

from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError

_SETUP = """\
To let git mergetool use it:

    git config --global merge.tool devagent
    git config --global mergetool.devagent.cmd 'devagent mergetool "$BASE" "$LOCAL" "$REMOTE" "$MERGED"'
    git config --global mergetool.devagent.trustExitCode true
"""


@command
def mergetool(
    files: Annotated[
        Optional[list[Path]],  # noqa: UP045  typer reads this form on every Python
        typer.Argument(metavar="[BASE OURS THEIRS MERGED]", help="The files that git names.", show_default=False),
    ] = None,
    directory: options.Directory = Path(),
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Resolve what can be resolved of one file, and open your editor for the rest. Exits 1 while markers are left.

    git mergetool calls it; without files it tells how to set that up.
    """
    if not files:
        print(_SETUP, end="")
        return ExitCode.DONE
    if len(files) != 4:
        raise UsageError(f"{len(files)} files", hint="Name four: BASE OURS THEIRS MERGED")
    from devagent.cli.context import repository_to_look_at
    from devagent.cli.editor import edit
    from devagent.report.resolving import print_tooled
    from devagent.workflows.conflicts.mergetool import finished, resolve_file

    repo = repository_to_look_at(directory)
    base, ours, theirs, target = (directory / file for file in files)
    done = resolve_file(repo.git, base, ours, theirs, target)
    print_tooled(done, str(files[3]))
    if not done.left:
        return ExitCode.DONE
    return ExitCode.DONE if finished(target, partial(edit, repo)) else ExitCode.NOT_RESOLVED
