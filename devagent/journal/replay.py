"""A journal that is read again from its beginning: every effect is answered from it, none is performed.

What the run does is compared with what it did, event by event. Where it goes another way (a prompt has changed, or the
program) it ends with the event at which that showed. Made for a copy of a run's folder: nothing is written to it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

from devagent.errors import CannotRun, NotResolved, OutOfBudget
from devagent.journal.journal import Event, Journal, Json, fingerprint

MAX_SHOWN = 120


class Diverged(NotResolved):
    """The run goes another way than its journal tells. `seq` is the number of the event where that shows."""

    def __init__(self, seq: int, what: str, why: str) -> None:
        super().__init__(f"at event {seq}, {what}", why=why)
        self.seq = seq


class JournalEnds(NotResolved):
    """The journal tells no further: the run was interrupted here."""


class FailedThen(CannotRun):
    """What failed when the run was done, and ended it."""


class StoppedThen(OutOfBudget):
    """The limit that ended the run when it was done, in the words of then."""

    def __str__(self) -> str:
        return self.what


class ReplayedJournal(Journal):
    """The journal of a run that is done again.

    Observers are shown the recorded events, in the order in which they came, as far as the run has got.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # It is the last session that is done again: what is kept by session stands under its number.
        self.session = max(0, self.session - 1)
        self._reached = 0
        self._stopped: Exception | None = None

    @property
    def reached(self) -> int:
        """How many events the run has got past."""
        return self._reached

    def record(self, kind: str, place: str, data: Mapping[str, Json] | None = None, *, key: str = "") -> Event:
        """The event that stands there. Raises `Diverged` where there is none, or it tells something else."""
        self._go_on()
        known = self._index.get((kind, place, key))
        if known is None:
            raise self._end(self._absent(kind, place))
        if difference := _difference(known.data, self.secrets.masked(data or {})):
            raise self._end(Diverged(known.seq, _named(kind, place), difference))
        self._show(known)
        return known

    async def effect(self, kind: str, place: str, inputs: Json, perform: Callable[[], Awaitable[Json]]) -> Json:
        """The recorded result; what the journal has none of ends the run as it ended then, or diverges."""
        del perform
        self._go_on()
        masked = self.secrets.masked(inputs)
        key = fingerprint(masked)
        finished = self._index.get((f"{kind}.finished", place, key))
        if finished is None:
            raise self._end(self._unanswered(kind, place, key, masked))
        self._show(finished)
        return self.secrets.unmasked(finished.data["result"])

    def show_rest(self) -> None:
        """Show what is left: the run has come to its end."""
        if self.events:
            self._show(self.events[-1])

    def _unanswered(self, kind: str, place: str, key: str, inputs: Json) -> Exception:
        begun = self._index.get((f"{kind}.started", place, key))
        others = [event for event in self.find(f"{kind}.started", place) if event.key != key]
        if begun is None and others:
            recorded = others[-1]
            difference = _difference(recorded.data["inputs"], inputs) or "it is asked with something else"
            return Diverged(recorded.seq, _named(kind, place), difference)
        for reached in self.find("budget.reached"):
            if reached.key == str(self.session):
                return StoppedThen(str(reached.data["why"]))
        failed = [event for event in self.find(f"{kind}.failed", place) if event.key.startswith(f"{key}:")]
        if failed and self._closing == "run.stopped":
            return FailedThen(str(failed[-1].data["error"]))
        return self._absent(kind, place)

    def _absent(self, kind: str, place: str) -> Exception:
        if not self._closing:
            return JournalEnds(f"the journal ends at event {len(self.events) - 1}")
        return Diverged(self._reached, _named(kind, place), "the run did not do that")

    @property
    def _closing(self) -> str:
        """The kind of the event that ended the last session; empty where it was interrupted."""
        kinds = [event.kind for event in self.events if event.session == self.session]
        return next((kind for kind in reversed(kinds) if kind in ("run.ended", "run.stopped")), "")

    def _go_on(self) -> None:
        # What runs in the background may swallow an error: nobody gets past it all the same.
        if self._stopped is not None:
            raise self._stopped

    def _end(self, error: Exception) -> Exception:
        if isinstance(error, Diverged | JournalEnds):
            self._stopped = error
        return error

    def _show(self, event: Event) -> None:
        for shown in self.events[self._reached : event.seq + 1]:
            for observer in self._observers:
                observer(shown)
        self._reached = max(self._reached, event.seq + 1)


def _named(kind: str, place: str) -> str:
    return f"{kind} at {place}" if place else kind


def _difference(recorded: Json, now: Json) -> str:
    """In which way data has changed, in one line; empty where it has not."""
    before, after = (json.loads(json.dumps(data, default=str)) for data in (recorded, now))
    if before == after:
        return ""
    old, new = _first_difference(before, after)
    return f"it was {_short(old)}, it is {_short(new)}"


def _first_difference(before: Json, after: Json) -> tuple[Json, Json]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                return _first_difference(before.get(name), after.get(name))
    if isinstance(before, list) and isinstance(after, list):
        for old, new in zip_longest(before, after):
            if old != new:
                return _first_difference(old, new)
    if isinstance(before, str) and isinstance(after, str):
        for old, new in zip_longest(before.split("\n"), after.split("\n")):
            if old != new:
                return old, new
    return before, after


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def refuse(*_: object) -> NoReturn:
    """What stands where a run would reach for the world: a replay never does."""
    raise NotResolved("the replay came to something that only the world can answer")
