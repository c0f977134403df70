"""The coder with a small model: the program drives, the model fills in short steps.

The search has the first turn, and every turn where there is no model. Then the model writes each of the likeliest
functions anew, greedily, shown no more than the function and the test: where it knows better it says so at once, and an
unchanged copy costs little. From then on search, gaps and functions take turns: of each suspicious function the model
fills statements that were masked, and writes the whole again with more to go by, greedily and then hotter.

Every answer is tried at once; one that was tried before costs nothing but its tokens. An attempt that turns some of
the failing tests becomes the ground for the next questions, and for a search of its own: what is still wrong may be
one edit away.
"""

import math
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from devagent.code.errors import EditError
from devagent.code.language import language_for
from devagent.code.locate import Suspect
from devagent.code.normal import normal_form
from devagent.code.symbol import symbols
from devagent.models.gap import fills_gaps
from devagent.models.model import ModelReply
from devagent.repair.batch import Variant
from devagent.repair.holes import between
from devagent.repair.shreds import shreds
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import File
from devagent.team.asking import (
    Begin,
    Question,
    Subject,
    mistake,
    one_line,
    rewrite,
    said,
    tests_in_short,
    whole_function,
)
from devagent.team.context import tell
from devagent.team.filling import GapFiller
from devagent.team.phases import Phase, load_phase
from devagent.team.programs import source_of_test
from devagent.team.searching import RepairSearch
from devagent.team.turns import Turns
from devagent.team.workbench import Attempt, Changes, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_SUSPECTS = 12
REWRITTEN = 6
"""Functions that the model writes anew before anything else is asked about them."""

LATER_SEARCH = 12.0
"""Seconds of the turns of the search that come after its first: what it finds easily it has found by then."""

MAX_ROUNDS = 100
SAMPLES_A_TURN = 2
GAPS_A_TURN = 3
FADE = 0.3
LINES_A_TURN = 2
TEMPERATURES = (0.9, 1.1, 1.3)
NEAR_SECONDS = 15.0

Placed = tuple[str, str, Question]
Turn = Callable[[], AsyncGenerator[Attempt, None]]


