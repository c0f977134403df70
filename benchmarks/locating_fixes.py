"""Where was the bug? Real fix commits: the tests of the fix on the code before it, with no model.

    python benchmarks/locating_fixes.py CLONES [--list FILE] [--only NAME] [--try 60] [--cases FOLDER]

CLONES is a folder with a clone, bare or not, of each repository under `[fixes]` of the list. Of each commit the test
files that it changes are run: on the code before it, and on its own. What fails before and passes after is the failure;
what passes both times is what there is to compare with. The functions that the fix changes are what has to be found:
the first of them counts. The methods are those of `locating.py`.
"""

import argparse
import asyncio
import io
import pickle
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from figures import Figure, report
from locating import LISTED, PYTEST, Bench, Case, ranks, told
from scratch import git

from devagent.code.roles import is_test
from devagent.code.symbol import symbols
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import File
from devagent.workflows.locate import observe
from devagent.workflows.trials import SECONDS as TRIAL_SECONDS

ALL = 30
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")
_LEFT_OUT = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(cfg|py)|tox\.ini|pytest\.ini|requirements[^/]*)$|^(docs?|\.[^/]+)/"
)


def files_at(clone: Path, commit: str, requirements: Sequence[str]) -> dict[str, File]:
    """The files of a commit, without those that say how the project is built: the tests run on the bare tree."""
    archive = subprocess.run(["git", "archive", commit], cwd=clone, check=True, capture_output=True).stdout
    files: dict[str, File] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            content = members.extractfile(member) if member.isfile() else None
            if content is not None and not _LEFT_OUT.search(member.name):
                files[member.name] = File(content.read())
    text = "".join(f"{line}\n" for line in ("pytest", *requirements))
    return {**files, "requirements.txt": File(text.encode())}


def edited(clone: Path, commit: str, before: Mapping[str, File]) -> Iterator[tuple[str, str]]:
    """The functions around the lines that a commit changes or inserts beside, outside of tests."""
    path = ""
    for line in git(clone, "diff", "-U0", "--no-renames", f"{commit}~", commit, "--", "*.py").splitlines():
        if line.startswith("--- "):
            path = line[6:]
        elif (hunk := _HUNK.match(line)) and path in before and not is_test(path):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines = range(first, first + max(count, 1) + (count == 0))
            around = [s for s in symbols(path, before[path].content) if s.kind != "class"]
            for symbol in around:
                if any(number in symbol.lines for number in lines):
                    yield path, symbol.name


async def case_of(bench: Bench, clone: Path, name: str, commit: str, requirements: Sequence[str]) -> Case | str:
    """The case that a commit makes, or why it makes none."""
    after, parent = files_at(clone, commit, requirements), files_at(clone, f"{commit}~", requirements)
    tests = {p: f for p, f in after.items() if is_test(p) and parent.get(p) != f}
    chosen = sorted(p for p in tests if p.endswith(".py") and Path(p).name.startswith("test"))
    before = {**parent, **tests}
    wanted = tuple(dict.fromkeys(edited(clone, commit, parent)))
    if not chosen or not wanted:
        return "it changes no test file or no function"
    async with bench.opened(before) as (sandbox, ecosystem):
        runner = TestRunner(sandbox, ecosystem, (*PYTEST, *chosen), timeout=240, hang_after=20)
        await sandbox.sync(after)
        right = await runner.run()
        await sandbox.sync(before)
        run = await runner.run()
        passed = {r.id for r in right.results if r.status == "passed"}
        broken = [r for r in run.bad if r.id in passed]
        if not run.counts or not broken:
            return run.trouble or "no test tells the code before it from the code after"
        seen = await observe(runner, run, broken)
        if seen.failing:
            seen = await bench.with_changes(runner, run, before, seen)
    if not seen.failing:
        return "what fails is flaky"
    subject = git(clone, "log", "-1", "--format=%s", commit).strip()
    return Case(name, commit[:10], "fix", subject, wanted, {}, seen), before  # type: ignore[return-value]


async def measured(options: argparse.Namespace, folder: Path) -> int:
    """Make the cases that are missing, rank them, print."""
    bench = Bench(folder, options.sandbox, options.seconds)
    listed: Mapping[str, Any] = tomllib.loads(options.list.read_text(encoding="utf-8"))["fixes"]
    cases, places = [], []
    for name, entry in listed.items():
        for commit in entry["commits"] if options.only in (None, name) else ():
            file = folder / f"fix-{name}-{commit[:10]}.case"
            if not file.exists():
                made = await case_of(bench, options.clones / name, name, commit, entry.get("requirements", ()))
                file.write_bytes(pickle.dumps(made))
            made = pickle.loads(file.read_bytes())
            if isinstance(made, str):
                print(f"{name} {commit[:10]}: {made}", flush=True)
                continue
            case, files = made
            cases.append(case)
            places.append(ranks(case, files))
            row = " ".join(f"{method} {place:g}" for method, place in places[-1].items())
            print(f"{name} {case.name} {row}: {case.told}", flush=True)
    if cases:
        told("fix commits", cases, places)
    return report([Figure("fix commits that a test tells from the code before", len(cases), ALL, at_least=True)])


def main() -> int:
    """Measure; nothing is required of real commits, they are reported."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", type=Path, help="folder with a clone of each repository")
    parser.add_argument("--list", type=Path, default=LISTED, metavar="FILE", help="the commits")
    parser.add_argument("--only", metavar="NAME", help="one repository only")
    parser.add_argument("--try", dest="seconds", type=float, default=TRIAL_SECONDS, help="for small changes")
    parser.add_argument("--sandbox", choices=["auto", "docker", "process"], default="auto")
    parser.add_argument("--cases", type=Path, metavar="FOLDER", help="where observations are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.cases or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(measured(options, folder))


if __name__ == "__main__":
    sys.exit(main())
