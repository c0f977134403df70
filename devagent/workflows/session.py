"""One session of a run: from a snapshot to a proposal, journalled so that it can be killed at any instant and resumed.

Everything that touches the world is an effect of the journal. Resuming is running the same code again: what the
journal holds is not done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from devagent.config.settings import Settings
from devagent.errors import CannotRun, OutOfBudget
from devagent.journal.journal import Journal
from devagent.journal.ledger import Ledger
from devagent.models.budget import Budget, Spent
from devagent.models.gateway import Gateway
from devagent.proposal.store import Run, State, mark_ended
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.repo.planted import planted
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.results import TestRun
from devagent.sandbox.sandbox import Sandbox, Tree
from devagent.team.location import NothingFails, guess
from devagent.team.prompts import Library
from devagent.team.reproduction import observe_feedback
from devagent.team.room import Room, Task
from devagent.team.strategy import strategy_named
from devagent.team.workbench import Attempt, Changes, Workbench
from devagent.workflows.checkout_index import index_for
from devagent.workflows.choosing import settled
from devagent.workflows.endings import awaited, in_vain, unobserved, why_nothing
from devagent.workflows.ground import ground_of
from devagent.workflows.named import paths_named
from devagent.workflows.place import Place, files_of, taken
from devagent.workflows.projects import beyond, failing_one, left_out, paths_in
from devagent.workflows.publishing import Made, published, redacted, shown_diff, told_alternatives
from devagent.workflows.request import Request
from devagent.workflows.results import Observed, Outcome, RunResult
from devagent.workflows.staff import WITHOUT_MODEL, Staff, goes_without, without_model
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


class Session:
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
        self.feedback_unobserved = False

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
        await asyncio.to_thread(self.journal.secrets.learn, [file.content for file in files.values()])
        self.request = replace(self.request, only=paths_named(self.request.only, self.repo.root, files))
        benches = self._benches(files)
        for bench in benches:
            stack.push_async_callback(bench.close)
        ground = self._take_up(benches[0], files)
        try:
            async with self.budget.deadline():
                begun = await self._begin(benches, ground)
        except OutOfBudget as error:
            return self._end("out of budget", self._stopped(error), benches[0].baseline)
        if isinstance(begun, RunResult):
            return begun
        begun.begin()
        stack.push_async_callback(begun.close)
        try:
            return await self._propose(begun, base)
        except NothingFails:
            return self._end("green", "the tests that failed pass when run again: they are flaky", begun.bench.baseline)

    async def _begin(self, benches: Sequence[Workbench], ground: Changes) -> Room | RunResult:
        """The room in which the team works, or what the run comes to without one."""
        bench, baseline = await self._baseline(benches)
        for note in baseline.notes:
            self.surface.note(note)
        if not baseline.counts and not (self.request.kind == "run" and baseline.trouble.startswith("no tests")):
            return self._end("no verdict", f"the tests could not be judged: {baseline.trouble}", baseline)
        if self.request.kind == "fix" and not baseline.bad and not self.request.revises:
            count = len(baseline.results)
            for note in left_out([r.id for r in baseline.results], bench.files, [b.ecosystem for b in benches]):
                self.surface.note(note)
            return self._end("green", f"{count} of {count} tests pass, there is nothing to fix", baseline)
        bench.baseline = baseline
        room = Room(
            task=self._task(bench, baseline),
            bench=bench,
            journal=self.journal,
            gateways=self.staff.gateways,
            team=self.settings.team,
            ask_user=self.surface.ask if self.request.ask else None,
            ground=ground,
            library=Library(self.request.prompts),
            index=index_for(self.repo, self.request),
        )
        if self._nothing_within(room):
            only = " ".join(self.request.only)
            return self._end("not resolved", f"no function within --only {only} could be at fault", baseline)
        await self._check_models(room)
        self.staff.warm_up()
        if self.request.revises:
            self.feedback_unobserved = not await observe_feedback(room, "feedback")
        return room

    async def _check_models(self, room: Room) -> None:
        """Make sure that the models may be used. Where nobody named one and ours is not here, search can still mend."""
        try:
            await self.staff.check()
        except CannotRun as error:
            if self.request.kind != "fix" or self.request.revises or not goes_without(self.settings):
                raise
            self.surface.note(f"{error}; searching without a model")
            self.journal.record(WITHOUT_MODEL, "", {"why": str(error)}, key=str(self.journal.session))
            await self.staff.close()
            self.staff = self.work.staff_for(without_model(self.settings), self.journal, self.budget, self.surface)
            room.gateways = self.staff.gateways

    async def _baseline(self, benches: Sequence[Workbench]) -> tuple[Workbench, TestRun]:
        """What the tests show before any change; of several projects, those of the one in which some fail."""
        if len(benches) == 1:
            return benches[0], await benches[0].run_tests("baseline", {}, None)
        bench, baseline = await failing_one(benches, self.surface)
        if baseline.counts and baseline.bad:
            self.journal.record("project.picked", "", {"folder": bench.ecosystem.folder})
        return bench, baseline

    def _nothing_within(self, room: Room) -> bool:
        """Whether `--only` leaves nothing to do for a coder that is given functions, and not tools."""
        by_functions = room.is_small("coder") and self.settings.team.strategy != "lite"
        return bool(self.request.only) and by_functions and not guess(room)

    def _snapshot(self) -> tuple[str, Tree]:
        known = self.journal.find("snapshot.taken")
        if known:
            commit = str(known[0].data["commit"])
        elif revises := self.request.revises:
            commit = revises.base
            refs.put(self.repo, self.run.id, "base", commit)
            refs.put(self.repo, self.run.id, "ground", revises.ground)
            self.journal.record("snapshot.taken", "", {"commit": commit, "skipped": []})
        else:
            for note in planted(self.repo):
                self.surface.note(note)
            state = taken(self.repo, self.request.base, include=self.settings.sandbox.include)
            commit = state.commit
            refs.put(self.repo, self.run.id, "base", commit)
            self.journal.record("snapshot.taken", "", {"commit": commit, "skipped": list(state.skipped)})
            self.notes += state.skipped
        return commit, files_of(self.repo, commit, self.surface, include=self.settings.sandbox.include)

    def _take_up(self, bench: Workbench, files: Tree) -> Changes:
        """The changes of the proposal that is revised; the tests that came with it go to the bench."""
        if self.request.revises is None:
            return {}
        ground = ground_of(self.repo, self.request.revises, files)
        bench.own_tests.update(ground.own_tests)
        return ground.changes

    def _benches(self, files: Tree) -> list[Workbench]:
        """A workbench for each project that the run may be about; only for failing tests can it be more than one."""
        request, place = self.request, Place(self.settings, self.surface, self.repo.root)
        about = request.only or paths_in(request.text, files)
        if request.kind == "fix" and not request.revises:
            found, command = place.ecosystems(files, request.command, about)
        else:
            one, command = place.ecosystem(files, request.command, about)
            found = [one]
        return [self._bench(files, ecosystem, place, command) for ecosystem in found]

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
            scope=self.settings.scope,
            allow_test_changes=self.request.allow_test_changes,
        )

    def _task(self, bench: Workbench, baseline: TestRun) -> Task:
        request, failing = self.request, baseline.bad
        if request.kind == "run":
            failing = tuple(r for r in failing if any(r.id.startswith(path) for path in bench.own_tests))
        bench.targets = tuple(r.id for r in failing)
        made = f"make {len(failing)} failing test(s) pass" if failing or not request.revises else "change what is there"
        text = request.text or made
        if request.revises is None:
            return Task(text, failing, request.context)
        said = request.revises.feedback
        text += f"\n\nThe user read the team's earlier proposal and says:\n{said}"
        context = "\n\n".join(filter(None, [request.context, request.revises.material]))
        return Task(text, failing, context, said)

    async def _propose(self, room: Room, base: str) -> RunResult:
        strategy = strategy_named(self.settings.team.strategy, self.settings.team.chain)
        stopped = ""
        try:
            async with self.budget.deadline(), aclosing(strategy.attempts(room)) as attempts:
                async for attempt in attempts:
                    if attempt.good and strategy.name == "lite":
                        break
        except OutOfBudget as error:
            stopped = self._stopped(error)
        best = room.best
        if best is None:
            return self._nothing(room, stopped)
        if best.good or best.unverified:
            best, notes = await settled(room, best, self.request, self.surface, self.budget)
            self.notes += notes
            return self._publish(room, best, base, strategy.name)
        return self._nothing(room, stopped, best)

    def _publish(self, room: Room, best: Attempt, base: str, strategy: str) -> RunResult:
        if self.feedback_unobserved:
            self.notes.append("no test observes what you said: read what has changed")
        self.notes += beyond(best.changes, room.bench.baseline, room.bench.files)
        proposal = published(self.repo, room, best, base, Made(self.run.id, self.request.kind, strategy, self.notes))
        made = {"commit": proposal.commit, "verified": best.good, "own_tests": sorted(room.bench.own_tests)}
        self.journal.record("proposal.made", "", made, key=proposal.commit)
        result = self._end(
            "proposed" if best.good else "unverified",
            _PASSED[bool(best.alternatives)] if best.good else f"{unobserved(best)}; the change is unverified",
            room.bench.baseline,
            attempt=best,
        )
        shown = partial(shown_diff, self.repo, self.journal)
        revises = self.request.revises
        return replace(
            result,
            commit=proposal.commit,
            patch_file=str(self.run.folder / "proposal.patch"),
            diff=shown(base, proposal.commit),
            since=shown(revises.ground, proposal.commit) if revises else "",
            paths=proposal.candidate.paths,
            alternatives=told_alternatives(proposal, partial(shown, base)),
            assumptions=proposal.assumptions,
            attempts=len(room.bench.tried),
        )

    def _stopped(self, error: OutOfBudget) -> str:
        """Why the budget ended the run, and what it was at."""
        error.why = error.why or awaited(self.journal, str(error))
        self.journal.record("budget.reached", "", {"why": str(error)}, key=str(self.journal.session))
        return str(error)

    def _nothing(self, room: Room, stopped: str, best: Attempt | None = None) -> RunResult:
        if stopped:
            outcome: Outcome = "out of budget"
            summary = "; ".join(filter(None, [in_vain(self.journal, room.bench), stopped]))
        else:
            outcome, summary = "not resolved", why_nothing(self.journal, room.bench)
        changes = {**room.bench.own_tests, **(best.changes if best else {})}
        return self._end(outcome, summary, room.bench.baseline, best, room.diff_of(changes), len(room.bench.tried))

    def _end(
        self,
        outcome: Outcome,
        summary: str,
        baseline: TestRun,
        attempt: Attempt | None = None,
        diff: str = "",
        attempts: int = 0,
    ) -> RunResult:
        summary, diff = map(self.journal.secrets.redact, (summary, diff))
        if state := _STATES.get(outcome):
            mark_ended(self.run, summary, state)
        found = redacted(self.journal, attempt.evidence) if attempt else ()
        evidence = [Observed(e.gate, str(e.verdict), e.summary, e.details) for e in found]
        facts = {"outcome": outcome, "summary": summary, "diff": diff, "evidence": [vars(item) for item in evidence]}
        self.journal.record("run.ended", "", facts, key=str(self.journal.session))
        return RunResult(
            run=self.run.id,
            revises=self.request.revises.run if self.request.revises else "",
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


_PASSED = {
    False: "a candidate passed every gate",
    True: "a candidate passed every gate; it is ambiguous, as others that do something else pass as well",
}
_STATES: dict[Outcome, State] = {
    "green": State.GREEN,
    "no verdict": State.FAILED,
    "not resolved": State.FAILED,
    "out of budget": State.STOPPED,
}
"""What a run is called afterwards that ended without a proposal."""