@dataclass
class FunctionSampler:
    """Asks a small model for functions and lines, and tries every new answer at the workbench."""

    room: "Room"
    place: str
    search: RepairSearch | None = None
    phase: Phase = field(init=False)
    first: Phase = field(init=False)
    asked: int = 0
    ground: Attempt | None = None
    _filler: GapFiller | None = None
    _tried: set[str] = field(default_factory=set)
    _last: dict[str, tuple[Subject, Attempt]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.phase = load_phase("function", self.room.library)
        self.first = load_phase("rewrite", self.room.library)

    async def attempts(self) -> AsyncGenerator[Attempt, None]:
        """Attempts as they are tried. Ends after the configured number of samples; `OutOfBudget` passes through."""
        for turn in self._turns():
            if self.asked >= self.room.team.samples:
                return
            async with aclosing(turn()) as attempts:
                async for attempt in attempts:
                    yield attempt

    def _turns(self) -> Iterator[Turn]:
        """Who does what, in which order: search and quick rewrites, then search, gaps, a whole function, and so on."""
        suspects = self.room.suspects[:MAX_SUSPECTS]
        yield self._search_turn
        if not self.room.has_model(self.phase.by.name):
            while self.search is not None and not self.search.over:
                yield partial(self._search_turn, LATER_SEARCH)
            return
        for suspect in suspects[:REWRITTEN]:
            yield partial(self._rewrite_turn, suspect)
        functions = Turns({n: math.exp(s.score - suspects[0].score) for n, s in enumerate(suspects)}, FADE)
        for round_ in range(1, MAX_ROUNDS):
            if round_ > 1:
                yield partial(self._search_turn, LATER_SEARCH)
            if not functions:
                continue
            if self._fills:
                yield partial(self._gaps_turn, round_)
            number = functions.take()
            turn = functions.visits(number)
            yield partial(self._function_turn, suspects[number], turn)
            if not self._fills:
                yield partial(self._lines_turn, suspects[number], turn)

    async def _search_turn(self, seconds: float | None = None) -> AsyncGenerator[Attempt, None]:
        if self.search is not None:
            async for attempt in self.search.attempts(seconds):
                yield attempt

    async def _rewrite_turn(self, suspect: Suspect) -> AsyncGenerator[Attempt, None]:
        """The whole function from a short prompt, once."""
        place = f"{self.place}/{suspect.symbol.path}:{suspect.symbol.name}/rewrite"
        question = rewrite(self._subject(suspect, {}, 1), self.first, hint=self._said, begin=self._begins)
        async for attempt in self._tried_and_followed([(place, "greedy", question)]):
            yield attempt

    async def _gaps_turn(self, round_: int) -> AsyncGenerator[Attempt, None]:
        """The next holes, every second round on top of the nearest miss."""
        assert self.search is not None
        role = self.phase.by.name
        filler = self._filler = self._filler or GapFiller(
            self.room, self.place, role, self.phase.name, self.search, partial(self._subject, turn=1)
        )
        ground = self.search.near if round_ % 2 == 0 else {}
        for _ in range(GAPS_A_TURN):
            self.asked += 1
            async for attempt in filler.attempts(ground):
                yield attempt

    async def _lines_turn(self, suspect: Suspect, turn: int) -> AsyncGenerator[Attempt, None]:
        # Lines one by one: their questions differ at the end, and only one slot of the server has read the beginning.
        for line, _ in suspect.lines[(turn - 1) * LINES_A_TURN : turn * LINES_A_TURN]:
            async for attempt in self._asked([self._line(suspect, line)]):
                yield attempt

    async def _function_turn(self, suspect: Suspect, turn: int) -> AsyncGenerator[Attempt, None]:
        """The whole function: greedily the first time, then hotter every turn, as a small model repeats itself."""
        heat = TEMPERATURES[min(turn, len(TEMPERATURES)) - 1]
        async for attempt in self._tried_and_followed([self._whole(suspect, turn, 0, 0.0)] if turn == 1 else []):
            yield attempt
        if turn > 1 or not self._fills:
            samples = [self._whole(suspect, turn, n, heat) for n in range(1, SAMPLES_A_TURN + 1)]
            async for attempt in self._tried_and_followed(samples):
                yield attempt

    async def _tried_and_followed(self, asked: Sequence[Placed]) -> AsyncGenerator[Attempt, None]:
        """The answers as attempts; a search around the last of them that came nearer than any before."""
        near: list[Attempt] = []
        async for attempt in self._asked(asked):
            yield attempt
            if self._is_nearer(attempt):
                self.ground = attempt
                near.append(attempt)
        if near:
            async for attempt in self._around(near[-1]):
                yield attempt

    async def _asked(self, asked: Sequence[Placed]) -> AsyncGenerator[Attempt, None]:
        role = self.phase.by.name
        self.asked += len(asked)
        for place, _, question in asked:
            tell(self.room, place, question.context, question.given)
        calls = [(place, question.request) for place, _, question in asked]
        async with aclosing(self.room.gateway(role).samples(calls, role=role, phase=self.phase.name)) as replies:
            async for index, reply in replies:
                tried = await self._try(asked[index], reply)
                if tried is not None:
                    yield tried
                    async for part in self._parts(asked[index], tried):
                        yield part

    async def _parts(self, asked: Placed, tried: Attempt) -> AsyncGenerator[Attempt, None]:
        """What an answer that failed holds of use: its changes one by one, and its new lines in other places."""
        place, way, question = asked
        symbol, old = question.subject.symbol, question.subject.content
        file = tried.changes[symbol.path]
        if self.search is None or tried.good or file is None:
            return
        base = self.room.bench.workspace({})[symbol.path].content
        edits = shreds(old, file.content, symbol.path, (symbol.start_line, symbol.end_line))
        variants = [Variant(symbol.path, e if base == old else between(base, e.content)) for e in edits]
        if variants:
            async for attempt in self.search.attempts_of(variants, self._origin(f"{place}/parts", f"part of {way}")):
                yield attempt

    async def _around(self, ground: Attempt) -> AsyncGenerator[Attempt, None]:
        search = RepairSearch(self.room, f"{ground.origin.place}/near", ground.changes, seconds=NEAR_SECONDS)
        async for attempt in search.attempts():
            yield attempt

    @property
    def _fills(self) -> bool:
        return self.search is not None and fills_gaps(self.room.gateway(self.phase.by.name).card)

    def _whole(self, suspect: Suspect, turn: int, sample: int, temperature: float) -> Placed:
        # Every second turn starts from the original again: the ground may be a dead end.
        subject = self._subject(suspect, self.ground.changes if self.ground and turn % 2 else {}, turn)
        seed, begin = 100 * turn + sample, self._begin(turn)
        question = whole_function(
            subject, self.phase, hint=self._hint(subject), temperature=temperature, seed=seed, begin=begin
        )
        way = "greedy" if temperature == 0 else "sample"
        return f"{self.place}/{suspect.symbol.path}:{suspect.symbol.name}/{turn}.{sample}", way, question

    def _line(self, suspect: Suspect, number: int) -> Placed:
        question = one_line(self._subject(suspect, {}, 1), self.phase, number, seed=number, begin=self._begin(1))
        return f"{self.place}/{suspect.symbol.path}:{number}", f"line {number}", question

    def _begin(self, turn: int) -> Begin:
        """How an answer begins: small models copy what they see, unless they first have to say what is wrong."""
        if not self._begins:
            return "nothing"
        return "diagnosis" if turn % 2 else "signature"

    @property
    def _begins(self) -> bool:
        return bool(self.room.gateway(self.phase.by.name).card.extra.get("begins_answers"))

    def _subject(self, suspect: Suspect, changes: Changes, turn: int) -> Subject:
        files = {path: file.content for path, file in self.room.bench.workspace(changes).items()}
        symbol = next(
            (s for s in symbols(suspect.symbol.path, files[suspect.symbol.path]) if s.name == suspect.symbol.name),
            suspect.symbol,
        )
        test = self._test(turn, changes)
        source, failure = self.room.task.text, ""
        if test is not None:
            source, failure = tests_in_short(test, source_of_test(self.room, test.id, test.file))
        path = test.file if test is not None and test.file else "task.txt"
        return Subject(symbol, files, source, failure, self.room.coverage, path)

    def _test(self, turn: int, changes: Changes) -> TestResult | None:
        """The failing test to show: another one each turn, and one that still fails on this ground."""
        failing = self.room.task.failing
        if changes and self.ground is not None and self.ground.run is not None:
            failing = self.ground.run.bad or failing
        return failing[(turn - 1) % len(failing)] if failing else None

    def _hint(self, subject: Subject) -> str:
        return self._said + self._mistake(subject)

    @property
    def _said(self) -> str:
        """What the user says of an earlier proposal; empty where there is none."""
        feedback = self.room.task.feedback
        return said(feedback) if feedback else ""

    def _mistake(self, subject: Subject) -> str:
        last = self._last.get(subject.symbol.name)
        if last is None or last[1].run is None or not last[1].run.bad or last[0].content != subject.content:
            return ""
        file = last[1].changes[subject.symbol.path]
        return mistake(subject.content, file.content if file else b"", last[1].run.bad[0])

    async def _try(self, asked: Placed, reply: ModelReply) -> Attempt | None:
        place, way, question = asked
        path = question.subject.symbol.path
        try:
            new = question.content(reply)
        except EditError as error:
            self.room.journal.record("answer.unusable", place, {"why": str(error), "way": way})
            return None
        form = normal_form(new, language_for(path))
        if form in self._tried or form == normal_form(question.subject.content, language_for(path)):
            self.room.journal.record("answer.repeated", place, {"way": way})
            return None
        self._tried.add(form)
        attempt = await self.room.bench.attempt(place, self._changes(question.subject, new), self._origin(place, way))
        self._last[question.subject.symbol.name] = (question.subject, attempt)
        return attempt

    def _changes(self, subject: Subject, new: bytes) -> dict[str, File]:
        """The new file, with whatever of the ground the question stood on."""
        base = self.room.bench.workspace({})
        changed = {path: content for path, content in subject.files.items() if base[path].content != content}
        changed[subject.symbol.path] = new
        return {path: File(content, base[path].mode) for path, content in changed.items()}

    def _origin(self, place: str, way: str) -> Origin:
        return Origin(place, self.phase.by.name, self.room.gateway(self.phase.by.name).card.name, way)

    def _is_nearer(self, attempt: Attempt) -> bool:
        """Whether fewer targets fail than on the ground so far, and nothing else broke."""
        if attempt.good or attempt.run is None or not attempt.run.counts:
            return False
        targets = set(self.room.bench.targets)
        bad = {r.id for r in attempt.run.bad}
        before = {r.id for r in self.room.bench.baseline.bad}
        now = {r.id for r in self.ground.run.bad} & targets if self.ground and self.ground.run else targets
        return bad <= before and len(bad & targets) < len(now)
