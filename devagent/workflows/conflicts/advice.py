"""Conflicts that stay uncertain, put before a model. It is a run, without a proposal of its own.

The answers are in its journal: who asks about the same conflicts again goes on with that run, and pays for nothing
twice. Where no model can be asked, the engine's own answer stands, and one line says why.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devagent.config.settings import Settings
from devagent.journal.journal import Journal, fingerprint, read_first
from devagent.models.budget import Budget, Spent
from devagent.proposal.store import Run, list_runs, new_question
from devagent.repo.git import Repository
from devagent.team.conflict import PHASE, Check, Disputed
from devagent.team.phases import load_phase
from devagent.team.prompts import Library
from devagent.workflows.conflicts.consultation import Consultation, Counsel
from devagent.workflows.conflicts.disputed import Dispute, disputes, settled, wanting
from devagent.workflows.conflicts.resolution import FileResolution
from devagent.workflows.request import settings_to_json
from devagent.workflows.session import Work
from devagent.workflows.surface import Surface
from devagent.workflows.unanswered import dropped_unless_answered

_AS_CONFIGURED = Work()
_NOTHING = Spent()
_LOOKED_AT = 50
"""Runs, from the latest back, among which one about the same conflicts is looked for."""


@dataclass(frozen=True)
class Advice:
    """Files with what a model had to say about them. `note` is one line about that, `stopped`: a limit ended it."""

    files: tuple[FileResolution, ...]
    note: str = ""
    stopped: bool = False


@dataclass
class Adviser:
    """Asks the model that the settings name, as often as a command needs it: its limits are those of them all.

    Arguments:
        prompts: the prompt files that a trusted repository brings, by path below `prompts/`.
        spent: what was used up before.
    """

    repo: Repository
    settings: Settings
    surface: Surface
    work: Work = _AS_CONFIGURED
    prompts: Mapping[str, str] = field(default_factory=dict)
    spent: Spent = _NOTHING

    async def advised(self, files: Sequence[FileResolution]) -> Advice:
        """The files with every uncertain conflict settled that the model is of one mind about.

        Raises `UsageError` for a model that cannot be meant, and where another process asks about the same conflicts.
        """
        found = await asyncio.to_thread(lambda: list(disputes(files)))
        if not found:
            return Advice(tuple(files))
        asked = [dispute.disputed for dispute in found]
        key = fingerprint([disputed.to_json() for disputed in asked])
        run = _begun(self.repo, key) or new_question(self.repo)
        try:
            with Journal(run.folder) as journal:
                journal.observe(self.surface.event)
                journal.secrets.learn(_contents(files, found))
                self._open(journal, run, asked, key)
                session = self.session(run, journal, asked, _check(files, found))
                counsel = await session.result()
                self.spent = session.budget.spent
        finally:
            dropped_unless_answered(self.repo, run, self.surface)
        return _followed(files, found, counsel)

    def session(self, run: Run, journal: Journal, asked: Sequence[Disputed], check: Check) -> Consultation:
        """A session of a run that asks about these conflicts."""
        earlier = Spent.from_events(journal.events, journal.earlier_seconds)
        limits = self.settings.budget
        spent = _together(self.spent, earlier)
        budget = Budget(tokens=limits.tokens, cost=limits.cost, seconds=limits.seconds, spent=spent)
        self.surface.watch(budget)
        crew = self.work.staff_for(self.settings, journal, budget, self.surface)
        phase = load_phase(PHASE, Library(self.prompts))
        return Consultation(run, journal, asked, check, crew, budget, phase, self.surface)

    def _open(self, journal: Journal, run: Run, asked: Sequence[Disputed], key: str) -> None:
        now: dict[str, Any] = {"settings": settings_to_json(self.settings), "run": run.id}
        if not journal.fresh:
            journal.record("run.resumed", "", now | {"finished": False}, key=str(journal.session))
            return
        paths = list(dict.fromkeys(disputed.path for disputed in asked))
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        text = f"uncertain conflicts in {', '.join(paths[:3])}{more}"
        request = {"kind": "resolve", "text": text, "prompts": dict(self.prompts)}
        conflicts = [disputed.to_json() for disputed in asked]
        journal.record("run.started", "", now | {"request": request, "conflicts": conflicts, "key": key})


def is_consultation(journal: Journal) -> bool:
    """Whether a run is one in which a model was asked about conflicts."""
    return bool(journal.events) and "conflicts" in journal.events[0].data


def _begun(repo: Repository, key: str) -> Run | None:
    """The latest run about these very conflicts."""
    for run in list_runs(repo)[: -_LOOKED_AT - 1 : -1]:
        if run.is_question and (first := read_first(run.folder)) and first.data.get("key") == key:
            return run
    return None


def _check(files: Sequence[FileResolution], found: Sequence[Dispute]) -> Check:
    by_place = {dispute.disputed.place: dispute for dispute in found}

    def check(disputed: Disputed, text: str, insists: bool) -> str:
        dispute = by_place[disputed.place]
        merged = files[dispute.file].merged
        assert merged
        return wanting(merged, dispute.region, text, insists)

    return check


def _followed(files: Sequence[FileResolution], found: Sequence[Dispute], counsel: Counsel) -> Advice:
    result = list(files)
    for dispute in found:
        picked = counsel.picked.get(dispute.disputed.place)
        if picked is not None:
            result[dispute.file] = settled(result[dispute.file], dispute, picked, counsel.model)
    return Advice(tuple(result), counsel.note, counsel.stopped)


def _contents(files: Sequence[FileResolution], found: Sequence[Dispute]) -> list[bytes]:
    versions = [merged.versions for n in {d.file for d in found} if (merged := files[n].merged)]
    return [text for three in versions for text in (three.base, three.ours, three.theirs)]


def _together(first: Spent, second: Spent) -> Spent:
    return replace(
        first,
        tokens=first.tokens + second.tokens,
        cost=first.cost + second.cost,
        seconds=first.seconds + second.seconds,
        stretch={**first.stretch, **second.stretch},
    )
