"""Where to look: the functions that a text or the failing tests point to, with the reasons. No model is asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from devagent.code.frames import frames
from devagent.code.locate import Failure, Mended, Suspect, Touched, locate
from devagent.config.settings import Settings
from devagent.errors import ExitCode, UsageError
from devagent.journal.secrets import Secrets
from devagent.repo.git import Repository
from devagent.repo.objects import SYMLINK
from devagent.repo.recent import changed_lines, last_changes
from devagent.repo.snapshot import Base, Snapshot
from devagent.sandbox.coverage import Coverage, coverage
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Tree
from devagent.sandbox.whereabouts import with_files
from devagent.team.location import LEAST_SECONDS, MAX_TESTS, TIME_FACTOR, telling
from devagent.workflows.place import Place, files_of, taken
from devagent.workflows.results import VERSION
from devagent.workflows.session import OpenSandbox
from devagent.workflows.surface import Surface
from devagent.workflows.trials import MOST_SUSPECTS, SECONDS, Tests, Trials, tried

Outcome = Literal["found", "nothing fits", "nothing fails", "no verdict"]
_EXIT_CODES: dict[Outcome, ExitCode] = {
    "found": ExitCode.DONE,
    "nothing fits": ExitCode.NOT_RESOLVED,
    "nothing fails": ExitCode.NOT_RESOLVED,
    "no verdict": ExitCode.CANNOT_RUN,
}
_LINES = 3
"""How many lines of a function are named as those to look at first."""


@dataclass(frozen=True)
class Found:
    """A function to look at. `lines` are those in it to look at first; scores compare only within one result."""

    path: str
    line: int
    last: int
    name: str
    score: float
    reasons: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class LocateResult:
    """What `devagent locate` found, most suspicious first. `failing` are the failing tests that it went by."""

    outcome: Outcome
    summary: str
    found: tuple[Found, ...] = ()
    failing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return _EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"devagent": VERSION, "kind": "locate", **asdict(self), "exit_code": int(self.exit_code)}


@dataclass(frozen=True)
class Observed:
    """Failing tests that failed twice, what they and the passing tests near them run, and what failed only once.

    `mended` are small changes with which some of them pass, where such changes were tried.
    """

    failing: tuple[TestResult, ...]
    coverage: Coverage = field(default_factory=Coverage)
    flaky: tuple[str, ...] = ()
    mended: tuple[Mended, ...] = ()


def locate_text(
    repo: Repository, settings: Settings, surface: Surface, text: str, *, base: Base = "worktree", top: int = 10
) -> LocateResult:
    """The functions that a text (an issue, a message, a traceback) points to. Runs nothing."""
    state, files = _files(repo, settings, surface, base)
    contents = contents_of(files)
    told = [Failure("", "", text)] if frames(text, contents.keys()) else []
    suspects = locate(contents, told, text=text, limit=top, recent=_recent(repo, state))
    fitting = [s for s in suspects if s.fits and s.reasons]
    if not fitting:
        return LocateResult("nothing fits", "no function of this repository has to do with that")
    return LocateResult("found", "by the text alone", tuple(map(found_of, fitting)))


async def locate_failing(
    repo: Repository,
    settings: Settings,
    surface: Surface,
    *,
    tests: Sequence[str] = (),
    base: Base = "worktree",
    top: int = 10,
    seconds: float = SECONDS,
    open_sandbox: OpenSandbox | None = None,
) -> LocateResult:
    """The functions that the failing tests point to: all of them, or those that `tests` name.

    Where several could be at fault, small changes of them are tried for so many `seconds` at most; with 0 none.
    A name is a test's id, the beginning of it up to a `::` or `/`, or its last part. Raises `UsageError` for one that
    no test has, `CannotRun` where there is no sandbox or no known way to run the tests.
    """
    state, files = _files(repo, settings, surface, base)
    place = Place(settings, surface, repo.root)
    ecosystem, command = place.ecosystem(files, (), tests)
    sandbox = await (open_sandbox or place.open)(ecosystem, files, "locate")
    try:
        await sandbox.sync(files)
        limits = settings.sandbox
        runner = TestRunner(sandbox, ecosystem, command or None, timeout=limits.timeout, hang_after=limits.hang)
        run = with_files(await runner.run(), ecosystem, files)
        if not run.counts:
            return LocateResult("no verdict", f"the tests could not be judged: {run.trouble}", notes=run.notes)
        meant = _meant(run, tests)
        seen = await observe(runner, run, [r for r in meant if r.bad])
        recent = _recent(repo, state)
        suspects = rank(files, seen, limit=max(top, MOST_SUSPECTS), recent=recent) if seen.failing else []
        trials = await try_changes(runner, run, files, seen, suspects, seconds=seconds, tell=surface.note)
    finally:
        await sandbox.close()
    notes = (*run.notes, *(f"flaky, left alone: {id_}" for id_ in seen.flaky))
    if not seen.failing:
        return LocateResult("nothing fails", _nothing_fails(run, meant, tests, seen), notes=notes)
    secrets = Secrets()
    secrets.learn(file.content for file in files.values())
    if trials.tried and not trials.mended:
        surface.note(f"none of the {trials.tried} small changes that were tried mends them")
    if trials.mended:
        suspects = rank(files, replace(seen, mended=trials.mended), limit=top, recent=recent)
    found = tuple(replace(f, reasons=tuple(map(secrets.redact, f.reasons))) for f in map(found_of, suspects[:top]))
    summary = f"by the failing tests, and by {trials.tried} small changes" if trials.tried else "by the failing tests"
    return LocateResult("found", summary, found, tuple(r.id for r in seen.failing), notes)


async def observe(runner: TestRunner, baseline: TestRun, failing: Sequence[TestResult]) -> Observed:
    """Run failing tests of a run again, and those that fail again once more with what passing tests near them run."""
    again = await runner.run([r.id for r in telling(failing)]) if failing else TestRun()
    passed = {r.id for r in again.results if r.status == "passed"} if again.counts else set()
    steady = tuple(r for r in failing if r.id not in passed)
    if not steady:
        return Observed((), flaky=tuple(sorted(passed)))
    limit = max(LEAST_SECONDS, TIME_FACTOR * baseline.working_seconds)
    ids = [r.id for r in telling(steady)][:MAX_TESTS]
    passing = [r.id for r in baseline.results if r.status == "passed"]
    return Observed(steady, await coverage(runner, ids, passing, timeout=limit), tuple(sorted(passed)))


async def try_changes(
    runner: TestRunner,
    baseline: TestRun,
    files: Tree,
    seen: Observed,
    suspects: Sequence[Suspect],
    *,
    seconds: float = SECONDS,
    tell: Callable[[str], None] = lambda _: None,
) -> Trials:
    """Try small changes of the suspects, as `tried` does, on what was observed."""
    passing = [r for r in baseline.results if r.status == "passed"]
    tests = Tests(telling(seen.failing), passing, seen.coverage)
    return await tried(runner, files, suspects, tests, seconds=seconds, tell=tell)


def rank(
    files: Tree, seen: Observed, *, limit: int | None, recent: Mapping[str, Touched] | None = None
) -> list[Suspect]:
    """The suspects of a workspace by what was observed of its tests."""
    failures = [Failure(r.id, r.message, r.details, r.file) for r in seen.failing]
    ids = [failure.test for failure in failures]
    ran = seen.coverage
    return locate(
        contents_of(files),
        failures,
        ran.lines,
        ids,
        limit=limit,
        recent=recent or {},
        mended=seen.mended,
        failed_checks=ran.failed_checks,
        passed_checks=ran.passed_checks,
    )


def contents_of(files: Tree) -> dict[str, bytes]:
    """The contents of a workspace's files; links are none."""
    return {path: file.content for path, file in files.items() if file.mode != SYMLINK}


