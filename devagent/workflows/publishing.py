"""From the attempt that was selected to a proposal: commits on hidden refs, with what was observed of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from devagent.journal.journal import Journal
from devagent.proposal.candidate import Alternative, Candidate, Evidence, Origin, Proposal
from devagent.proposal.store import publish
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.repo.objects import commit_changes, diff
from devagent.team.room import Room
from devagent.team.workbench import Attempt, Changes
from devagent.workflows.endings import who
from devagent.workflows.results import OtherWay


@dataclass(frozen=True)
class Made:
    """What a proposal says of its making: the run, its kind, the strategy, and notes for the reader."""

    run: str
    kind: str
    strategy: str
    notes: Sequence[str]


def published(repo: Repository, room: Room, best: Attempt, base: str, made: Made) -> Proposal:
    """The proposal that an attempt becomes, with its alternatives; repeated after a crash it gives the same."""
    journal, own_tests = room.journal, room.bench.own_tests
    when, redact = int(journal.events[0].at), journal.secrets.redact

    def committed(changes: Changes) -> str:
        message = f"devagent: candidate of run {made.run}\n"
        return commit_changes(repo, base, {**own_tests, **changes}, message, when)

    commit = committed(best.changes)
    refs.put(repo, made.run, "candidate", commit)
    roles, models = who(journal)
    paths = tuple(sorted({**own_tests, **best.changes}))
    proposal = Proposal(
        run=made.run,
        candidate=Candidate(commit, base, paths, Origin(made.strategy, best.origin.place, 0, roles, models)),
        evidence=redacted(journal, best.evidence),
        verified=best.good,
        notes=tuple(map(redact, (*made.notes, *room.notes))),
        assumptions=tuple(map(redact, room.assumptions)),
        alternatives=tuple(
            Alternative(
                committed(other.attempt.changes),
                tuple(sorted({**own_tests, **other.attempt.changes})),
                *map(redact, (other.attempt.origin.way, other.call, other.here, other.there)),
            )
            for other in best.alternatives
        ),
    )
    told = redact(room.task.text.strip().splitlines()[0])
    return publish(repo, proposal, f"{'Fix' if made.kind == 'fix' else 'Do'}: {told[:60]}", when=when)


def told_alternatives(proposal: Proposal, shown: Callable[[str], str]) -> tuple[OtherWay, ...]:
    """The alternatives of a proposal, for reading; `shown` gives the diff of a commit."""
    return tuple(
        OtherWay(number, other.way, other.call, other.here, other.there, shown(other.commit))
        for number, other in enumerate(proposal.alternatives, 1)
    )


def shown_diff(repo: Repository, journal: Journal, old: str, new: str) -> str:
    """A diff to read: only the patch file has secrets as they are."""
    return journal.secrets.redact(diff(repo, old, new))


def redacted(journal: Journal, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence for readers: what tests say may hold secrets."""
    redact = journal.secrets.redact
    return tuple(replace(e, summary=redact(e.summary), details=tuple(map(redact, e.details))) for e in evidence)
