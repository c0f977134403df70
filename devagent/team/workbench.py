"""The workbench: where candidates are tried. One warm sandbox, the files of the snapshot, the gates.

Every test run is an effect in the journal, keyed by what was run on which files, so a resumed run repeats none.
"""

import asyncio
import hashlib
import posixpath
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from devagent.config.settings import EVERYWHERE, ScopeSettings
from devagent.journal.journal import Journal, fingerprint
from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.environment import EnvironmentGate
from devagent.proposal.gates.scope import ScopeGate, kept_out
from devagent.proposal.gates.subject import Gate, Subject
from devagent.proposal.gates.syntax import SyntaxGate
from devagent.proposal.gates.tampering import TamperingGate
from devagent.proposal.gates.tests import TestsGate
from devagent.repair.behaviour import Call
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.manifests import matches
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import File, Sandbox, Tree
from devagent.sandbox.whereabouts import with_files

Changes = Mapping[str, File | None]

FAST_SUITE = 2.0
"""Seconds under which all tests are run at once instead of the targets first."""


LEAST_LIMIT, TIMES_BASELINE = 10.0, 5.0
"""A run of a candidate may take so many seconds, and so many times what the run before any change took."""

LEAST_HANG, TIMES_LONGEST = 3.0, 10.0
"""Where tests hang, another counts as hanging after so many seconds, and so many times what the longest one took."""


@dataclass(frozen=True)
class Origin:
    """Where an attempt came from: the phase's place in the run, who made it, and in which way."""

    place: str
    role: str = "coder"
    model: str = ""
    way: str = ""


@dataclass(frozen=True)
class Alternative:
    """Another attempt that passes every gate and does something else: `call` came to `here` with the first one, and to
    `there` with this.
    """

    attempt: "Attempt"
    call: str
    here: str
    there: str


@dataclass(frozen=True)
class Attempt:
    """Changes that were tried, and what every gate observed of them. `run` is the last test run, if there was one.

    `alternatives` are what else might have been meant, as far as the tests tell. `told` are the calls that tell all of
    them apart; what they come to with this attempt stands there in the place `option`.
    """

    changes: Changes
    origin: Origin
    evidence: tuple[Evidence, ...] = ()
    run: TestRun | None = None
    alternatives: tuple[Alternative, ...] = ()
    told: tuple[Call, ...] = ()
    option: int = 0

    @property
    def good(self) -> bool:
        """Whether every gate passed."""
        return all(e.verdict is Verdict.PASS for e in self.evidence)

    @property
    def unverified(self) -> bool:
        """Whether nothing failed and the tests are as before, but none observes the task."""
        unobserved = any(e.data.get("unobserved") for e in self.evidence)
        return unobserved and all(e.verdict is not Verdict.FAIL for e in self.evidence)

    @property
    def rank(self) -> tuple[int, int, int]:
        """How near it came, for choosing the best of those that failed: gates passed, tests not failing, smallness."""
        passed = sum(e.verdict is Verdict.PASS for e in self.evidence)
        bad = len(self.run.bad) if self.run is not None and self.run.counts else 10_000
        return passed, -bad, -sum(len(f.content) if f else 0 for f in self.changes.values())

    def with_evidence(self, evidence: Evidence) -> "Attempt":
        """The same attempt with one more piece of evidence."""
        return replace(self, evidence=(*self.evidence, evidence))

    @property
    def options(self) -> tuple["Attempt", ...]:
        """The attempt and its alternatives."""
        return self, *(other.attempt for other in self.alternatives)


