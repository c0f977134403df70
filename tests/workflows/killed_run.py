"""One run in a process of its own: killed by SIGKILL at a journal event, or resumed to its end.

Usage: killed_run.py REPOSITORY CALLS EVENT. EVENT -1 resumes (or starts, if nothing was begun).
Every model call that was answered is a line in CALLS: its place and fingerprint.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripted_world import RIGHT, WRONG, ScriptedStaff, run_script

from devagent.config.settings import Settings
from devagent.journal.journal import Event
from devagent.models.model import ModelRequest
from devagent.proposal.apply import recover
from devagent.proposal.store import list_runs
from devagent.repo.git import find_root
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, resume, start


class KillingSurface(SilentSurface):
    """Kills its own process when an event of this number is on disk; notes finished model calls."""

    def __init__(self, at: int, calls: Path) -> None:
        super().__init__()
        self._at, self._calls = at, calls

    def event(self, event: Event) -> None:
        if event.kind == "model.call.finished":
            with self._calls.open("a") as file:
                file.write(f"{event.place}:{event.key}\n")
        if event.seq == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def answer(request: ModelRequest) -> str:
    """The greedy answer is wrong, every later one right, so that a run has several calls."""
    return WRONG if request.temperature == 0 else RIGHT


async def opened(*_: object) -> ScriptedSandbox:
    """A fresh scripted sandbox."""
    return ScriptedSandbox(run_script)


def main() -> None:
    """See the module."""
    root, calls, at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    calls.touch()
    repo = find_root(root)
    recover(repo)
    work = Work(staff_for=ScriptedStaff(answer), open_sandbox=opened)
    surface = KillingSurface(at, calls)
    runs = [
        run
        for run in list_runs(repo)
        if (run.folder / "journal.jsonl").exists() and (run.folder / "journal.jsonl").stat().st_size
    ]
    if runs:
        asyncio.run(resume(repo, runs[-1], lambda settings: settings, surface, work))
    else:
        asyncio.run(start(repo, Request(kind="fix"), Settings(), surface, work))


main()
