"""The first rung of the coder with a small model: repair by search, which costs no tokens."""

import base64
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from devagent.code.language import language_for
from devagent.code.locate import Suspect
from devagent.code.symbol import symbols
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repair.batch import Variant
from devagent.repair.behaviour import Behaviour, Call, can_compare, compared, compares
from devagent.repair.candidates import Stretch
from devagent.repair.search import Found, Search
from devagent.sandbox.coverage import nearest
from devagent.sandbox.sandbox import File, Sandbox, Tree
from devagent.team.survivors import TRUSTED, Survivor, alternatives, ranked, survivor_of, versions
from devagent.team.workbench import Alternative, Attempt, Changes, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

SUSPECTS = 24
TURN = 25.0
"""Seconds of one turn of the search; the model has its turn in between."""

KEEP = 30
TRIAL_SECONDS = 20.0
TEMPER = 3.0
"""Suspicions are log-odds; how much of them decides the order of edits (1 all, more means less)."""
MOST_SURVIVORS = 8
FRUITLESS = 3
"""So many turns in which nothing came to be tried end a search: this machine is too slow for these tests."""
LOOK_ON, LOOK_ON_TRUSTED = 5.0, 3.0
"""Survivors are held for so many seconds for others to be compared with; less long where they deserve trust."""
COMPARING = 6.0
_NOTHING: dict[str, Any] = {
    "files": {},
    "what": "",
    "tried": 0,
    "over": False,
    "near": {},
    "others": [],
    "calls": 0,
    "held": 0,
    "told": [],
    "unlikely": 0,
}


def stands_alone(attempt: Attempt) -> bool:
    """Whether what the search found is of a kind that is mostly right, and nothing else was found beside it."""
    trust = max((e.data.get("trust", 0.0) for e in attempt.evidence), default=0.0)
    return not attempt.alternatives and trust >= TRUSTED