@dataclass
class Workbench:
    """What strategies work at.

    `open_sandbox` gives a started sandbox; it is called at the first test run that the journal does not hold.
    `targets` are the tests that must turn, `own_tests` the files devagent's tester wrote for this task,
    `tried` every attempt so far.
    """

    journal: Journal
    files: Tree
    ecosystem: Ecosystem
    open_sandbox: Callable[[], Awaitable[Sandbox]]
    command: Sequence[str] | None = None
    timeout: float = 600.0
    hang: float = 30.0
    only: tuple[str, ...] = ()
    scope: ScopeSettings = EVERYWHERE
    allow_test_changes: bool = False
    baseline: TestRun = field(default_factory=TestRun)
    targets: tuple[str, ...] = ()
    own_tests: dict[str, File] = field(default_factory=dict)
    tried: list[Attempt] = field(default_factory=list)
    _sandbox: Sandbox | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _base_key: str = ""

    async def run_tests(self, place: str, changes: Changes, select: Sequence[str] | None) -> TestRun:
        """Run tests (all, or the selected ids) on the snapshot with these changes."""
        inputs = {
            "files": self.key(changes),
            "select": None if select is None else list(select),
            "command": list(self.command or ()),
        }

        async def perform() -> dict[str, object]:
            async with self.sandbox(changes) as sandbox:
                run = await self.runner(sandbox).run(select)
            return with_files(run, self.ecosystem, self.workspace(changes)).to_json()

        return TestRun.from_json(await self.journal.effect("sandbox.run", place, inputs, perform))

    def runner(self, sandbox: Sandbox) -> TestRunner:
        """The tests of the workspace in a sandbox, with limits from how long they took before any change."""
        return TestRunner(
            sandbox, self.ecosystem, command=self.command, timeout=self._limit, hang_after=self._hang_after
        )

    def sandbox(self, changes: Changes) -> "_Synced":
        """The warm sandbox holding the snapshot with these changes, for this task alone while the context lasts."""
        return _Synced(self, changes)

    async def attempt(self, place: str, changes: Changes, origin: Origin) -> Attempt:
        """Try changes, and remember that they were tried."""
        return self._record(place, await self.judged(place, changes, origin))

    async def judged(self, place: str, changes: Changes, origin: Origin) -> Attempt:
        """What the gates say of changes: those that need no run first, then the tests, up to the first refusal."""
        subject = self._subject(changes)
        evidence: list[Evidence] = []
        for gate in (SyntaxGate(), ScopeGate(), TamperingGate()):
            evidence.append(_check(gate, subject))
            if evidence[-1].verdict is not Verdict.PASS:
                return Attempt(changes, origin, tuple(evidence))
        if subject.manifests:
            return Attempt(changes, origin, (*evidence, EnvironmentGate().check(subject)))
        run = await self._run_candidate(place, changes)
        flaky = await self._flaky(place, changes, run)
        tests = TestsGate().check(replace(subject, run=run, flaky=flaky))
        return Attempt(changes, origin, (*evidence, tests), run)

    def kept_out(self, path: str) -> str:
        """Why a path lies outside of what may be changed; empty where it does not."""
        return kept_out(path, self.only, self.scope)

    def key(self, changes: Changes) -> str:
        """A hash of the workspace these changes give."""
        if not self._base_key:
            self._base_key = _tree_key(self.files)
        return fingerprint([self._base_key, _tree_key(self.own_tests), _tree_key(changes)])

    def workspace(self, changes: Changes) -> dict[str, File]:
        """All files, with devagent's own tests and these changes."""
        merged = {**self.files, **self.own_tests, **changes}
        return {path: file for path, file in merged.items() if file is not None}

    async def close(self) -> None:
        """Remove the sandbox, if one was opened."""
        if self._sandbox is not None:
            await self._sandbox.close()
            self._sandbox = None

    @property
    def _limit(self) -> float:
        """Seconds a run may take: once it is known how long the tests take, one that hangs is not waited for long."""
        if not self.baseline.results:
            return self.timeout
        return min(self.timeout, LEAST_LIMIT + TIMES_BASELINE * self.baseline.seconds)

    @property
    def _hang_after(self) -> float:
        """Seconds for one test; less once it is known that some hang and how long the others take."""
        if not any(r.hung for r in self.baseline.results):
            return self.hang
        longest = max((r.seconds for r in self.baseline.results if not r.hung), default=0.0)
        return min(self.hang, LEAST_HANG + TIMES_LONGEST * longest)

    def _subject(self, changes: Changes) -> Subject:
        return Subject(
            base=self.files,
            changes=changes,
            baseline=self.baseline,
            targets=self.targets,
            only=self.only,
            scope=self.scope,
            own_tests=frozenset(self.own_tests),
            manifests=self._manifests(changes),
            is_test=self.ecosystem.is_test,
            is_runner_config=self.ecosystem.is_runner_config,
            allow_test_changes=self.allow_test_changes,
        )

    def _manifests(self, changes: Changes) -> tuple[str, ...]:
        """The changed files that the environment of the tests would have to be built anew for."""
        telling = [posixpath.basename(pattern) for pattern in self.ecosystem.definition.image.inputs]
        if not any(matches(posixpath.basename(path), telling) for path in changes):
            return ()
        before, after = (self.ecosystem.recipe(tree).inputs for tree in (self.files, self.workspace(changes)))
        return tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))

    async def _run_candidate(self, place: str, changes: Changes) -> TestRun:
        if self.targets and self.baseline.seconds > FAST_SUITE:
            run = await self.run_tests(f"{place}/targets", changes, self.targets)
            if not run.counts or run.bad:
                return run
        return await self.run_tests(f"{place}/all", changes, None)

    async def _flaky(self, place: str, changes: Changes, run: TestRun) -> tuple[str, ...]:
        before = self.baseline.by_id()
        broken = [r.id for r in run.bad if r.id in before and not before[r.id].bad and r.id not in self.targets]
        turned = {r.id for r in run.results if r.status == "passed"}
        if not run.counts or not broken or not turned.issuperset(self.targets):
            return ()
        again = await self.run_tests(f"{place}/again", changes, broken)
        return tuple(r.id for r in again.results if r.status == "passed") if again.counts else ()

    def _record(self, place: str, attempt: Attempt) -> Attempt:
        verdicts = {e.gate: [str(e.verdict), e.summary] for e in attempt.evidence}
        origin = attempt.origin
        facts = {"gates": verdicts, "role": origin.role, "way": origin.way, "paths": sorted(attempt.changes)}
        self.tried.append(attempt)
        self.journal.record("attempt.tried", place, facts, key=self.key(attempt.changes))
        return attempt


class _Synced:
    """Holds the workbench's sandbox, brought to a state, for one task at a time."""

    def __init__(self, bench: Workbench, changes: Changes) -> None:
        self._bench, self._changes = bench, changes

    async def __aenter__(self) -> Sandbox:
        bench = self._bench
        await bench._lock.acquire()
        try:
            if bench._sandbox is None:
                bench._sandbox = await bench.open_sandbox()
            await bench._sandbox.sync(bench.workspace(self._changes))
        except BaseException:
            bench._lock.release()
            raise
        return bench._sandbox

    async def __aexit__(self, *exception: object) -> None:
        self._bench._lock.release()


def _check(gate: Gate, subject: Subject) -> Evidence:
    return gate.check(subject)


def _tree_key(tree: Changes) -> str:
    digest = hashlib.sha256()
    for path in sorted(tree):
        file = tree[path]
        digest.update(f"{path}\0{file.mode if file else 'gone'}\0".encode(errors="surrogateescape"))
        digest.update(hashlib.sha256(file.content).digest() if file else b"")
    return digest.hexdigest()[:20]
