"""An earlier proposal under a small model: the program finds what is meant, function or constant, and the model writes
it anew.

No search comes first where the proposal passes every gate: what the user says then stands in words alone, and an edit
that happens to pass the tests would be no answer to it.
"""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devagent.code.constants import constants
from devagent.code.errors import EditError
from devagent.code.symbol import Symbol, symbols
from devagent.sandbox.sandbox import File
from devagent.team.asking import RESTATE, REWORK, Subject, mistake, said, tests_in_short, whole_function
from devagent.team.context import tell
from devagent.team.phases import Phase, load_phase
from devagent.team.programs import source_of_test
from devagent.team.searching import RepairSearch
from devagent.team.workbench import Attempt, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_MEANT = 4
TEMPERATURES = (0.0, 0.7, 1.0)
NEAR_SECONDS = 15.0
_USED = re.compile(r"\b(?:us(?:e|es|ing)|with|from|by|via|than|against)\s+(?:the\s+)?`?(\w+)", re.IGNORECASE)


async def standing_of(room: "Room", place: str) -> Attempt:
    """What the gates say of the earlier proposal as it is. It is not among the attempts: it was handed in before."""
    return await room.bench.judged(
        f"{place}/ground", room.ground, Origin(f"{place}/ground", way="the earlier proposal")
    )


async def reworked(room: "Room", place: str, standing: Attempt) -> AsyncGenerator[Attempt, None]:
    """Attempts on top of the earlier proposal. `OutOfBudget` passes through.

    Where tests fail on it, a search for what is still missing comes first; then the model, one after the other. What
    it writes and tests refuse may be one edit away from right: it is searched around too.
    """
    async for attempt in _around(room, standing):
        yield attempt
    asking = _Rework(room, place)
    for turn, heat in enumerate(TEMPERATURES, 1):
        for symbol in meant(room)[:MAX_MEANT]:
            tried = await asking.attempt(symbol, turn, heat)
            if tried is not None:
                yield tried
                async for attempt in _around(room, tried):
                    yield attempt


async def _around(room: "Room", attempt: Attempt) -> AsyncGenerator[Attempt, None]:
    """Edits of an attempt that tests refused."""
    if room.bench.targets and attempt.run is not None and attempt.run.counts and not attempt.good:
        search = RepairSearch(room, f"{attempt.origin.place}/near", attempt.changes, seconds=NEAR_SECONDS)
        async for found in search.attempts():
            yield found


def meant(room: "Room") -> list[Symbol]:
    """What feedback is about, as it stands in the proposal: functions that it names, constants, then what was changed.

    A name that may be a plain word ("add a comment") counts in the files that the proposal changed. A constant that is
    only to be used is not meant. Where feedback is about none of these, the first functions that are under suspicion.
    """
    feedback = room.task.feedback
    words = set(re.findall(r"\w+", feedback))
    sure = set(re.findall(r"`(?:\w+\.)*(\w+)|(\w+)(?=\()|(\w*_\w*|\w+[a-z][A-Z]\w*)", feedback))
    names = {name for found in sure for name in found if name}
    files = room.bench.workspace(room.ground)
    known = [
        symbol
        for path in sorted(files)
        if not room.bench.ecosystem.is_test(path)
        for symbol in (*symbols(path, files[path].content), *constants(path, files[path].content))
        if symbol.kind != "class"
    ]
    named = {s for s in known if s.short in (words if s.path in room.ground else names)}
    stated = [s for s in known if s.kind == "constant" and s in named and s.short not in _USED.findall(feedback)]
    functions = [s for s in known if s.kind != "constant"]
    changed = [s for s in functions if _changed(room, s.path, s)]
    first = [*(s for s in changed if s in named), *(s for s in functions if s in named and s not in changed)]
    suspects = {(s.symbol.path, s.symbol.name) for s in room.suspects[:MAX_MEANT]}
    return [*first, *stated, *(s for s in changed if s not in named)] or [
        s for s in functions if (s.path, s.name) in suspects
    ]


def _changed(room: "Room", path: str, symbol: Symbol) -> bool:
    file, old = room.ground.get(path), room.bench.files.get(path)
    if file is None:
        return False
    before = {s.name: s.text(old.content) for s in symbols(path, old.content)} if old is not None else {}
    return before.get(symbol.name) != symbol.text(file.content)


@dataclass
class _Rework:
    """Asks for one thing after the other, and tries every answer that is new."""

    room: "Room"
    place: str
    phase: Phase = field(init=False)
    _seen: set[str] = field(default_factory=set)
    _mistakes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.phase = load_phase("rework", self.room.library)

    async def attempt(self, symbol: Symbol, turn: int, heat: float) -> Attempt | None:
        """The gates' word on one answer; `None` for one that cannot be used, or says what was said before."""
        room, role = self.room, self.phase.by.name
        place = f"{self.place}/{symbol.path}:{symbol.name}/rework/{turn}"
        question = whole_function(
            self._subject(symbol),
            self.phase,
            hint=said(room.task.feedback) + self._mistakes.get(symbol.name, ""),
            temperature=heat,
            seed=turn,
            begin="fence" if room.gateway(role).card.extra.get("begins_answers") else "nothing",
            wish=RESTATE if symbol.kind == "constant" else REWORK,
        )
        tell(room, place, question.context, question.given)
        reply = await room.ask(role, self.phase.name, place, question.request)
        try:
            content = question.content(reply)
        except EditError as error:
            room.journal.record("answer.unusable", place, {"why": str(error), "way": "rework"})
            return None
        mode = room.bench.workspace(room.ground)[symbol.path].mode
        changes = {**room.ground, symbol.path: File(content, mode)}
        if not self._is_new(room.bench.key(changes)):
            room.journal.record("answer.repeated", place, {"way": "rework"})
            return None
        origin = Origin(place, role, room.gateway(role).card.name, "rework")
        tried = await room.bench.attempt(place, changes, origin)
        if tried.run is not None and tried.run.bad:
            self._mistakes[symbol.name] = mistake(question.subject.content, content, tried.run.bad[0])
        return tried

    def _is_new(self, key: str) -> bool:
        self._seen = self._seen or {self.room.bench.key(self.room.ground)}
        new = key not in self._seen
        self._seen.add(key)
        return new

    def _subject(self, symbol: Symbol) -> Subject:
        room = self.room
        files = {path: file.content for path, file in room.bench.workspace(room.ground).items()}
        test = next(iter(room.task.failing), None)
        if test is None:
            return Subject(symbol, files, "", "")
        source, _ = tests_in_short(test, source_of_test(room, test.id, test.file))
        return Subject(symbol, files, source, "", test_path=test.file)