class RepairSearch:
    """Edits of the suspects, tried in the sandbox until one passes; each survivor goes through the gates.

    `ground` are changes that the edits come on top of: an attempt of the model that was nearly right.
    """

    def __init__(self, room: "Room", place: str, ground: Changes | None = None, *, seconds: float = TURN) -> None:
        self._room, self._place = room, place
        self._ground, self._seconds = dict(ground or {}), seconds
        self._search: Search | None = None
        self._seen: set[str] = set()
        self._held: list[Survivor] = []
        self._number = 0
        self.over = False
        self.near: Changes = {}
        """The best near miss so far: more tests pass with it, and none broke; empty when there is none."""

    async def attempts(self, seconds: float | None = None) -> AsyncGenerator[Attempt, None]:
        """Survivors as attempts, until the time of one turn is over; called again it goes on for another turn.

        A turn takes the seconds of the search unless told otherwise.

        What the gates take counts: a search whose survivors they refuse must not keep the model from its turn.
        """
        began, turn = time.monotonic(), self._seconds if seconds is None else seconds
        while not self.over:
            self._number += 1
            place = f"{self._place}/search/{self._number}"
            inputs = {
                "files": self._room.bench.key(self._ground),
                "tests": list(self._room.bench.targets),
                "seen": sorted(self._seen),
            }
            found = await self._room.journal.effect("repair.search", place, inputs, partial(self._next, turn))
            self.over = found["over"]
            self._note(found)
            if not found["files"]:
                return
            changes = self._changes(found["files"])
            self._seen.add(self._room.bench.key(changes))
            origin = Origin(place, "coder", "", f"search: {found['what']}, {found['tried']} edits tried")
            attempt = await self._room.bench.attempt(place, changes, origin)
            yield await self._beside_others(place, attempt, found) if attempt.good else attempt
            if self._turn_is_over(place, began, turn):
                return

    async def attempts_of(self, variants: Sequence[Variant], origin: Origin) -> AsyncIterator[Attempt]:
        """Those of the model's variants that pass the tests, as attempts; near misses become starts of the search."""
        texts = [[v.path, v.edit.start, v.edit.end, v.edit.text.decode("latin-1")] for v in variants]
        inputs = {"variants": texts, "tests": list(self._room.bench.targets), "seen": sorted(self._seen)}
        tried = await self._room.journal.effect("repair.trial", origin.place, inputs, lambda: self._trial(variants))
        self._note(tried)
        for number, found in enumerate(tried["found"], 1):
            changes = self._changes(found["files"])
            self._seen.add(self._room.bench.key(changes))
            way = f"{origin.way}: {found['what']}"
            yield await self._room.bench.attempt(f"{origin.place}/{number}", changes, replace(origin, way=way))

    def _turn_is_over(self, place: str, began: float, seconds: float) -> bool:
        # Kept in the journal: a resumed or replayed run, which waits for nothing, takes its turns as the first one did.
        journal = self._room.journal
        return bool(journal.decision("repair.turn", place, lambda: time.monotonic() - began >= seconds))

    def _note(self, found: dict[str, Any]) -> None:
        if found["near"]:
            self.near = self._changes(found["near"])

    async def _trial(self, variants: Sequence[Variant]) -> dict[str, Any]:
        async with self._room.bench.sandbox(self._ground) as sandbox:
            search = self._search = self._search or self._begun(sandbox)
            found = [_told(f) async for f in self._new(search.survivors_of(variants, TRIAL_SECONDS))]
        return {"found": found[:MOST_SURVIVORS], "near": self._nearest(search)}

    async def _next(self, seconds: float) -> dict[str, Any]:
        """The next survivor that no earlier session has seen, or empty files where the turn ends without one."""
        async with self._room.bench.sandbox(self._ground) as sandbox:
            search = self._search = self._search or self._begun(sandbox)
            found = await self._best(search, sandbox, seconds)
        fruitless = self._number >= FRUITLESS and not (search.tried or search.spared)
        over = {"tried": search.tried, "over": search.exhausted or search.unable or fruitless}
        return {**(found or {**_NOTHING, **over}), "near": self._nearest(search)}

    async def _best(self, search: Search, sandbox: Sandbox, seconds: float) -> dict[str, Any] | None:
        """The next survivor; the best of a few, where others are found soon, with what the others do differently."""
        if not self._held:
            async with aclosing(self._new(search.survivors(seconds))) as survivors:
                self._held += [found] if (found := await anext(survivors, None)) is not None else []
            if self._held:
                trusted = self._held[0].trust >= TRUSTED
                async with aclosing(self._new(search.survivors(LOOK_ON_TRUSTED if trusted else LOOK_ON))) as survivors:
                    async for found in survivors:
                        self._held.append(found)
                        if len(self._held) == MOST_SURVIVORS:
                            break
        if not self._held:
            return None
        held, behaviour = self._held, await self._behaviour(sandbox)
        order = ranked(held, behaviour)
        first = order[0]
        self._held = [found for found in held if found is not held[first]]
        numbers = alternatives(order, held, behaviour)
        told = behaviour.telling([first, *numbers])
        others = [{**_told(held[number]), **_difference(told, place)} for place, number in enumerate(numbers, 1)]
        facts: dict[str, Any] = {"others": others, "calls": behaviour.calls, "held": len(held)}
        facts["unlikely"] = len(order) - 1 - len(others)
        facts |= {"trust": held[first].trust, "moved": behaviour.moved[first] if behaviour.moved else None}
        return {**_told(held[first]), "over": False, **facts, "told": [call.to_json() for call in told]}

    async def _behaviour(self, sandbox: Sandbox) -> Behaviour:
        """What the survivors at hand do."""
        bench, held = self._room.bench, self._held
        if not can_compare(bench.ecosystem):
            return Behaviour((tuple(range(len(held))),))
        files = {path: file.content for path, file in bench.workspace(self._ground).items()}
        await sandbox.sync(bench.workspace(self._ground))
        sources = [p for p in files if compares(bench.ecosystem, p) and not bench.ecosystem.is_test(p)]
        tests = [*bench.targets, *self._passing]
        texts = versions(held, files)
        original = {path: files[path] for path in texts[0]}
        return await compared(sandbox, bench.ecosystem, texts, original, sources, tests, seconds=COMPARING)

    async def _beside_others(self, place: str, attempt: Attempt, found: dict[str, Any]) -> Attempt:
        """An attempt that passed every gate, with those of the other survivors that do as well and differ."""
        others = []
        for number, other in enumerate(found["others"], 1):
            changes = self._changes(other["files"])
            origin = Origin(f"{place}/other/{number}", "coder", "", f"search: {other['what']}")
            judged = await self._room.bench.judged(origin.place, changes, origin)
            if judged.good:
                others.append(Alternative(replace(judged, option=number), other["call"], other["here"], other["there"]))
        told = tuple(map(Call.from_json, found.get("told", ())))  # journals of earlier versions have none
        return replace(attempt, alternatives=tuple(others), told=told).with_evidence(_compared(others, found))

    def _nearest(self, search: Search) -> dict[str, str]:
        miss = next((m for m in search.partial if m.kept), None)
        return {path: _encoded(content) for path, content in miss.files.items()} if miss is not None else {}

    async def _new(self, survivors: AsyncGenerator[Found, None]) -> AsyncGenerator[Survivor, None]:
        """Survivors that were not seen before."""
        held = {self._key(survivor.files) for survivor in self._held}
        async with aclosing(survivors):
            async for found in survivors:
                if (key := self._key(found.files)) not in self._seen | held:
                    held.add(key)
                    yield survivor_of(found)

    def _key(self, files: Mapping[str, bytes]) -> str:
        return self._room.bench.key(self._changes({path: _encoded(content) for path, content in files.items()}))

    @property
    def _passing(self) -> list[str]:
        """Tests that pass, those nearest to the failing ones first, as many as are run for each survivor."""
        results = self._room.bench.baseline.results
        passing = [r.id for r in results if r.status == "passed"]
        return nearest([r.id for r in self._room.bench.baseline.bad], passing)[:KEEP]

    def _begun(self, sandbox: Any) -> Search:
        room, bench = self._room, self._room.bench
        files = bench.workspace(self._ground)
        targets = [self._target(s, files) for s in room.suspects[:SUSPECTS] if s.symbol.path in files]
        sources = {
            path: file.content
            for path, file in files.items()
            if language_for(path) and not bench.ecosystem.is_test(path)
        }
        return Search(
            sandbox,
            bench.ecosystem,
            targets,
            bench.targets,
            seconds=self._seconds,
            test_seconds=bench.baseline.working_seconds,
            hangs=any(r.hung for r in bench.baseline.results),
            keep=self._passing,
            context=sources,
        )

    def _target(self, suspect: Suspect, files: Tree) -> Stretch:
        symbol, content = suspect.symbol, files[suspect.symbol.path].content
        weight = math.exp((suspect.score - self._room.suspects[0].score) / TEMPER)
        if symbol.path not in self._ground:
            return Stretch(symbol.path, content, symbol.start_line, symbol.end_line, dict(suspect.lines), weight)
        moved = next((s for s in symbols(symbol.path, content) if s.name == symbol.name), symbol)
        return Stretch(symbol.path, content, moved.start_line, moved.end_line, weight=weight)

    def _changes(self, files: dict[str, str]) -> dict[str, File | None]:
        base = self._room.bench.files
        return {**self._ground, **{p: File(base64.b64decode(text), base[p].mode) for p, text in files.items()}}


