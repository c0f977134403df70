"""How a run went when it was done again: `devagent replay`."""

from devagent.report.shown import json_text, shown
from devagent.report.telling import plural
from devagent.workflows.replay import ReplayResult


def print_replay(result: ReplayResult, *, as_json: bool, events: bool = False) -> None:
    """The result on one line, or as JSON."""
    print(json_text(result.to_json(), indent=None if events else 1) if as_json or events else shown(_told(result)))


def _told(result: ReplayResult) -> str:
    through = f"{result.replayed} of {plural(result.events, 'event')}"
    match result.outcome:
        case "diverged":
            why = "its prompts, devagent or the machine have changed since it was done"
            return f"Run {result.run} goes another way today: {result.why}. After {through}; {why}."
        case "unfinished":
            again = f"To go on: devagent resume {result.run}"
            return f"Run {result.run} was interrupted, and its journal ends here ({through}). {again}"
        case _:
            made = f"the same proposal, {result.commit[:12]}" if result.commit else f"the same end: {result.ended}"
            return f"Replayed {result.run} ({through}): {made}."
