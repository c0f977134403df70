"""The main job: from a request to a proposal, journalled so that it can be killed at any instant and resumed.

Everything that touches the world is an effect of the journal. Resuming is running the same code again: what the
journal holds is not done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from devagent.config.settings import Settings
from devagent.errors import CannotRun, DevagentError, ModelError, OutOfBudget, UsageError
from devagent.journal.journal import Journal, read_events
from devagent.journal.ledger import Ledger
from devagent.models.budget import Budget, Spent
from devagent.models.gateway import Gateway
from devagent.proposal.candidate import Candidate, Origin, Proposal
from devagent.proposal.store import Run, State, discard, mark_ended, new_run, publish
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.repo.objects import commit_changes, diff
from devagent.repo.snapshot import snapshot
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.results import TestRun
from devagent.sandbox.sandbox import Sandbox, Tree
from devagent.team.location import NothingFails, guess
from devagent.team.room import Room, Task
from devagent.team.strategy import strategy_named
from devagent.team.workbench import Attempt, Workbench
from devagent.workflows.named import paths_named
from devagent.workflows.place import Place, files_of
from devagent.workflows.request import Request, settings_from_json, settings_to_json
from devagent.workflows.results import Observed, Outcome, RunResult
from devagent.workflows.staff import Staff
from devagent.workflows.surface import Surface


class Crew(Protocol):
    """The models of a run, as `devagent.workflows.staff.Staff` gives them."""

    @property
    def gateways(self) -> Mapping[str, Gateway]:
        """A gateway per role; "" is everybody else's."""
        ...

    def get_ready(self) -> None:
        """Load, while the tests run, what the models will need; starts no server and asks nothing.

        Raises `UsageError` or `ModelError` for what can be known at once: a missing key, an unknown price.
        """
        ...

    async def check(self) -> None:
        """Make sure that the models may and can be used; raises `CannotRun`."""
        ...

    def warm_up(self) -> None:
        """Begin what takes long."""
        ...

    async def close(self, *, interrupted: bool = False) -> None:
        """Let go of everything; after Ctrl-C also of what is kept warm for the next run."""
        ...


OpenSandbox = Callable[[Ecosystem, Tree, str], Awaitable[Sandbox]]


@dataclass(frozen=True)
class Work:
    """What a run is done with: its models, and its sandbox (the one that the settings ask for when left out)."""

    staff_for: Callable[[Settings, Journal, Budget, Surface], Crew] = Staff
    open_sandbox: OpenSandbox | None = None


async def start(
    repo: Repository, request: Request, settings: Settings, surface: Surface, work: Work = Work()
) -> RunResult:
    """Do what a request asks, in a new run.

    Raises `CannotRun` where the tests cannot be run here, `UsageError` for a request that makes no sense: the run is
    then forgotten, unless it holds what a resumed run would not have to do again. A run that ends without a proposal
    is a result, not an error.
    """
    run = new_run(repo)
    try:
        with Journal(run.folder) as journal:
            session = _Session(repo, run, journal, request, settings, surface, work)
            _get_ready(session.staff, request, surface)
            journal.observe(surface.event)
            asked = {"request": request.to_json(), "settings": settings_to_json(settings), "run": run.id}
            journal.record("run.started", "", asked)
            return await session.result()
    except DevagentError:
        if not any(event.kind in _WORTH_KEEPING for event in read_events(run.folder)):
            discard(repo, run)
        raise


async def resume(
    repo: Repository, run: Run, change: Callable[[Settings], Settings], surface: Surface, work: Work = Work()
) -> RunResult:
    """Go on with a run that was interrupted or stopped by its budget. `change` may raise limits.

    Raises `UsageError` for a run that has nothing to go on with, or that another process is working on.
    """
    with Journal(run.folder) as journal:
        begun = journal.find("run.started")
        if not begun:
            raise UsageError(f"run {run.id} never began", hint=f"devagent discard {run.id}")
        journal.observe(surface.event)
        request = Request.from_json(begun[0].data["request"])
        settings = change(settings_from_json(begun[0].data["settings"]))
        ended = journal.find("run.ended")
        facts = {
            "settings": settings_to_json(settings),
            "finished": bool(ended) and ended[-1].data["outcome"] != "out of budget",
        }
        journal.record("run.resumed", "", facts, key=str(journal.session))
        session = _Session(repo, run, journal, request, settings, surface, work)
        session.staff.get_ready()
        return await session.result()


def _get_ready(staff: Crew, request: Request, surface: Surface) -> None:
    """Get the models ready. Whether `fix` needs one only the tests can say: until then, what it lacks is a note."""
    try:
        staff.get_ready()
    except ModelError as error:
        if request.kind != "fix":
            raise
        surface.note(f"{error} (this matters only if tests fail)")


def raised(*, tokens: int | None, cost: float | None, seconds: float | None) -> Callable[[Settings], Settings]:
    """A change of settings that gives a run other limits; `None` keeps one."""
    given = {"tokens": tokens, "cost": cost, "seconds": seconds}

    def change(settings: Settings) -> Settings:
        limits = {name: value for name, value in given.items() if value is not None}
        return settings.model_copy(update={"budget": settings.budget.model_copy(update=limits)})

    return change


