"""One session in which a model is asked about conflicts: journalled, within a budget, done again by `replay`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from devagent.errors import CannotRun, OutOfBudget
from devagent.journal.journal import Journal, fingerprint
from devagent.journal.ledger import Ledger
from devagent.models.absent import NONE
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.proposal.store import Run, State, mark_ended
from devagent.team.conflict import Check, Chooser, Disputed, Picked, TooLong
from devagent.team.phases import Phase
from devagent.workflows.results import Observed
from devagent.workflows.session import Crew
from devagent.workflows.surface import Surface


@dataclass(frozen=True)
class Counsel:
    """What a model said: by place, the text that it wants there.

    `note` is one line about it, `stopped` says that a limit ended it. `run` is where it is on record.
    """

    note: str
    picked: Mapping[str, Picked] = field(default_factory=dict)
    model: str = ""
    run: str = ""
    stopped: bool = False


@dataclass(frozen=True)
class Consultation:
    """One session of a run in which a model is asked about conflicts.

    Arguments:
        check: what is wrong with a text that the model wrote.
    """

    run: Run
    journal: Journal
    asked: Sequence[Disputed]
    check: Check
    crew: Crew
    budget: Budget
    phase: Phase
    surface: Surface

    async def result(self) -> Counsel:
        """What the model says; it is on record when this returns. Raises `UsageError`.

        What ends it early takes nothing away from what was said until then.
        """
        picked: dict[str, Picked] = {}
        interrupted = False
        try:
            self.crew.get_ready()
            await self.crew.check()
            if self._model == NONE:
                raise CannotRun("none was to be asked")
            async with self.budget.deadline():
                await self._ask(picked)
        except OutOfBudget as error:
            return self._stopped(picked, error)
        except CannotRun as error:
            return self._failed(picked, error)
        except asyncio.CancelledError:
            interrupted = True
            raise
        finally:
            await self.crew.close(interrupted=interrupted)
        return self._ended(picked, self._summary(picked), State.ANSWERED if picked else State.FAILED)

    @property
    def _gateway(self) -> Gateway:
        return self.crew.gateways[""]

    @property
    def _model(self) -> str:
        return self._gateway.card.name

    async def _ask(self, picked: dict[str, Picked]) -> None:
        self.surface.note(f"asking {self._model} about {self._count(len(self.asked))}")
        chooser = Chooser(self._gateway, self.phase, self._checked)
        for disputed in self.asked:
            try:
                found = await chooser.picked(disputed)
            except TooLong:
                continue
            if found is not None:
                picked[disputed.place] = found

    def _checked(self, disputed: Disputed, text: str, insists: bool) -> str:
        """What is wrong with a text; on record, because a replay has no file to look at."""
        place = f"{disputed.place}/{fingerprint([text, insists])}"
        return str(self.journal.decision("conflict.checked", place, lambda: self.check(disputed, text, insists)))

    def _stopped(self, picked: Mapping[str, Picked], error: OutOfBudget) -> Counsel:
        why = ", ".join(filter(None, [error.what, error.why]))
        self.journal.record("budget.reached", "", {"why": why}, key=str(self.journal.session))
        told = f"{self._summary(picked)}; {why}. The same command with a higher limit goes on"
        return self._ended(picked, told, State.STOPPED)

    def _failed(self, picked: Mapping[str, Picked], error: CannotRun) -> Counsel:
        """No model can be asked, or none any more."""
        self.journal.record("run.stopped", "", {"why": str(error)}, key=str(self.journal.session))
        if not self.journal.find("model.call.finished"):
            return Counsel(f"no model was asked: {error}")
        mark_ended(self.run, self.journal.secrets.redact(str(error)))
        return Counsel(f"{self._summary(picked)}; then no more: {error}", picked, self._model, self.run.id)

    def _summary(self, picked: Mapping[str, Picked]) -> str:
        tokens = Ledger.from_events(self.journal.events).total.tokens
        return (
            f"{self._model} has an answer to {len(picked)} of {self._count(len(self.asked))} "
            f"({tokens:,} tokens, run {self.run.id})"
        )

    def _ended(self, picked: Mapping[str, Picked], summary: str, state: State) -> Counsel:
        redact = self.journal.secrets.redact
        summary = redact(summary)
        mark_ended(self.run, summary, state)
        shown = [
            asdict(Observed("choice", "pass", place, tuple(map(redact, found.text.splitlines()))))
            for place, found in picked.items()
        ]
        facts = {"outcome": str(state), "summary": summary, "diff": "", "evidence": shown}
        self.journal.record("run.ended", "", facts, key=str(self.journal.session))
        return Counsel(summary, picked, self._model, self.run.id, stopped=state is State.STOPPED)

    @staticmethod
    def _count(number: int) -> str:
        return f"{number} uncertain conflict{'' if number == 1 else 's'}"
