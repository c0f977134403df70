"""kill -9 at random moments of whole runs, two at once in one repository, each in a real sandbox: what is lost or left?

    python benchmarks/kill_storm.py [--kills 1000] [--sandbox process|docker] [--seed 1]

Both runs of a round are killed again and again, one at a random moment, then perhaps the other, and resumed by new
processes until they end by themselves. Their proposals are compared with those of runs that nobody disturbed. A
scripted model answers; one run is of a small model, so that the search does the work, the other of a large one.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "workflows"))

from figures import Figure, report
from killed_run import __file__ as SESSION
from killed_run import repeated, run_of
from scratch import git, make_repository, state_of
from scripted_world import FILES

from devagent.proposal.store import find_run
from devagent.repo.git import find_root

SIZES = ("small", "large")
KILLS_A_RUN = 5
"""Most kills of one run in one round: the next time it may end."""

STUCK = 300.0
"""Seconds after which a session that nobody kills is said to hang."""


@dataclass(frozen=True)
class Proposed:
    """What a run proposes: the tree, the diff, and how many model calls had been made twice on the way."""

    tree: str
    diff: str
    again: int = 0


class Runner:
    """One run of a round: started, killed and resumed in processes of their own."""

    def __init__(self, repo: Path, size: str, sandbox: str) -> None:
        self._repo, self._words = repo, ("fix", size, sandbox)
        self.size = size
        self.calls = repo.with_name(f"{repo.name}-{size}.calls")
        self.calls.touch()
        self.kills = 0
        self.process = self._started()

    @property
    def alive(self) -> bool:
        """Whether its present process is at work. Raises `SystemExit` when it ended in trouble."""
        code = self.process.poll()
        if code not in (None, 0, -9):
            raise SystemExit(f"a session of the {self.size} run ended with {code}:\n{self._errors()}")
        return code is None

    def kill(self) -> bool:
        """kill -9, and a new process that goes on; `False` when the run had ended already."""
        if not self.alive:
            return False
        self.process.kill()
        if self.process.wait() == 0:
            return False
        self.kills += 1
        self.process = self._started()
        return True

    def finish(self) -> Proposed:
        """Wait for its end, and tell what it proposes."""
        self.process.wait(STUCK)
        assert not self.alive
        proposal = find_run(find_root(self._repo), run_of(self.calls)).proposal()
        tree = git(self._repo, "rev-parse", f"{proposal.commit}^{{tree}}").strip()
        diff = git(self._repo, "diff", "--no-color", proposal.candidate.base, proposal.commit)
        return Proposed(tree, diff, len(repeated(self.calls)))

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, SESSION, str(self._repo), str(self.calls), "-1", *self._words]
        with self.calls.with_suffix(".errors").open("ab") as errors:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)

    def _errors(self) -> str:
        return self.calls.with_suffix(".errors").read_text(errors="replace")[-2000:]


class Storm:
    """Rounds in copies of one repository, counted."""

    def __init__(self, folder: Path, sandbox: str, seed: int) -> None:
        self._folder, self._sandbox, self._random = folder, sandbox, random.Random(seed)
        self._origin = make_repository(folder / "origin", FILES)
        self.counts: Counter[str] = Counter()
        began = time.monotonic()
        self.undisturbed = self._round("undisturbed", 0)
        self.seconds = time.monotonic() - began

    def round(self, number: int, kills: int) -> None:
        """One round with at most so many kills, held against the undisturbed one."""
        for size, proposed in self._round(f"round-{number}", kills).items():
            whole = self.undisturbed[size]
            self.counts["other proposals"] += (proposed.tree, proposed.diff) != (whole.tree, whole.diff)
            self.counts["finished calls repeated"] += proposed.again
            self.counts["runs"] += 1

    def _round(self, name: str, kills: int) -> dict[str, Proposed]:
        repo = self._folder / name
        shutil.copytree(self._origin, repo)
        before = state_of(repo)
        runners = [Runner(repo, size, self._sandbox) for size in SIZES]
        runs = set()
        for _ in range(kills):
            time.sleep(self._random.uniform(0.05, 0.6 * self.seconds))
            if not (able := [runner for runner in runners if runner.alive and runner.kills < KILLS_A_RUN]):
                break
            runs |= {run_of(runner.calls) for runner in runners}
            self.counts["kills"] += self._random.choice(able).kill()
        proposed = {runner.size: runner.finish() for runner in runners}
        runs |= {run_of(runner.calls) for runner in runners}
        self.counts["checkouts changed"] += state_of(repo) != before
        self.counts["processes left"] += len(left_processes(runs - {""}))
        self.counts["containers left"] += left_containers(runs - {""}) if self._sandbox == "docker" else 0
        shutil.rmtree(repo)
        return proposed


def left_processes(runs: set[str]) -> list[str]:
    """The processes that say they belong to one of these runs."""
    lines = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    told = [line.replace(b"\0", b" ").decode(errors="replace") for line in lines]
    return [line for line in told if any(run in line for run in runs)]


def left_containers(runs: set[str]) -> int:
    """How many containers belong to one of these runs."""
    import docker

    found = docker.from_env().containers.list(all=True, filters={"label": "devagent=1"})
    return sum(container.labels.get("devagent.run") in runs for container in found)


def main() -> int:
    """Kill until there were enough, print what was found; the exit code is 1 when anything was lost or left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--sandbox", choices=["process", "docker"], default="process")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        storm = Storm(Path(folder), options.sandbox, options.seed)
        print(f"two undisturbed runs at once take {storm.seconds:.1f} s")
        number = 0
        while (missing := options.kills - storm.counts["kills"]) > 0:
            number += 1
            storm.round(number, min(missing, KILLS_A_RUN * len(SIZES)))
            print(f"round {number}: {storm.counts['kills']} kills", flush=True)
    counts = storm.counts
    wanted = ("other proposals", "finished calls repeated", "checkouts changed", "processes left", "containers left")
    figures = [Figure("kills", counts["kills"], options.kills, at_least=True), Figure("runs", counts["runs"])]
    return report([*figures, *(Figure(what, counts[what], 0) for what in wanted)])


if __name__ == "__main__":
    sys.exit(main())
