"""`devagent fix`: the failing tests are the task."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.job import Job
from devagent.cli.working import Output
from devagent.errors import ExitCode, UsageError


@command
@grouped
def fix(
    test_command: options.TestCommand = None,
    no_model: options.NoModel = False,
    interactive: Annotated[
        bool,
        typer.Option("--interactive", "-i", help="Where several repairs pass and do otherwise, let you choose one."),
    ] = False,
    add_test: Annotated[
        bool,
        typer.Option("--add-test", help="Add the call that tells the proposal from other repairs as a pytest test."),
    ] = False,
    *,
    job: Job,
    output: Output,
) -> ExitCode:
    """Run the tests; if some fail, find and propose a patch that makes them pass.

    Nothing in the checkout changes: `devagent apply` does that.
    """
    if no_model:
        if job.model not in (None, "none"):
            raise UsageError(f"--no-model and --model {job.model} contradict each other", hint="Leave one of them out")
        job = replace(job, model="none")
    if interactive:
        _check_somebody_is_here(output)
    return job.begin(output, kind="fix", command=tuple(test_command or ()), interactive=interactive, add_test=add_test)


def _check_somebody_is_here(output: Output) -> None:
    """Raise `UsageError` where nobody could see a question and answer it."""
    silent = next((name for name in ("json", "events", "quiet") if getattr(output, name)), None)
    if silent:
        raise UsageError("--interactive asks a person", hint=f"Leave out --{silent}")
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "--interactive asks a person, and there is no terminal",
            hint="Without it: devagent apply --alternative N takes another repair than the one that is proposed",
        )
