"""kill -9 at every journal event of a run: does `resume` end with the same proposal, and pay for nothing twice?

    python benchmarks/kill_run.py [--docker] [--every 1] [--only "fix, small model"]

A scripted model answers; the sandbox is scripted as well, or with `--docker` a real one (some seconds a kill). A run is
killed at the instant an event is on disk, resumed in a new process, and compared with a run that nobody disturbed: the
diff and the tree of its proposal, the model calls that had finished, and the checkout, index and branches.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "workflows"))

from figures import Figure, print_table, report
from killed_run import __file__ as SESSION
from killed_run import repeated
from scratch import git, make_repository, state_of
from scripted_world import FILES

from devagent.errors import UsageError
from devagent.journal.journal import read_events
from devagent.proposal.store import Run, list_runs
from devagent.repo.git import find_root

SCENARIOS = {
    "fix, small model": ("fix", "small"),
    "fix, large model": ("fix", "large"),
    "run with reproduction, small model": ("run", "small"),
    "run with reproduction, large model": ("run", "large"),
}
GREEN = {**FILES, "tests/test_calc.py": "from calc import add\n\n\ndef test_zero():\n    assert add(4, 0) == 4\n"}


@dataclass(frozen=True)
class End:
    """How a run ended: the diff and tree of its proposal (empty without one), and whether the checkout is as before."""

    diff: str
    tree: str
    checkout_kept: bool
    repeated: int
    calls: int
    events: int


class Scenario:
    """One kind of run, done in copies of one repository."""

    def __init__(self, name: str, sandbox: str, folder: Path) -> None:
        kind, size = SCENARIOS[name]
        self._words = (kind, size, sandbox)
        self._folder = folder
        self._origin = make_repository(folder / "origin", FILES if kind == "fix" else GREEN)
        self.undisturbed = self.end_of("undisturbed", ())

    def end_of(self, name: str, kills: tuple[int, ...]) -> End:
        """Run in a fresh copy, killed at each of these events in turn, then to its end."""
        repo, calls = self._folder / name, self._folder / f"{name}.calls"
        shutil.copytree(self._origin, repo)
        before = state_of(repo)
        for at in (*kills, -1):
            self._session(repo, calls, at)
        run = list_runs(find_root(repo))[-1]
        diff, tree = _proposed(repo, run)
        finished = sum(line.startswith("finished") for line in calls.read_text().splitlines())
        kept = state_of(repo) == before
        end = End(diff, tree, kept, len(repeated(calls)), finished, len(read_events(run.folder)))
        shutil.rmtree(repo)
        return end

    def _session(self, repo: Path, calls: Path, at: int) -> None:
        command = [sys.executable, SESSION, str(repo), str(calls), str(at), *self._words]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, -9):
            raise SystemExit(f"a session killed at {at} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def main() -> int:
    """Kill, resume, compare, print; the exit code is 1 when any run ended otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docker", action="store_true", help="in a real sandbox instead of a scripted one")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="kill at every Nth event only")
    parser.add_argument("--only", choices=list(SCENARIOS), help="one kind of run only")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    rows = []
    for name in [options.only] if options.only else SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            print(name, end=": ", flush=True)
            scenario = Scenario(name, "docker" if options.docker else "scripted", Path(folder))
            found = killed_everywhere(scenario, options.every)
        rows.append((name, scenario.undisturbed.events, scenario.undisturbed.calls, *found.values()))
        counts.update(found)
    print()
    print_table(("run", "events", "calls", *found), rows)
    wrong = {"other proposals": counts["killed"] - counts["same proposal"]}
    wrong["finished calls repeated"] = counts["calls repeated"]
    wrong["checkouts changed"] = counts["killed"] - counts["checkout as it was"]
    return report([Figure(what, count, 0) for what, count in wrong.items()])


def killed_everywhere(scenario: Scenario, every: int) -> Counter[str]:
    """What came of a kill at every event; each odd one is named."""
    whole = scenario.undisturbed
    if not whole.tree:
        raise SystemExit("the run makes no proposal even when nobody disturbs it")
    print(f"{whole.events} events, {whole.calls} calls: killing at {len(range(0, whole.events, every))}", flush=True)
    found = Counter({"killed": 0, "same proposal": 0, "calls repeated": 0, "checkout as it was": 0})
    for at in range(0, whole.events, every):
        end = scenario.end_of(f"killed-{at}", (at,))
        same = (end.diff, end.tree) == (whole.diff, whole.tree)
        found.update({"killed": 1, "same proposal": same, "calls repeated": end.repeated})
        found["checkout as it was"] += end.checkout_kept
        if not same or end.repeated or not end.checkout_kept:
            print(f"killed at event {at}: {'the same' if same else 'another'} proposal, {end}")
    return found


def _proposed(repo: Path, run: Run) -> tuple[str, str]:
    try:
        proposal = run.proposal()
    except UsageError:
        return "", ""
    commit = proposal.candidate.commit
    diff = git(repo, "diff", "--no-color", proposal.candidate.base, commit)
    return diff, git(repo, "rev-parse", f"{commit}^{{tree}}").strip()


if __name__ == "__main__":
    sys.exit(main())