def _files(repo: Repository, settings: Settings, surface: Surface, base: Base) -> tuple[Snapshot, Tree]:
    include = settings.sandbox.include
    state = taken(repo, base, include=include)
    for note in state.skipped:
        surface.note(note)
    return state, files_of(repo, state.commit, surface, include=include)


def _recent(repo: Repository, state: Snapshot) -> dict[str, Touched]:
    """What changed lately: what is not committed by its lines, all else by its file."""
    if state.parent is None:
        return {}
    committed = {path: Touched(ago) for path, ago in last_changes(repo, state.parent).items()}
    own = changed_lines(repo, state.parent, state.commit)
    return committed | {path: Touched(0, lines) for path, lines in own.items()}


def found_of(suspect: Suspect) -> Found:
    """A suspect as a result."""
    symbol = suspect.symbol
    return Found(
        path=symbol.path,
        line=symbol.start_line,
        last=symbol.end_line,
        name=symbol.name,
        score=suspect.score,
        reasons=suspect.reasons,
        lines=tuple(line for line, _ in suspect.lines[:_LINES]),
    )


def _meant(run: TestRun, names: Collection[str]) -> list[TestResult]:
    """The tests that the names mean; all where there is none."""
    if not names:
        return list(run.results)
    found: dict[str, TestResult] = {}
    for name in names:
        fitting = [r for r in run.results if _is_named(r.id, name)]
        if not fitting:
            raise UsageError(f"no test is called {name}", hint="devagent test lists them")
        found |= {r.id: r for r in fitting}
    return list(found.values())


def _is_named(id_: str, name: str) -> bool:
    name = name.rstrip("/")
    return id_ == name or id_.startswith((f"{name}::", f"{name}/", f"{name}[")) or id_.endswith(f"::{name}")


def _nothing_fails(run: TestRun, meant: Sequence[TestResult], tests: Sequence[str], seen: Observed) -> str:
    if seen.flaky:
        return "the tests that failed pass when run again: they are flaky"
    count = len(meant) if tests else len(run.results)
    return f"nothing fails: none of {count} tests" if count != 1 else "nothing fails: the one test passes or is skipped"