class _Session:
    """One session of one run."""

    def __init__(
        self,
        repo: Repository,
        run: Run,
        journal: Journal,
        request: Request,
        settings: Settings,
        surface: Surface,
        work: Work,
    ) -> None:
        self.repo, self.run, self.journal = repo, run, journal
        self.request, self.settings, self.surface = request, settings, surface
        limits = settings.budget
        spent = Spent.from_events(journal.events, journal.earlier_seconds)
        self.budget = Budget(tokens=limits.tokens, cost=limits.cost, seconds=limits.seconds, spent=spent)
        surface.watch(self.budget)
        self.work = work
        self.staff = work.staff_for(settings, journal, self.budget, surface)
        self.notes: list[str] = []

    async def result(self) -> RunResult:
        """Do the work, and leave nothing running behind."""
        interrupted = False
        try:
            async with AsyncExitStack() as stack:
                return await self._result(stack)
        except CannotRun as error:
            self.journal.record("run.stopped", "", {"why": str(error)}, key=str(self.journal.session))
            raise
        except asyncio.CancelledError:
            interrupted = True
            raise
        finally:
            await self.staff.close(interrupted=interrupted)

    async def _result(self, stack: AsyncExitStack) -> RunResult:
        base, files = self._snapshot()
        self.request = replace(self.request, only=paths_named(self.request.only, self.repo.root, files))
        place = Place(self.settings, self.surface)
        ecosystem, command = place.ecosystem(files, self.request.command)
        bench = self._bench(files, ecosystem, place, command)
        stack.push_async_callback(bench.close)
        baseline = await bench.run_tests("baseline", {}, None)
        if not baseline.counts and not (self.request.kind == "run" and baseline.trouble.startswith("no tests")):
            return self._end("no verdict", f"the tests could not be judged: {baseline.trouble}", baseline)
        if self.request.kind == "fix" and not baseline.bad:
            count = len(baseline.results)
            return self._end("green", f"{count} of {count} tests pass, there is nothing to fix", baseline)
        bench.baseline = baseline
        room = Room(
            task=self._task(bench, baseline),
            bench=bench,
            journal=self.journal,
            gateways=self.staff.gateways,
            team=self.settings.team,
            ask_user=self.surface.ask if self.request.ask else None,
        )
        if self._nothing_within(room):
            only = " ".join(self.request.only)
            return self._end("not resolved", f"no function within --only {only} could be at fault", baseline)
        await self.staff.check()
        self.staff.warm_up()
        room.begin()
        stack.push_async_callback(room.close)
        try:
            return await self._propose(room, base)
        except NothingFails:
            return self._end("green", "the tests that failed pass when run again: they are flaky", baseline)

    def _nothing_within(self, room: Room) -> bool:
        """Whether `--only` leaves nothing to do for a coder that is given functions, and not tools."""
        by_functions = room.is_small("coder") and self.settings.team.strategy != "lite"
        return bool(self.request.only) and by_functions and not guess(room)

    def _snapshot(self) -> tuple[str, Tree]:
        known = self.journal.find("snapshot.taken")
        if known:
            commit = str(known[0].data["commit"])
        else:
            taken = snapshot(self.repo, self.request.base)
            commit = taken.commit
            refs.put(self.repo, self.run.id, "base", commit)
            self.journal.record("snapshot.taken", "", {"commit": commit, "skipped": list(taken.skipped)})
            self.notes += taken.skipped
        return commit, files_of(self.repo, commit, self.surface)

    def _bench(self, files: Tree, ecosystem: Ecosystem, place: Place, command: tuple[str, ...]) -> Workbench:
        return Workbench(
            journal=self.journal,
            files=files,
            ecosystem=ecosystem,
            open_sandbox=lambda: (self.work.open_sandbox or place.open)(ecosystem, files, self.run.id),
            command=command or None,
            timeout=self.settings.sandbox.timeout,
            hang=self.settings.sandbox.hang,
            only=self.request.only,
            allow_test_changes=self.request.allow_test_changes,
        )

    def _task(self, bench: Workbench, baseline: TestRun) -> Task:
        if self.request.kind == "run":
            return Task(self.request.text, (), self.request.context)
        failing = baseline.bad
        bench.targets = tuple(r.id for r in failing)
        return Task(self.request.text or f"make {len(failing)} failing test(s) pass", failing, self.request.context)

    async def _propose(self, room: Room, base: str) -> RunResult:
        strategy = strategy_named(self.settings.team.strategy, self.settings.team.chain)
        stopped: OutOfBudget | None = None
        deadline = asyncio.timeout(self.budget.remaining.seconds)
        try:
            async with deadline, aclosing(strategy.attempts(room)) as attempts:
                async for attempt in attempts:
                    if attempt.good and strategy.name == "lite":
                        break
        except TimeoutError:
            if not deadline.expired():
                raise
            stopped = self.budget.out_of_time()
        except OutOfBudget as error:
            stopped = error
        if stopped is not None:
            self.journal.record("budget.reached", "", {"why": str(stopped)}, key=str(self.journal.session))
        best = room.best
        if best is None:
            return self._nothing(room, stopped)
        if best.good or best.unverified:
            return self._publish(room, best, base, strategy.name)
        return self._nothing(room, stopped, best)

    def _publish(self, room: Room, best: Attempt, base: str, strategy: str) -> RunResult:
        changes = {**room.bench.own_tests, **best.changes}
        when = int(self.journal.events[0].at)
        commit = commit_changes(self.repo, base, changes, f"devagent: candidate of run {self.run.id}\n", when)
        refs.put(self.repo, self.run.id, "candidate", commit)
        roles, models = _who(self.journal)
        origin = Origin(strategy, best.origin.place, 0, roles, models)
        proposal = Proposal(
            run=self.run.id,
            candidate=Candidate(commit, base, tuple(sorted(changes)), origin),
            evidence=best.evidence,
            verified=best.good,
            notes=(*self.notes, *room.notes),
            assumptions=tuple(room.assumptions),
        )
        subject = f"{'Fix' if self.request.kind == 'fix' else 'Do'}: {room.task.text.strip().splitlines()[0][:60]}"
        published = publish(self.repo, proposal, subject, when=when)
        self.journal.record(
            "proposal.made", "", {"commit": published.commit, "verified": best.good}, key=published.commit
        )
        result = self._end(
            "proposed" if best.good else "unverified",
            "a candidate passed every gate" if best.good else "no test observes the task; the change is unverified",
            room.bench.baseline,
            attempt=best,
        )
        return replace(
            result,
            commit=published.commit,
            patch_file=str(self.run.folder / "proposal.patch"),
            diff=diff(self.repo, base, published.commit),
            paths=proposal.candidate.paths,
            assumptions=proposal.assumptions,
            attempts=len(room.bench.tried),
        )

    def _nothing(self, room: Room, stopped: OutOfBudget | None, best: Attempt | None = None) -> RunResult:
        if stopped is not None:
            outcome: Outcome = "out of budget"
            summary = "; ".join(filter(None, [self._in_vain(room), str(stopped)]))
        else:
            outcome, summary = "not resolved", self._why_nothing(room)
        changes = {**room.bench.own_tests, **(best.changes if best else {})}
        return self._end(outcome, summary, room.bench.baseline, best, room.diff_of(changes), len(room.bench.tried))

    def _why_nothing(self, room: Room) -> str:
        if tried := len(room.bench.tried):
            every = f"none of {tried} attempts passed every gate"
            return every if tried > 1 else "the only attempt did not pass every gate"
        failed = [str(event.data["why"]) for event in self.journal.find("phase.failed")]
        errors = [test.headline for test in room.bench.baseline.bad if test.status == "error"]
        stop = f"the tests stop at {errors[0]}" if errors else ""
        return "; ".join(filter(None, [failed[-1] if failed else "no change was handed in", self._in_vain(room), stop]))

    def _in_vain(self, room: Room) -> str:
        """What was tried and came not even as far as the gates, where nothing else did."""
        if room.bench.tried:
            return ""
        edits = max((e.data["result"]["tried"] for e in self.journal.find("repair.search.finished")), default=0)
        answers = sum(e.data["result"]["role"] == "coder" for e in self.journal.find("model.call.finished"))
        if not edits and not answers:
            return ""
        return f"{edits} edits and {answers} answers of the model were tried, and no failing test passes with one"

    def _end(
        self,
        outcome: Outcome,
        summary: str,
        baseline: TestRun,
        attempt: Attempt | None = None,
        diff: str = "",
        attempts: int = 0,
    ) -> RunResult:
        if state := _STATES.get(outcome):
            mark_ended(self.run, summary, state)
        evidence = [Observed(e.gate, str(e.verdict), e.summary, e.details) for e in attempt.evidence] if attempt else []
        facts = {"outcome": outcome, "summary": summary, "diff": diff, "evidence": [vars(item) for item in evidence]}
        self.journal.record("run.ended", "", facts, key=str(self.journal.session))
        return RunResult(
            run=self.run.id,
            outcome=outcome,
            summary=summary,
            failing=tuple(r.id for r in baseline.bad),
            paths=tuple(sorted(attempt.changes)) if attempt else (),
            evidence=tuple(evidence),
            diff=diff,
            attempts=attempts,
            way=attempt.origin.way if attempt else "",
            notes=tuple(self.notes),
            seconds=round(self.budget.spent.seconds, 1),
            ledger=Ledger.from_events(self.journal.events).to_json(),
        )


_WORTH_KEEPING = ("model.call.finished", "attempt.tried")

_STATES: dict[Outcome, State] = {
    "green": State.GREEN,
    "no verdict": State.FAILED,
    "not resolved": State.FAILED,
    "out of budget": State.STOPPED,
}
"""What a run is called afterwards that ended without a proposal."""


def _who(journal: Journal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    roles = dict.fromkeys(str(e.data["role"]) for e in journal.find("phase.finished"))
    models = dict.fromkeys(str(e.data["result"]["model"]) for e in journal.find("model.call.finished"))
    return tuple(roles), tuple(models)
