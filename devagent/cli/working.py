"""The part that `fix`, `run`, `resume` and `demo` share: a surface, a workflow, a result."""

import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devagent.cli import options
from devagent.cli.boundary import drop_stdout
from devagent.errors import ExitCode

if TYPE_CHECKING:
    from devagent.workflows.results import RunResult
    from devagent.workflows.surface import Surface


@dataclass(frozen=True)
class Output:
    """How a command that works for a while shows what it does, and whom it asks."""

    yes: options.Yes = False
    json: options.Json = False
    events: options.Events = False
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    """Read by the boundary."""

    def surface(self) -> "Surface":
        """The surface for a command that works for a while."""
        from devagent.report.surface import surface

        return surface(quiet=self.quiet, events=self.events, yes=self.yes)


def finish(work: Coroutine[Any, Any, "RunResult"], output: Output, surface: "Surface") -> ExitCode:
    """Run a workflow to its result and show it."""
    from devagent.cli.context import run_async
    from devagent.report.output import print_run
    from devagent.report.surface import closing

    try:
        with closing(surface):
            result = run_async(work)
    except KeyboardInterrupt:
        # By its name: with several runs at once the latest may be another one.
        print(f"Interrupted. To go on: devagent resume {surface.run}".rstrip(), file=sys.stderr)
        raise
    except BrokenPipeError:
        # Whoever read the events went away, and with them the wish for more.
        print(f"Nobody reads its events any more. To go on: devagent resume {surface.run}".rstrip(), file=sys.stderr)
        drop_stdout()
        raise KeyboardInterrupt from None
    print_run(result, as_json=output.json, events=output.events)
    return result.exit_code
