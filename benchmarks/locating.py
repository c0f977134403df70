"""Where is the fault? Seeded bugs in real repositories, and real fix commits, with no model.

    python benchmarks/locating.py SOURCES [--list FILE] [--only NAME] [--count 24] [--seed 1] [--try 60]
                                         [--cases FOLDER]

SOURCES is a folder with the unpacked source tree of each release that the list names (from the package index, or
`git archive` of the tag). `mutants.py` plants one fault at a time; a mutant counts when a test that passed before
fails. Of the tests those files are run that run the faulty function (recorded once, on the code as it is), up to 5
seconds of them, the ones that are most about its module first: no other test can notice. To compare with there are
the passing tests of the whole suite, of which devagent takes the nearest.

What is measured is what `devagent locate --failing` does: the failing tests again, their coverage and that of passing
tests near them, the ranking; where it leaves doubt, small changes of the suspects for `--try` seconds, and the ranking
again. Beside it, on the same observations: the ranking without those changes, plain Ochiai (a function is as
suspicious as its worst line; among equals its place is the middle), and the last frame of the tracebacks (then the
frames above it).

With `--cases` observations are kept in a folder, a file each, and not made again.
"""

import argparse
import asyncio
import json
import pickle
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from figures import Figure, print_table, report
from mutants import Mutant, in_turn, mutants_of

from devagent.code.frames import frames
from devagent.code.language import language_for
from devagent.code.roles import is_foreign, is_test
from devagent.code.spectrum import spectrum
from devagent.code.symbol import Symbol, symbols
from devagent.config.settings import Settings
from devagent.sandbox.coverage import MAX_PASSING, nearest
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import File, Sandbox
from devagent.workflows.locate import Observed, contents_of, observe, rank, try_changes
from devagent.workflows.place import Place
from devagent.workflows.surface import SilentSurface
from devagent.workflows.trials import MOST_SUSPECTS
from devagent.workflows.trials import SECONDS as TRIAL_SECONDS

