"""Where runs live: `devagent/runs/RUN` in the repository's common git folder, one folder a run.

journal.jsonl, lock, blobs/   the journal (devagent.journal)
proposal.json                 the proposal; written last, so that its presence means "proposed"
proposal.patch                the same as a patch
ended.json                    how and why the run ended without a proposal
question                      there in a run that answers a question, from its beginning
applied/  undone/             the record of what `apply` wrote (devagent.proposal.transaction)
"""

import calendar
import json
import re
import shutil
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from devagent.errors import UsageError
from devagent.journal.files import make_private, write_atomically
from devagent.journal.lock import is_held, trying
from devagent.proposal.candidate import Proposal, commit_message
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.repo.objects import commit_tree, patch, tree_of

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_DAY = 86_400
_WORDS = 1 << 16
_DISCARDED = ".discarded-"
_QUESTION = "question"
_RUN_ID = re.compile(r"[0-9]{6}-[a-z]{5}")


class State(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    PROPOSED = "proposed"
    FAILED = "failed"
    GREEN = "nothing to fix"
    ANSWERED = "answered"
    STOPPED = "stopped by limit"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Run:
    """A run on disk: its id, like `261009-lusab`, and its folder."""

    id: str
    folder: Path

    @property
    def state(self) -> State:
        """What became of it, as of now."""
        if not self.folder.exists():
            return State.DISCARDED
        if is_held(self.folder / "lock"):
            return State.RUNNING
        for name, state in _MARKS:
            if (self.folder / name).exists():
                return state
        ending = self._ending
        return State(ending["state"]) if ending else State.INTERRUPTED

    @property
    def is_question(self) -> bool:
        """Whether it answers a question, so that there will never be a proposal."""
        return (self.folder / _QUESTION).exists()

    @property
    def failure(self) -> str:
        """Why it ended without a proposal; empty if it did not."""
        return self._ending.get("reason", "")

    def _another(self) -> str:
        """Where else there is a proposal, or else why this one has none."""
        proposed = [run.id for run in _runs_in(self.folder.parent) if run.state in (State.PROPOSED, State.UNDONE)]
        return f"The latest proposal: devagent apply {proposed[-1]}" if proposed else f"See devagent show {self.id}"

    @property
    def _ending(self) -> dict[str, str]:
        path = self.folder / "ended.json"
        return json.loads(path.read_bytes()) if path.exists() else {}

    def proposal(self) -> Proposal:
        """Its proposal. Raises `UsageError` if it has none."""
        path = self.folder / "proposal.json"
        if not path.exists():
            raise UsageError(f"run {self.id} has no proposal ({self.state})", hint=self._another())
        return Proposal.from_json(json.loads(path.read_bytes()))


_MARKS = (
    ("applied", State.APPLIED),
    ("undone", State.UNDONE),
    ("proposal.json", State.PROPOSED),
)


def run_id(at: float) -> str:
    """The id of a run that starts at `at` (seconds since the epoch, UTC): the date, and a word for the time of day.

    Ids sort by time; a word lasts 1.3 seconds.
    """
    word = int(at % _DAY * _WORDS / _DAY)
    letters = [
        _CONSONANTS[word >> 12],
        _VOWELS[word >> 10 & 3],
        _CONSONANTS[word >> 6 & 15],
        _VOWELS[word >> 4 & 3],
        _CONSONANTS[word & 15],
    ]
    return time.strftime("%y%m%d-", time.gmtime(at)) + "".join(letters)


def begun(run: str) -> float:
    """The time that a run's id stands for (seconds since the epoch); 0 for a name that is no id."""
    date, _, word = run.partition("-")
    try:
        day = calendar.timegm(time.strptime(date, "%y%m%d"))
        places = [(_CONSONANTS, _VOWELS)[n % 2].index(letter) for n, letter in enumerate(word)]
        number = places[0] << 12 | places[1] << 10 | places[2] << 6 | places[3] << 4 | places[4]
    except (ValueError, IndexError):
        return 0.0
    return day + number * _DAY / _WORDS


def new_run(repo: Repository, at: float | None = None) -> Run:
    """Make the folder of a new run; its id is the first free one from `at` on, also among concurrent runs.

    Without `at` that is now, or, where the clock has gone back, right after the latest run there is.
    """
    folder = runs_folder(repo)
    if at is None:
        at = max([time.time(), *(begun(run.id) + _DAY / _WORDS for run in _runs_in(folder)[-1:])])
    _make_private(folder)
    while True:
        run = Run(run_id(at), folder / run_id(at))
        try:
            run.folder.mkdir(mode=0o700)
        except FileExistsError:
            at += _DAY / _WORDS
        else:
            return run


def new_question(repo: Repository) -> Run:
    """Make the folder of a new run that answers a question."""
    run = new_run(repo)
    write_atomically(run.folder / _QUESTION, b"")
    return run


def list_runs(repo: Repository) -> list[Run]:
    """All runs of the repository, oldest first."""
    return _runs_in(runs_folder(repo))


def _runs_in(folder: Path) -> list[Run]:
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [Run(name, folder / name) for name in names if not name.startswith(".")]


def find_run(repo: Repository, prefix: str | None = None, *, questions: bool = False) -> Run:
    """The run whose id, or the word in it, starts with `prefix`; the latest run for `None`.

    Runs that answer a question count as the latest only where `questions` are wanted: there is nothing to apply.

    Raises `UsageError` when there is none, or more than one.
    """
    runs = list_runs(repo)
    if prefix is None:
        runs = [run for run in runs if questions or not run.is_question]
        if not runs:
            raise UsageError("there is no run in this repository yet", hint="Start one with: devagent fix")
        return runs[-1]
    found = [run for run in runs if run.id.startswith(prefix) or run.id.partition("-")[2].startswith(prefix)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(run.id for run in found[:5])
        raise UsageError(f"{prefix!r} may be any of {len(found)} runs", why=names, hint="Type more of the id")
    raise UsageError(f"there is no run {prefix!r}", hint="See devagent list")


def publish(repo: Repository, proposal: Proposal, subject: str, body: str = "", *, when: int) -> Proposal:
    """Make the commits of a proposal and its alternatives, with trailers, their refs, the patch file, `proposal.json`.

    `when` is seconds since the epoch; with the same arguments it can be repeated after a crash.
    """
    candidate = proposal.candidate
    message = commit_message(proposal, subject, body)
    commit = commit_tree(repo, tree_of(repo, candidate.commit), candidate.base, message, when)
    refs.put(repo, proposal.run, "proposal", commit)
    others = []
    for number, other in enumerate(proposal.alternatives, 1):
        others.append(commit_tree(repo, tree_of(repo, other.commit), candidate.base, message, when))
        refs.put(repo, proposal.run, f"alternative/{number}", others[-1])
    alternatives = tuple(replace(o, commit=c) for o, c in zip(proposal.alternatives, others, strict=True))
    published = replace(proposal.with_commit(commit), alternatives=alternatives)
    folder = run_folder(repo, proposal.run)
    write_atomically(folder / "proposal.patch", patch(repo, candidate.base, commit))
    write_atomically(folder / "proposal.json", _json(published.to_json()))
    return published


def mark_ended(run: Run, reason: str, state: State = State.FAILED) -> None:
    """Record how and why a run ended without a proposal. A later proposal of the same run outranks it."""
    write_atomically(run.folder / "ended.json", _json({"state": state, "reason": reason}))


def discard(repo: Repository, run: Run) -> None:
    """Remove a run's refs and folder; what was applied stays applied and can no longer be undone.

    Raises `UsageError` while the run is being worked on, or where somebody else has discarded it.
    """
    try:
        # Somebody who only looks at the run holds the lock for an instant.
        with trying(run.folder / "lock", patience=0.5) as alone:
            if not alone:
                raise UsageError(f"run {run.id} is being worked on", hint="Stop it first")
            run.folder.rename(run.folder.with_name(_DISCARDED + run.id))
    except FileNotFoundError:
        raise UsageError(f"run {run.id} was discarded already") from None
    sweep(repo)


def sweep(repo: Repository) -> None:
    """Remove what is left of discarded runs, also after a `discard` that was killed. One process at a time does it."""
    leaving = list(runs_folder(repo).glob(f"{_DISCARDED}*"))
    if not leaving:
        return
    with trying(runs_folder(repo).with_name("sweep.lock")) as alone:
        for folder in leaving if alone else ():
            refs.delete(repo, folder.name.removeprefix(_DISCARDED))
            shutil.rmtree(folder, ignore_errors=True)


def orphans(repo: Repository) -> list[str]:
    """The ids of runs that have refs and no folder: somebody removed it by hand."""
    known = {path.name.removeprefix(_DISCARDED) for path in runs_folder(repo).glob("*")}
    return [run for run in refs.runs(repo) if _RUN_ID.fullmatch(run) and run not in known]


def runs_folder(repo: Repository) -> Path:
    """The folder that holds the runs of all work trees of a repository."""
    return repo.common_dir / "devagent" / "runs"


def run_folder(repo: Repository, run: str) -> Path:
    """The folder of one run."""
    return runs_folder(repo) / run


def _make_private(folder: Path) -> None:
    for part in (folder.parent, folder):
        make_private(part)


def _json(data: object) -> bytes:
    # ASCII, because the name of a file may be no text in any encoding: its odd bytes are escaped, and read back.
    return json.dumps(data, indent=1).encode() + b"\n"
