"""What a warm sandbox costs: the tests of a repository in Docker and in process isolation, beside the same tests bare.

    python benchmarks/sandbox_cost.py [--runs 7] [--sandbox docker --sandbox process]

Three generated repositories: a handful of tests that take no time, a suite of about a second, one of about five. A run
in the sandbox is the sync of one changed file and the tests, as a candidate is tried; bare is writing that file and
`python -m pytest` in a virtual environment with the sandbox's version of pytest. Runs are interleaved.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from figures import Figure, print_table, report

from devagent.errors import CannotRun
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Command, File, Sandbox

SHARE, CONSTANT = 1.15, 0.5
SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or os.path.realpath(sys.executable)
"""What images of Debian have as well: a faster or slower build of Python would be no cost of the sandbox."""
SUITES = {"tiny": (3, 0), "about 1 s": (40, 120_000), "about 5 s": (40, 800_000)}
"""Number of tests, and how many steps of arithmetic each one takes."""

SOURCE = """\
VERSION = {version}


def checksum(steps):
    total = 0
    for step in range(steps):
        total = (total * 31 + step) % 65521
    return total
"""
TESTS = """\
import pytest

from ledger.sums import checksum


@pytest.mark.parametrize("case", range({tests}))
def test_a_checksum_is_repeatable(case):
    assert checksum({steps} + case) == checksum({steps} + case)
"""


@dataclass(frozen=True)
class Suite:
    """A generated repository."""

    name: str
    tests: int
    steps: int

    def files(self, version: int) -> dict[str, File]:
        """Its files; a version differs from another one in one file."""
        texts = {
            "ledger/__init__.py": "",
            "ledger/sums.py": SOURCE.format(version=version),
            "tests/test_sums.py": TESTS.format(tests=self.tests, steps=self.steps),
            "conftest.py": "",
        }
        return {path: File(text.encode()) for path, text in texts.items()}


class Bare:
    """The tests on the host, in a folder of their own."""

    def __init__(self, folder: Path, python: Path) -> None:
        self._folder, self._python = folder, python

    async def run(self, files: dict[str, File]) -> None:
        """Write what changed, and run the tests."""
        for path, file in files.items():
            target = self._folder / path
            if not target.exists() or target.read_bytes() != file.content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.content)
        subprocess.run([self._python, "-m", "pytest"], cwd=self._folder, check=True, stdout=subprocess.DEVNULL)


class Boxed:
    """The tests in a warm sandbox."""

    def __init__(self, sandbox: Sandbox, ecosystem: Ecosystem) -> None:
        self._sandbox, self._runner = sandbox, TestRunner(sandbox, ecosystem)

    async def run(self, files: dict[str, File]) -> None:
        """Bring in what changed, and run the tests."""
        await self._sandbox.sync(files)
        run = await self._runner.run()
        if run.trouble or run.bad:
            raise SystemExit(f"the tests did not pass in the sandbox: {run.trouble or run.bad[0].id}")


def main() -> int:
    """Measure, print, and say by the exit code whether the cost is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="runs of each suite in each place")
    parser.add_argument("--sandbox", action="append", choices=["docker", "process"], help="may be given twice")
    parser.add_argument("--python", default=SYSTEM_PYTHON, help=f"interpreter of the bare runs ({SYSTEM_PYTHON})")
    options = parser.parse_args()
    kinds = options.sandbox or ["docker", "process"]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (tests, steps) in SUITES.items():
            suite = Suite(name, tests, steps)
            figures += asyncio.run(compare(suite, kinds, options, Path(folder)))
    return report(figures)


async def compare(suite: Suite, kinds: list[str], options: argparse.Namespace, folder: Path) -> list[Figure]:
    """The figures of one suite: one more run of each place before is not counted."""
    ecosystem = detect(suite.files(0))
    async with AsyncExitStack() as stack:
        places: dict[str, Bare | Boxed] = {}
        for kind in kinds:
            try:
                sandbox = await opened(kind, ecosystem, suite)
            except CannotRun as error:
                print(f"{kind}: {error}")
                continue
            stack.push_async_callback(sandbox.close)
            python = await virtual_environment(sandbox, options.python, folder)
            places.setdefault("bare", Bare(folder / suite.name, python))
            places[kind] = Boxed(sandbox, ecosystem)
        times: dict[str, list[float]] = {name: [] for name in places}
        for version in range(options.runs + 1):
            for name, place in places.items():
                started = time.perf_counter()
                await place.run(suite.files(version))
                if version:
                    times[name].append(time.perf_counter() - started)
    return judged(suite.name, {name: median(taken) for name, taken in times.items()})


def judged(suite: str, medians: dict[str, float]) -> list[Figure]:
    """What each place took, and what it may take."""
    if not medians:
        return []
    bare = medians.pop("bare")
    limit = SHARE * bare + CONSTANT
    print_table(
        (suite, "seconds", "more than bare"),
        [("bare", f"{bare:.2f}", ""), *((name, f"{s:.2f}", f"{s - bare:.2f}") for name, s in medians.items())],
    )
    return [Figure(f"{suite}: {name} (bare {bare:.2f} s)", s, limit, "s") for name, s in medians.items()]


async def opened(kind: str, ecosystem: Ecosystem, suite: Suite) -> Sandbox:
    """A warm sandbox: started, with its environment built."""
    files = suite.files(0)
    sandbox = await open_sandbox(ecosystem.recipe(files), kind=kind, run_id="benchmark", progress=_say)
    await sandbox.sync(files)
    return sandbox


async def virtual_environment(sandbox: Sandbox, interpreter: str, folder: Path) -> Path:
    """The interpreter of a virtual environment with the version of pytest that the sandbox has."""
    environment = {"PATH": "/opt/env/bin:/usr/bin:/bin"}
    said = await sandbox.run(Command(["python", "-m", "pytest", "--version"], env=environment))
    version = said.output.split()[-1]
    python = folder / f"pytest-{version}" / "bin" / "python"
    if not python.exists():
        subprocess.run([interpreter, "-m", "venv", python.parents[1]], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", f"pytest=={version}"], check=True)
    return python


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
