"""`devagent fix`: the failing tests are the task."""

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.job import Job
from devagent.cli.working import Output
from devagent.errors import ExitCode


@command
@grouped
def fix(
    test_command: options.TestCommand = None,
    *,
    job: Job,
    output: Output,
) -> ExitCode:
    """Run the tests; if some fail, find and propose a patch that makes them pass.

    Nothing in the checkout changes: `devagent apply` does that.
    """
    return job.begin(output, kind="fix", command=tuple(test_command or ()))
