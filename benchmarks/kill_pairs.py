"""kill -9 at random moments of two runs at once in one repository, in a real sandbox: is anything lost, repeated, left?

    python benchmarks/kill_pairs.py [--kills 1000] [--sandbox process|docker] [--seed 1]

Two runs with a scripted model work in one repository at the same time. Both are killed again and again, each at a
moment of its own, and resumed, until both have ended. Each has to end with a proposal that passed every gate; the model
calls are compared with those that had finished, the checkout, index and branches with what they were, and the machine
is looked over for what the runs might have left. (Which proposal it is may differ: the search has so many seconds, and
two runs share the machine.)

One instance at a time: a run is named after the time of day, and what is left is looked for by that name.
"""

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "workflows"))

from figures import Figure, print_table, report
from killed_run import SMALL, KillingSurface, answering, repeated
from scratch import make_repository, state_of
from scripted_world import FILES, ScriptedStaff

from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import UsageError
from devagent.journal.journal import Event
from devagent.proposal.apply import recover
from devagent.proposal.store import find_run, list_runs
from devagent.repo import refs
from devagent.repo.git import find_root
from devagent.sandbox.choice import remove_what_the_dead_left
from devagent.sandbox.engine import Engine
from devagent.workflows.request import Request
from devagent.workflows.work import Work, resume, start

EARLIEST = 0.4
MOST_KILLS = 6
"""Of one run, before it is let go on to its end."""


class NamingSurface(KillingSurface):
    """Writes down the name of the run as soon as there is one; kills nobody."""

    def __init__(self, calls: Path, name: Path) -> None:
        super().__init__(-1, calls)
        self._name = name

    def event(self, event: Event) -> None:
        if event.kind == "run.started":
            self._name.write_text(str(event.data["run"]))
        super().event(event)


def session(root: Path, calls: Path, name: Path, box: Any) -> None:
    """One session of one run: a new one, or the one whose name was written down."""
    calls.touch()
    repo = find_root(root)
    recover(repo)
    staff: Any = ScriptedStaff(answering(SMALL, calls), SMALL)
    settings, surface = Settings(sandbox=SandboxSettings(kind=box)), NamingSurface(calls, name)
    if name.exists() and name.read_text():
        run = find_run(repo, name.read_text())
        asyncio.run(resume(repo, run, lambda _: settings, surface, Work(staff_for=staff)))
    else:
        asyncio.run(start(repo, Request(kind="fix"), settings, surface, Work(staff_for=staff)))


@dataclass
class Runner:
    """One of the two runs: the process that is at it, and when that will be killed."""

    root: Path
    folder: Path
    box: str
    kills: int = 0
    process: "subprocess.Popen[str] | None" = None
    until: float = 0.0

    @property
    def name(self) -> str:
        """The id of the run; empty until there is one."""
        path = self.folder / "name"
        return path.read_text() if path.exists() else ""

    def begin(self, lifetime: float) -> None:
        """Start a session that will be killed after so many seconds; 0 lets it live."""
        self.folder.mkdir(exist_ok=True)
        words = ["--session", str(self.root), str(self.folder / "calls"), str(self.folder / "name"), self.box]
        command = [sys.executable, __file__, *words]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.until = time.monotonic() + lifetime if lifetime else float("inf")

    def over(self) -> bool:
        """Whether the session has ended by itself; kills it when its time has come. Raises for one that failed."""
        assert self.process is not None
        if self.process.poll() is None and time.monotonic() >= self.until:
            self.process.kill()
            self.kills += 1
        if self.process.poll() in (None, 0, -9):
            return self.process.poll() == 0
        assert self.process.stderr is not None
        raise SystemExit(
            f"a session of run {self.name} ended with {self.process.poll()}:\n{self.process.stderr.read()}"
        )

    def killed(self) -> bool:
        """Whether nobody is at it and it has not ended."""
        return self.process is not None and self.process.poll() == -9


