"""The part that `fix`, `run`, `resume` and `demo` share: a surface, a workflow, a result."""

import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devagent.cli.context import run_async
from devagent.errors import ExitCode

if TYPE_CHECKING:
    from devagent.workflows.results import RunResult
    from devagent.workflows.surface import Surface


@dataclass(frozen=True)
class Output:
    """How a command shows what it does: `--json`, `--events`, `--quiet`, `--yes`."""

    json: bool = False
    events: bool = False
    quiet: bool = False
    yes: bool = False

    def surface(self) -> "Surface":
        """The surface for a command that works for a while."""
        from devagent.report.surface import surface

        return surface(quiet=self.quiet, events=self.events, yes=self.yes)


def finish(work: Coroutine[Any, Any, "RunResult"], output: Output, surface: "Surface") -> ExitCode:
    """Run a workflow to its result and show it."""
    from devagent.report.output import print_run
    from devagent.report.surface import closing

    try:
        with closing(surface):
            result = run_async(work)
    except KeyboardInterrupt:
        # By its name: with several runs at once the latest may be another one.
        print(f"Interrupted. To go on: devagent resume {surface.run}".rstrip(), file=sys.stderr)
        raise
    print_run(result, as_json=output.json, events=output.events)
    return result.exit_code