def _difference(told: Sequence[Call], other: int) -> dict[str, str]:
    """A call on which another one differs from the first."""
    call = next(call for call in told if call.tells(0, other))
    return {"call": call.text, "here": call.came_to[0], "there": call.came_to[other]}


def _told(found: Survivor) -> dict[str, Any]:
    files = {path: _encoded(content) for path, content in found.files.items()}
    return {"files": files, "what": found.what, "tried": found.tried}


def _compared(others: Sequence[Alternative], found: Mapping[str, Any]) -> Evidence:
    """What comparing the survivors showed. It speaks against none of them: that is for a person to say."""
    data = {"trust": found["trust"], "moved": found["moved"]}
    if not others:
        return Evidence("behaviour", Verdict.PASS, _no_other(found), data=data)
    count = f"{len(others)} other repair{'s' if len(others) > 1 else ''}"
    return Evidence("behaviour", Verdict.PASS, f"ambiguous: {count} would pass as well and do otherwise", data=data)


def _no_other(found: Mapping[str, Any]) -> str:
    """What is known where no other repair that is likely and passes every gate does otherwise."""
    more, calls, unlikely = found["held"] - 1, found["calls"], found.get("unlikely", 0)
    if not more:
        return "no other repair was found"
    if not calls:
        return f"{more} more were found, and what they do could not be compared"
    if unlikely:
        return f"of {more} more that were found, {unlikely} would do otherwise and are of kinds that are rarely meant"
    return f"no other of {more + 1} that were found passes every gate and does otherwise ({calls} calls compared)"


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