LISTED = Path(__file__).with_name("locating.toml")
PROBE = Path(__file__).with_name("locating_reach.py")
FIRST, FIRST_FIVE = 0.55, 0.88
SECONDS = 5.0
RANKED = 200
PYTEST = ("python", "-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Case:
    """A fault, and what was observed of it. `wanted` are the faulty functions as (path, name)."""

    repository: str
    name: str
    kind: str
    told: str
    wanted: tuple[tuple[str, str], ...]
    changes: Mapping[str, bytes]
    seen: Observed


@dataclass(frozen=True)
class Known:
    """A repository as it is: its files, what each test file runs, the results of its tests."""

    name: str
    files: Mapping[str, File]
    reach: Mapping[str, frozenset[str]]
    results: tuple[TestResult, ...]

    @property
    def passed(self) -> set[str]:
        """The ids of the tests that pass."""
        return {r.id for r in self.results if r.status == "passed"}

    def seconds(self) -> Counter[str]:
        """How long the tests of each file take."""
        found: Counter[str] = Counter()
        for result in self.results:
            found[result.id.partition("::")[0]] += result.seconds  # type: ignore[assignment]
        return found

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The test files that run a function, those most about its module first, up to `SECONDS` of them."""
        place = f"{mutant.path}:"
        having = [test for test, ran in self.reach.items() if self._runs(ran, mutant)]
        about = {t: sum(p.startswith(place) for p in self.reach[t]) / len(self.reach[t]) for t in having}
        seconds, left = self.seconds(), SECONDS
        found: list[str] = []
        for test in sorted(having, key=lambda t: (-about[t], t)):
            if seconds[test] <= left or not found:
                left -= seconds[test]
                found.append(test)
        return found

    def untouched_by(self, mutant: Mutant) -> list[TestResult]:
        """What the tests show in the files that do not run a function: it is the same whatever it does."""
        idle = {test for test, ran in self.reach.items() if not self._runs(ran, mutant)}
        return [r for r in self.results if r.id.partition("::")[0] in idle]

    def _runs(self, ran: frozenset[str], mutant: Mutant) -> bool:
        return any(f"{mutant.path}:{line}" in ran for line in range(mutant.head, mutant.first + 1))


async def known(name: str, entry: Mapping[str, Any], source: Path, bench: "Bench") -> Known:
    """A repository, its tests run once with the record of what they run."""
    files = trimmed(source, entry)
    kept = bench.cases / f"{name}.known"
    if not kept.exists():
        async with bench.opened(files) as (sandbox, ecosystem):
            await sandbox.write("/run/devagent/locating_reach.py", PROBE.read_bytes())
            await sandbox.sync(files)
            command = (*PYTEST, "-p", "locating_reach", *entry.get("tests", ()))
            run = await TestRunner(sandbox, ecosystem, command, timeout=1800, hang_after=60).run()
            text = await sandbox.read("/tmp/locating-reach.json", max_bytes=200_000_000)
        if not run.counts or text is None:
            raise SystemExit(f"{name}: {run.trouble or 'no record'}\n{run.output[-2000:]}")
        kept.write_bytes(pickle.dumps((json.loads(text), run.results)))
    reach, results = pickle.loads(kept.read_bytes())
    return Known(name, files, {test: frozenset(ran) for test, ran in reach.items()}, results)


def trimmed(source: Path, entry: Mapping[str, Any]) -> dict[str, File]:
    """The files of a source tree that are kept."""
    files = {
        path.relative_to(source).as_posix(): File(path.read_bytes())
        for folder in entry["folders"]
        for path in sorted((source / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    requirements = "".join(f"{line}\n" for line in ("pytest", *entry["requirements"]))
    return {**files, "requirements.txt": File(requirements.encode())}


class Bench:
    """Where cases are made and kept."""

    def __init__(self, cases: Path, kind: str, seconds: float) -> None:
        self.cases, self._seconds = cases, seconds
        self._settings = Settings.model_validate({"sandbox": {"kind": kind}})

    def opened(self, files: Mapping[str, File]) -> "_Opened":
        """A sandbox for a workspace, for the time of a `with`."""
        return _Opened(Place(self._settings, SilentSurface()), files)

    async def seeded(self, repository: Known, seed: int, count: int) -> list[Case]:
        """So many mutants that a test notices."""
        cases = []
        async with self.opened(repository.files) as (sandbox, ecosystem):
            for number, mutant in enumerate(self._candidates(repository, seed)):
                file = self.cases / f"{repository.name}-{seed}-{number:03}.case"
                if not file.exists():
                    file.write_bytes(pickle.dumps(await self._case(repository, mutant, sandbox, ecosystem)))
                case = pickle.loads(file.read_bytes())
                if case is not None:
                    cases.append(case)
                    print(f"{repository.name} {len(cases)}/{count} {case.name}: {case.told}", flush=True)
                if len(cases) == count:
                    break
        return cases

    def _candidates(self, repository: Known, seed: int) -> Iterator[Mutant]:
        run = frozenset().union(*repository.reach.values())
        every = (
            mutant
            for path, file in sorted(repository.files.items())
            if path.endswith(".py") and not is_test(path) and not is_foreign(path, file.content)
            for mutant in mutants_of(path, file.content)
        )
        return in_turn((m for m in every if repository._runs(run, m)), seed)

    async def _case(self, repository: Known, mutant: Mutant, sandbox: Sandbox, ecosystem: Ecosystem) -> Case | None:
        before = repository.files[mutant.path].content
        content = mutant.into(before)
        if content is None:
            return None
        await sandbox.sync({**repository.files, mutant.path: File(content)})
        runner = TestRunner(sandbox, ecosystem, (*PYTEST, *repository.tests_of(mutant)), timeout=120, hang_after=8)
        run = await runner.run()
        broken = [r for r in run.bad if r.id in repository.passed]
        if not run.counts or not broken:
            return None
        results = (*run.results, *repository.untouched_by(mutant))
        whole = replace(run, results=results, seconds=max(run.seconds, sum(repository.seconds().values())))
        near = nearest([r.id for r in broken], [r.id for r in whole.results if r.status == "passed"])[:MAX_PASSING]
        files = dict.fromkeys(id_.partition("::")[0] for id_ in (*(r.id for r in broken), *near))
        seen = await observe(
            TestRunner(sandbox, ecosystem, (*PYTEST, *files), timeout=120, hang_after=8), whole, broken
        )
        if not seen.failing:
            return None
        seen = await self.with_changes(runner, whole, {**repository.files, mutant.path: File(content)}, seen)
        told = f"{_line(before, mutant.line)}  ->  {_line(content, mutant.line)}"
        wanted = ((mutant.path, mutant.function),)
        changes = {mutant.path: content}
        return Case(repository.name, f"{mutant.path}:{mutant.line}", mutant.kind, told, wanted, changes, seen)

    async def with_changes(
        self, runner: TestRunner, run: TestRun, files: Mapping[str, File], seen: Observed
    ) -> Observed:
        """The observations with what small changes of the suspects mend."""
        await runner.sandbox.sync(files)
        suspects = rank(files, seen, limit=MOST_SUSPECTS)
        trials = await try_changes(runner, run, files, seen, suspects, seconds=self._seconds)
        return replace(seen, mended=trials.mended)


class _Opened:
    """A sandbox that is closed at the end."""

    def __init__(self, place: Place, files: Mapping[str, File]) -> None:
        self._place, self._files = place, files

    async def __aenter__(self) -> tuple[Sandbox, Ecosystem]:
        ecosystem = detect(self._files)
        self._sandbox = await self._place.open(ecosystem, self._files, run="locating")
        return self._sandbox, ecosystem

    async def __aexit__(self, *exception: object) -> None:
        await self._sandbox.close()


def _line(content: bytes, number: int) -> str:
    return content.splitlines()[number - 1].decode(errors="replace").strip()


def ranks(case: Case, files: Mapping[str, File]) -> dict[str, float]:
    """The place of the faulty function by each method; infinite where it is not among those ranked."""
    workspace = {**files, **{path: File(content) for path, content in case.changes.items()}}
    return {
        "devagent": _ranked(case, workspace, case.seen),
        "no changes": _ranked(case, workspace, replace(case.seen, mended=())),
        "ochiai": _ochiai(case, workspace),
        "last frame": _last_frame(case, workspace),
    }


def _ranked(case: Case, workspace: Mapping[str, File], seen: Observed) -> float:
    return _place([(s.symbol.path, s.symbol.name) for s in rank(workspace, seen, limit=RANKED)], case)


def _place(order: Sequence[tuple[str, str]], case: Case) -> float:
    return next((place for place, found in enumerate(order, 1) if _is_wanted(found, case)), float("inf"))


def _is_wanted(found: tuple[str, str], case: Case) -> bool:
    """Whether it is a faulty function, or a larger closure in one."""
    return any(found[0] == path and f"{found[1]}.".startswith(f"{name}.") for path, name in case.wanted)


def _units(path: str, content: bytes) -> list[Symbol]:
    return [s for s in symbols(path, content) if s.kind != "class"]


def _ochiai(case: Case, workspace: Mapping[str, File]) -> float:
    seen = spectrum(case.seen.coverage.lines, [r.id for r in case.seen.failing])
    scores: dict[tuple[str, str], float] = {}
    for path in sorted({path for path, _ in seen.failing}):
        if path in workspace and language_for(path) is not None:
            for unit in _units(path, workspace[path].content):
                scores[path, unit.name] = max((seen.suspicion(path, line) for line in unit.lines), default=0.0)
    wanted = max((score for found, score in scores.items() if _is_wanted(found, case)), default=0.0)
    if not wanted:
        return float("inf")
    above, equal = (sum(score > wanted for score in scores.values()), sum(s == wanted for s in scores.values()))
    return above + (equal + 1) / 2


def _last_frame(case: Case, workspace: Mapping[str, File]) -> float:
    """Frames from the end of each traceback; a function's place is its best over the tests, the commonest first."""
    contents = contents_of(workspace)
    votes: Counter[tuple[int, str, str]] = Counter()
    for result in case.seen.failing:
        stack = [f for f in frames(result.details, contents.keys()) if not is_test(f.path)]
        for depth, frame in enumerate(reversed(stack)):
            around = [u for u in _units(frame.path, contents[frame.path]) if frame.line in u.lines]
            if around:
                unit = min(around, key=lambda u: len(u.lines))
                votes[depth, unit.path, unit.name] += 1
    order = sorted(votes, key=lambda vote: (vote[0], -votes[vote], vote))
    return _place(list(dict.fromkeys((path, name) for _, path, name in order)), case)


def told(title: str, cases: Sequence[Case], places: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Print the shares of each method; gives devagent's figures."""
    groups = {"all": list(range(len(cases)))}
    for i, case in enumerate(cases):
        groups.setdefault(case.repository, []).append(i)
        groups.setdefault(case.kind, []).append(i)
    rows = []
    for name, members in groups.items():
        row: list[object] = [name, len(members)]
        for method in places[0]:
            row += [_share([places[i][method] for i in members], most) for most in (1, 5)]
        rows.append(row)
    print(f"\n{title}\n")
    print_table(("", "bugs", *(f"{m}: {w}" for m in places[0] for w in ("first", "first 5"))), rows)
    mine = [p["devagent"] for p in places]
    return [
        Figure(f"{title}: first, of {len(mine)}", sum(p <= 1 for p in mine) / len(mine), FIRST, at_least=True),
        Figure(f"{title}: in the first five", sum(p <= 5 for p in mine) / len(mine), FIRST_FIVE, at_least=True),
    ]


def _share(places: Sequence[float], most: int) -> str:
    return f"{100 * sum(p <= most for p in places) / len(places):.0f} %"


async def measured(options: argparse.Namespace, cases: Path) -> int:
    """Make the cases that are missing, rank them, print."""
    bench = Bench(cases, options.sandbox, options.seconds)
    listed = tomllib.loads(options.list.read_text(encoding="utf-8"))["seeded"]
    gathered: list[tuple[Known, list[Case]]] = []
    for name, entry in listed.items():
        if options.only not in (None, name):
            continue
        repository = await known(name, entry, options.sources / entry["release"], bench)
        lines = sum(f.content.count(b"\n") for p, f in repository.files.items() if p.endswith(".py") and not is_test(p))
        print(f"{entry['release']}: {lines} lines without tests, {len(repository.passed)} tests pass", flush=True)
        gathered.append((repository, await bench.seeded(repository, options.seed, options.count)))
    found = [case for _, cases in gathered for case in cases]
    if not found:
        raise SystemExit("no bug could be seeded that a test notices: is the repository in the list?")
    places = [ranks(case, repository.files) for repository, cases in gathered for case in cases]
    for case, place in zip(found, places, strict=True):
        print(case.repository, case.name, case.kind, " ".join(f"{m} {p:g}" for m, p in place.items()))
    return report(told("seeded bugs", found, places))


def main() -> int:
    """Measure; the exit code is 1 when a required figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path, help="folder with the source tree of each release")
    parser.add_argument("--list", type=Path, default=LISTED, metavar="FILE", help="the repositories")
    parser.add_argument("--only", metavar="NAME", help="one repository only")
    parser.add_argument("--count", type=int, default=24, help="how many bugs of each repository")
    parser.add_argument("--seed", type=int, default=1, help="what decides which")
    parser.add_argument("--try", dest="seconds", type=float, default=TRIAL_SECONDS, help="for small changes")
    parser.add_argument("--sandbox", choices=["auto", "docker", "process"], default="auto")
    parser.add_argument("--cases", type=Path, metavar="FOLDER", help="where observations are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cases = options.cases or Path(temporary)
        cases.mkdir(parents=True, exist_ok=True)
        return asyncio.run(measured(options, cases))


if __name__ == "__main__":
    sys.exit(main())