def main() -> int:
    """Kill, resume, compare, print; the exit code is 1 when anything was lost, repeated, changed or left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many in all, at least")
    parser.add_argument("--sandbox", choices=("process", "docker"), default="process")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice, counts = random.Random(options.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        origin = make_repository(Path(folder) / "origin", FILES)
        seconds = undisturbed(origin, Path(folder), options.sandbox)
        while counts["kills"] < options.kills:
            counts.update(pair(origin, Path(folder), options.sandbox, seconds, dice))
            print(f"{counts['kills']} kills, {counts['runs']} runs", flush=True)
    wrong = ("proposals lost", "finished calls repeated", "checkouts changed", "containers or processes left")
    print()
    print_table(("kills", "pairs", "runs"), [(counts["kills"], counts["pairs"], counts["runs"])])
    return report([Figure(what, counts[what], 0) for what in wrong])


def undisturbed(origin: Path, folder: Path, box: str) -> float:
    """The seconds that a run takes which nobody kills; its sandbox is built before."""
    for attempt in ("first", "second"):
        root, began = folder / attempt, time.monotonic()
        shutil.copytree(origin, root)
        runner = Runner(root, folder / f"{attempt}.run", box)
        runner.begin(0)
        while not runner.over():
            time.sleep(0.02)
        if not proposed(root, runner.name):
            raise SystemExit("the run makes no proposal even when nobody disturbs it")
    return time.monotonic() - began


def pair(origin: Path, folder: Path, box: str, seconds: float, dice: random.Random) -> Counter[str]:
    """Two runs at once in a fresh copy, killed and resumed to their ends, and what came of it."""
    root = folder / f"pair-{dice.getrandbits(40):x}"
    shutil.copytree(origin, root)
    before = state_of(root)
    runners = [Runner(root, root.with_name(f"{root.name}.{n}"), box) for n in ("one", "two")]
    for runner in runners:
        runner.begin(dice.uniform(EARLIEST, 2 * seconds))
    ended = [False, False]
    while not all(ended):
        for runner in runners:
            if runner.killed():
                runner.begin(dice.uniform(EARLIEST, 2 * seconds) if runner.kills < MOST_KILLS else 0)
        time.sleep(0.02)
        ended = [runner.over() for runner in runners]
    found = Counter({"pairs": 1, "runs": 2, "kills": sum(runner.kills for runner in runners)})
    found["proposals lost"] = sum(not proposed(root, runner.name) for runner in runners)
    found["finished calls repeated"] = sum(len(repeated(runner.folder / "calls")) for runner in runners)
    found["checkouts changed"] = int(state_of(root) != before)
    # The next command, as every command begins.
    asyncio.run(remove_what_the_dead_left(lambda _: None))
    found["containers or processes left"] = len(left_by({runner.name for runner in runners}, box))
    if any(count for what, count in found.items() if what not in ("pairs", "runs", "kills")):
        ends = [f"{run.id} {run.state} {run.failure}" for run in list_runs(find_root(root))]
        print(f"{'; '.join(ends)}: {dict(found)}", flush=True)
    for path in (root, *(runner.folder for runner in runners)):
        shutil.rmtree(path)
    return found


def proposed(root: Path, run: str) -> bool:
    """Whether a run has a proposal that passed every gate, and its commit is there."""
    repo = find_root(root)
    try:
        proposal = find_run(repo, run).proposal()
    except UsageError:
        return False
    return proposal.verified and refs.read(repo, run, "proposal") == proposal.commit


def left_by(runs: set[str], box: str) -> list[str]:
    """Processes and containers that belong to these runs."""
    found = [pid.name for pid in Path("/proc").iterdir() if pid.name.isdigit() and _names(pid, runs)]
    if box == "docker":
        found += [labels["devagent.run"] for labels in asyncio.run(_labels()) if labels.get("devagent.run") in runs]
    return found


def _names(process: Path, runs: set[str]) -> bool:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return any(f"devagent.run={run}" in words for run in runs)


async def _labels() -> list[dict[str, str]]:
    engine = await Engine.connect()
    try:
        return [entry["Labels"] for entry in engine.client.api.containers(all=True, filters={"label": "devagent=1"})]
    finally:
        engine.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--session"]:
        session(Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5])
    else:
        sys.exit(main())
