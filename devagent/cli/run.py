"""`devagent run`: a text is the task."""

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.job import Job
from devagent.cli.working import Output
from devagent.errors import ExitCode, UsageError


@command
@grouped
def run(
    task: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[TASK]", help="What is to be done; - reads it from stdin."),
    ] = None,
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--file", "-f", help="Read the task from this file, for example an issue."),
    ] = None,
    *,
    job: Job,
    output: Output,
) -> ExitCode:
    """Let the team work on a task and propose a patch.

    Exits 1 where no test observes the task: such a proposal is unverified.
    """
    return job.begin(output, kind="run", text=_text(task, file))


def _text(task: str | None, file: Path | None) -> str:
    if (task is None) == (file is None):
        raise UsageError("a task is needed, once", hint='Write devagent run "TASK", or --file ISSUE.md, or - for stdin')
    if file is not None:
        from devagent.cli.reading import text_of

        text = text_of(file)
    else:
        text = sys.stdin.read() if task == "-" else task or ""
    if not text.strip():
        raise UsageError("the task is empty", hint="Say what is to be done, in quotes, or on stdin with -")
    return text.strip()
