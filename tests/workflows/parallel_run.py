"""One run with a scripted model and a real sandbox, that meets another one: both are at work at the same time.

Usage: parallel_run.py REPOSITORY KIND MEETING NAME

Before the model answers, a file NAME is put into the folder MEETING, and the answer waits until there are two. Prints
the result as JSON.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripted_world import RIGHT, ScriptedStaff

from devagent.config.settings import SandboxSettings, Settings
from devagent.models.model import ModelRequest
from devagent.repo.git import find_root
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

PATIENCE = 60.0


def main(root: Path, kind: Any, meeting: Path, name: str) -> None:
    """See the module."""

    def answer(_: ModelRequest) -> str:
        (meeting / name).touch()
        deadline = time.monotonic() + PATIENCE
        while len(list(meeting.iterdir())) < 2:
            if time.monotonic() > deadline:
                raise AssertionError("the other run never came")
            time.sleep(0.05)
        return RIGHT

    settings = Settings(sandbox=SandboxSettings(kind=kind))
    work = Work(staff_for=ScriptedStaff(answer))
    result = asyncio.run(start(find_root(root), Request(kind="fix"), settings, SilentSurface(), work))
    print(json.dumps(result.to_json()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4])
