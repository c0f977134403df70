"""Holes filled by a scripted model, tried for real."""

import asyncio
from dataclasses import replace
from pathlib import Path

from sandbox.local_sandbox import LocalSandbox, tree
from scripted_world import FILES, SMALL

from devagent.config.settings import Settings
from devagent.journal.journal import Journal
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import ModelRequest
from devagent.models.scripted import Answer, ScriptedModel
from devagent.sandbox.ecosystem import detect
from devagent.team.location import settle
from devagent.team.room import Room, Task
from devagent.team.sampling import FunctionSampler
from devagent.team.searching import RepairSearch
from devagent.team.workbench import Attempt, Workbench

FILL = {"gap": "{before}<gap>{after}", "file": "{path}\n{text}\n", "parallel": 2}
CARD = replace(SMALL, extra={"fill": FILL})


def filled(folder: Path, answer: object) -> tuple[list[Attempt], list[ModelRequest]]:
    """The attempts until one is good, with a search that has no time of its own; and what was asked."""

    async def work() -> tuple[list[Attempt], list[ModelRequest]]:
        files = tree(FILES)

        async def opened() -> LocalSandbox:
            sandbox = LocalSandbox(folder / "box")
            await sandbox.start()
            return sandbox

        with Journal(folder / "run") as journal:
            bench = Workbench(journal=journal, files=files, ecosystem=detect(files), open_sandbox=opened)
            bench.baseline = await bench.run_tests("baseline", {}, None)
            bench.targets = tuple(r.id for r in bench.baseline.bad)
            model = ScriptedModel(answer, CARD)  # type: ignore[arg-type]
            gateways = {"": Gateway(model, journal, Budget())}
            room = Room(Task("fix it", bench.baseline.bad), bench, journal, gateways, Settings().team)
            await settle(room)
            search, found = RepairSearch(room, "code", seconds=0.0), []
            async for attempt in FunctionSampler(room, "code", search).attempts():
                found.append(attempt)
                if attempt.good or len(found) > 5:
                    break
            await bench.close()
            return found, model.requests

    return asyncio.run(work())


def fills_right(request: ModelRequest) -> Answer:
    gap = request.gap
    if gap is None:
        return "I do not know."
    here = gap.before.endswith("def add(a, b):\n    ") and gap.after.startswith("\n    return")
    return "total = a + b" if here else "pass"


def test_a_filled_statement_that_passes_becomes_a_good_attempt(tmp_path: Path) -> None:
    found, requests = filled(tmp_path, fills_right)
    assert found[-1].good
    assert found[-1].origin.way.startswith("filled")
    assert found[-1].changes["calc.py"].content.startswith(b"def add(a, b):\n    total = a + b\n")  # type: ignore[union-attr]
    masked = [r.gap for r in requests if r.gap is not None and r.gap.after.startswith("\n    return total")]
    assert masked
    assert all("a - b" not in gap.before + gap.after for gap in masked)


def test_the_failing_test_and_what_it_says_are_read_first(tmp_path: Path) -> None:
    _, requests = filled(tmp_path, fills_right)
    gap = next(request.gap for request in requests if request.gap is not None)
    [(path, text)] = gap.files
    assert path == "tests/test_calc.py"
    assert "assert add(2, 3) == 5" in text
    assert "# " in text
