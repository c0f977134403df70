"""`devagent fix`: the failing tests are the task."""

from dataclasses import replace

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
    return job.begin(output, kind="fix", command=tuple(test_command or ()))
