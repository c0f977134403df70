"""Statements masked one at a time and filled by a small model: it does not see what stands there, so it cannot copy it.

Several fillings of one hole are decoded together, and all that they may mean is tried at once by the search's runner,
many a second. What passes goes through the gates like every other attempt.
"""

import math
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devagent.code.language import language_for
from devagent.code.locate import Suspect
from devagent.code.normal import normal_form
from devagent.models.gap import fills_at_once
from devagent.models.model import Gap, ModelReply, ModelRequest
from devagent.repair.batch import Variant
from devagent.repair.holes import Hole, before, between, fillings, hole_at
from devagent.team.asking import Subject
from devagent.team.context import tell
from devagent.team.searching import RepairSearch
from devagent.team.turns import Turns
from devagent.team.workbench import Attempt, Changes, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

LINE_TOKENS, BLOCK_TOKENS = 40, 32
TEMPERATURES = (0.8, 1.0, 1.2)
BLOCK_ENDS = ("```", "\n\n")
AT_ONCE = 3
"""Holes of one function asked about before what came of them is tried: trying has a cost of its own."""

# How much a hole counts after a turn; one where nothing is taken out; one where the model writes what stands there.
FADE, INSERTED, NATURAL = 0.2, 0.3, 0.2
TEMPER = 1.5
_COMMENTS = {"python": "#"}

Subjects = Callable[[Suspect, Changes], Subject]


@dataclass(frozen=True)
class Place:
    """A hole in a suspect, by its rank."""

    rank: int
    hole: Hole


class GapFiller:
    """Fills the holes of all suspects, the likeliest to hold the fault first; again, and hotter, when nothing helped.

    `subjects` gives a suspect as it stands on a ground.
    """

    def __init__(
        self, room: "Room", place: str, role: str, phase: str, search: RepairSearch, subjects: Subjects
    ) -> None:
        self._room, self._place, self._role, self._phase = room, place, role, phase
        self._search, self._subjects = search, subjects
        self._turns: dict[str, Turns[Place]] = {}
        self._told: set[str] = set()

    async def attempts(self, ground: Changes) -> AsyncGenerator[Attempt, None]:
        """Asks about the next few holes of one function, then tries: what passed the tests, as attempts.

        `OutOfBudget` passes through.
        """
        key = self._room.bench.key(ground)
        turns = self._turns[key] = self._turns.get(key) or Turns(self._weights(ground), FADE)
        if not turns:
            return
        chosen = self._next(turns)
        subject = self._subjects(self._room.suspects[chosen[0].rank], ground)
        self._tell(subject, key)
        variants: list[Variant] = []
        places: list[str] = []
        for place in chosen:
            hole, visit = place.hole, turns.visits(place) - 1
            sign = "+" if hole.inserts else ""
            places.append(f"{self._place}/{key[:6]}/{subject.symbol.path}:{hole.line}{sign}/{visit}")
            replies = await self._asked(places[-1], subject, hole, visit)
            if any(reply.text.strip() == _text(subject.content[hole.start : hole.end]) for reply in replies):
                turns.doubt(place, NATURAL)
            variants += self._variants(subject, hole, replies)
        if variants:
            origin = Origin(f"{places[0]}/tried", self._role, self._room.gateway(self._role).card.name, "filled")
            async for attempt in self._search.attempts_of(variants, origin):
                yield attempt

    def _tell(self, subject: Subject, key: str) -> None:
        """Say once for all gaps of a function what stands around them."""
        place = f"{self._place}/{key[:6]}/{subject.symbol.path}:{subject.symbol.name}/gaps"
        if place not in self._told:
            self._told.add(place)
            tell(self._room, place, subject.context, subject.given)

    def _weights(self, ground: Changes) -> dict[Place, float]:
        """How likely each hole is to be the place of the fault: the suspicion of its function, shared by its lines."""
        suspects, found = self._room.suspects, dict[Place, float]()
        for rank, suspect in enumerate(suspects):
            subject = self._subjects(suspect, ground)
            moved = subject.symbol.start_line - suspect.symbol.start_line
            likely = math.exp((suspect.score - suspects[0].score) / TEMPER)
            total = sum(score for _, score in suspect.lines) or 1.0
            for line, score in suspect.lines:
                hole = hole_at(subject.content, subject.symbol.path, line + moved)
                if hole is not None and Place(rank, hole) not in found:
                    found[Place(rank, hole)] = likely * score / total
                    found[Place(rank, before(hole))] = INSERTED * likely * score / total
        return found

    def _next(self, turns: Turns[Place]) -> list[Place]:
        """The hole whose turn it is, and those of the same function that come soon after."""
        ranked = turns.ranked()
        soon = [place for place in ranked[: 4 * AT_ONCE] if place.rank == ranked[0].rank][:AT_ONCE]
        for place in soon:
            turns.passed(place)
        return soon

    async def _asked(self, place: str, subject: Subject, hole: Hole, visit: int) -> list[ModelReply]:
        gateway = self._room.gateway(self._role)
        count, heat = fills_at_once(gateway.card), TEMPERATURES[min(visit, len(TEMPERATURES) - 1)]
        # A statement is looked for first; what goes in between is often a block.
        block = hole.inserts or visit > 0
        request = ModelRequest(
            max_tokens=BLOCK_TOKENS if block else LINE_TOKENS,
            temperature=heat,
            stop=(*BLOCK_ENDS, *(() if block else ("\n",))),
            gap=gap_of(subject, hole),
        )
        calls = [(f"{place}.{n}", replace(request, seed=100 * visit + n)) for n in range(count)]
        found: list[ModelReply] = []
        answers = gateway.samples(calls, role=self._role, phase=self._phase, at_once=count)
        async with aclosing(answers) as replies:
            async for _, reply in replies:
                found.append(reply)
        return found

    def _variants(self, subject: Subject, hole: Hole, replies: Sequence[ModelReply]) -> list[Variant]:
        path, language = subject.symbol.path, language_for(subject.symbol.path)
        base = self._room.bench.workspace({})[path].content
        seen = {normal_form(subject.content, language), normal_form(base, language)}
        found: list[Variant] = []
        for reply in replies:
            for edit in fillings(subject.content, path, hole, reply.text, complete=reply.finish != "length"):
                if (form := normal_form(edit.content, language)) not in seen:
                    seen.add(form)
                    found.append(Variant(path, edit if base == subject.content else between(base, edit.content)))
        return found


def gap_of(subject: Subject, hole: Hole) -> Gap:
    """The question: the failing test, what the function refers to, and the function with the hole in it."""
    symbol, content = subject.symbol, subject.content
    start = content.rfind(b"\n", 0, symbol.start_byte) + 1
    above = "\n".join(filter(None, [subject.around, subject.comment]))
    said = "\n".join(filter(None, [subject.failure, subject.calls]))
    test = f"{subject.test_source}\n\n{_commented(said, subject)}"
    return Gap(
        symbol.path,
        f"{above}\n\n{_text(content[start : hole.start])}",
        f"{_text(content[hole.end : symbol.end_byte])}\n",
        [(subject.test_path, test)],
    )


def _commented(text: str, subject: Subject) -> str:
    sign = _COMMENTS.get(subject.language, "//")
    return "\n".join(f"{sign} {line}" for line in text.splitlines())


def _text(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")
