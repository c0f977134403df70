"""What it costs to start: `devagent --version` and `--help` beside an interpreter that does nothing.

    python benchmarks/startup.py [--runs 15] [--sandbox docker]

Runs are interleaved, so that all three see the same machine. Then `devagent fix` on a repository whose tests pass:
it must start no model server. Needs a sandbox for that.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from figures import Figure, report
from scratch import DEVAGENT, clean_environment, make_repository

from devagent.models.server import running_servers

COMMANDS = {
    "python3 -c pass": [sys.executable, "-c", "pass"],
    "devagent --version": [DEVAGENT, "--version"],
    "devagent --help": [DEVAGENT, "--help"],
}
REQUIRED = {"devagent --version": 5.0, "devagent --help": 15.0}
GREEN = {"calc.py": "def add(a, b):\n    return a + b\n", "test_calc.py": "from calc import add\n\n\n"
         "def test_add():\n    assert add(2, 3) == 5\n"}  # fmt: skip


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="runs of each command")
    parser.add_argument("--sandbox", choices=["auto", "docker", "process"], default="auto")
    options = parser.parse_args()
    times = start_times(options.runs)
    bare = times["python3 -c pass"]
    figures = [Figure(name, 1000 * seconds, unit="ms") for name, seconds in times.items()]
    figures += [Figure(f"{name}, times bare", times[name] / bare, limit, "x") for name, limit in REQUIRED.items()]
    figures.append(Figure("model servers that a green `fix` started", servers_started(options.sandbox), 0))
    return report(figures)


def start_times(runs: int) -> dict[str, float]:
    """The median wall seconds of each command; one more run of each before is not counted."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(runs + 1):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:
                times[name].append(time.perf_counter() - started)
    return {name: median(taken) for name, taken in times.items()}


def servers_started(sandbox: str) -> int:
    """How many model servers run after `devagent fix` on a green repository, and did not before."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        repo = make_repository(folder / "green", GREEN)
        # A runtime folder of its own: servers that others start meanwhile are not counted.
        os.environ["DEVAGENT_RUNTIME"] = str(folder / "runtime")
        before = asyncio.run(running_servers())
        command = [DEVAGENT, "fix", "--quiet", "--yes", "--sandbox", sandbox, "-C", str(repo)]
        done = subprocess.run(command, env=clean_environment(folder / "config"), capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"devagent fix ended with {done.returncode}: {done.stderr.strip()}")
        print(done.stdout.strip())
        after = asyncio.run(running_servers())
        attempted = list((folder / "runtime").glob("model-*"))
        return len(set(after) - set(before)) or len(attempted)


if __name__ == "__main__":
    sys.exit(main())
