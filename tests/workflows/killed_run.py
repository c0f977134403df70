"""One run in a process of its own: killed by SIGKILL at a journal event, or resumed to its end.

Usage: killed_run.py REPOSITORY CALLS EVENT [fix|run] [small|large] [scripted|docker|process]

EVENT -1 resumes (or starts, if nothing was begun). The scripted model is small or large; a `run` has a task that it
must reproduce first. In CALLS is a line for every call that reached the model, and one for every call that the journal
holds the answer of, in their order.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripted_world import LARGE, RIGHT, SMALL, WRONG, ScriptedStaff, run_script

from devagent.config.settings import SandboxSettings, Settings
from devagent.journal.journal import Event, fingerprint
from devagent.models.model import ModelCard, ModelRequest
from devagent.models.record import call_inputs
from devagent.proposal.apply import recover
from devagent.proposal.store import list_runs
from devagent.repo.git import find_root
from devagent.sandbox.sandbox import Sandbox
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, resume, start

REQUESTS = {"fix": Request(kind="fix"), "run": Request(kind="run", text="`add` should add its arguments")}
CARDS = {"small": SMALL, "large": LARGE}
EDIT = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"
SUBMIT = "```submit\nadds\n```"
ANSWERS = {
    "Is it good?": '{"good": true}',
    "Write the specification": '{"goal": "add adds", "must_hold": ["the sum"]}',
    "Find where in the code": '{"suspects": [{"path": "calc.py", "name": "add", "reason": "it subtracts"}]}',
    "Write one test file": "```python\nfrom calc import add\n\n\ndef test_it():\n    assert add(2, 3) == 5\n```",
    "Review this change": '{"verdict": "good"}',
}
"""What the model says to an opening that has these words in it; else it is asked for the change itself."""


class KillingSurface(SilentSurface):
    """Kills its own process when an event of this number is on disk; notes finished model calls."""

    def __init__(self, at: int, calls: Path) -> None:
        super().__init__()
        self._at, self._calls = at, calls

    def event(self, event: Event) -> None:
        if event.kind == "model.call.finished":
            _note(self._calls, f"finished {event.key} {event.place}")
        if event.seq == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def answering(card: ModelCard, calls: Path) -> Callable[[ModelRequest], str]:
    """A model that notes each call. Its greedy change is wrong, every later one right, so a run has several calls."""

    def answer(request: ModelRequest) -> str:
        _note(calls, f"asked {fingerprint(call_inputs(card.name, request))}")
        opening = request.messages[1].text
        said = [text for words, text in ANSWERS.items() if words in opening]
        if said:
            return said[0]
        if card.size == "large":
            return EDIT if len(request.messages) == 2 else SUBMIT
        return WRONG if request.temperature == 0 else RIGHT

    return answer


def repeated(calls: Path) -> list[str]:
    """Calls of a CALLS file that reached the model again, or were made anew at their place, after they had finished."""
    finished: dict[str, str] = {}
    again = []
    for line in calls.read_text().splitlines():
        what, key, *place = line.split(" ", 2)
        if key in finished or (place and place[0] in finished.values()):
            again.append(line)
        if what == "finished":
            finished[key] = place[0]
    return again


async def scripted(*_: object) -> Sandbox:
    """A fresh scripted sandbox."""
    return ScriptedSandbox(run_script)


def main(root: Path, calls: Path, at: int, kind: str = "fix", size: str = "small", box: str = "scripted") -> None:
    """See the module."""
    calls.touch()
    repo = find_root(root)
    recover(repo)
    staff: Any = ScriptedStaff(answering(CARDS[size], calls), CARDS[size])
    opened: Callable[..., Awaitable[Sandbox]] | None = scripted if box == "scripted" else None
    settings = Settings(sandbox=SandboxSettings(kind="auto" if box == "scripted" else box))  # type: ignore[arg-type]
    work, surface = Work(staff_for=staff, open_sandbox=opened), KillingSurface(at, calls)
    journals = [(run, run.folder / "journal.jsonl") for run in list_runs(repo)]
    begun = [run for run, journal in journals if journal.exists() and journal.stat().st_size]
    if begun:
        asyncio.run(resume(repo, begun[-1], lambda settings: settings, surface, work))
    else:
        asyncio.run(start(repo, REQUESTS[kind], settings, surface, work))


def _note(calls: Path, line: str) -> None:
    with calls.open("a") as file:
        file.write(f"{line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
