"""The first rung of the coder with a small model: repair by search, which costs no tokens."""

import base64
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from devagent.code.language import language_for
from devagent.code.locate import Suspect
from devagent.code.symbol import symbols
from devagent.repair.batch import Variant
from devagent.repair.candidates import Stretch
from devagent.repair.search import Found, Search
from devagent.sandbox.coverage import nearest
from devagent.sandbox.sandbox import File, Tree
from devagent.team.workbench import Attempt, Changes, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

SUSPECTS = 24
TURN = 25.0
"""Seconds of one turn of the search; the model has its turn in between."""

KEEP = 30
TRIAL_SECONDS = 20.0
TEMPER = 3.0
"""Suspicions are log-odds; how much of them decides the order of edits (1 all, more means less)."""
MOST_SURVIVORS = 4
FRUITLESS = 3
"""So many turns in which nothing came to be tried end a search: this machine is too slow for these tests."""
TRUSTED, LOOK_ON = 0.7, 4.0
"""Survivors below this trust are held for so many seconds, in case a better one comes."""
_TOGETHER = 0.6
# Kinds of edits that often satisfy the tests at hand and nothing else.
_TRUST = {
    "literal": 0.3,
    "off_by_one": 0.6,
    "delete": 0.4,
    "branch_off": 0.5,
    "jump": 0.5,
    "shorten": 0.5,
    "outcome": 0.6,
    "scale": 0.4,
}
_NOTHING: dict[str, Any] = {"files": {}, "what": "", "tried": 0, "over": False, "near": {}}


class RepairSearch:
    """Edits of the suspects, tried in the sandbox until one passes; each survivor goes through the gates.

    `ground` are changes that the edits come on top of: an attempt of the model that was nearly right.
    """

    def __init__(self, room: "Room", place: str, ground: Changes | None = None, *, seconds: float = TURN) -> None:
        self._room, self._place = room, place
        self._ground, self._seconds = dict(ground or {}), seconds
        self._search: Search | None = None
        self._seen: set[str] = set()
        self._held: list[dict[str, Any]] = []
        self._number = 0
        self.over = False
        self.near: Changes = {}
        """The best near miss so far: more tests pass with it, and none broke; empty when there is none."""

    async def attempts(self, seconds: float | None = None) -> AsyncIterator[Attempt]:
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
            yield await self._room.bench.attempt(place, changes, origin)
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
            found = [f async for f in self._new(search.survivors_of(variants, TRIAL_SECONDS))]
        return {"found": found[:MOST_SURVIVORS], "near": self._nearest(search)}

    async def _next(self, seconds: float) -> dict[str, Any]:
        """The next survivor that no earlier session has seen, or empty files where the turn ends without one."""
        async with self._room.bench.sandbox(self._ground) as sandbox:
            search = self._search = self._search or self._begun(sandbox)
            found = await self._best(search, seconds)
        fruitless = self._number >= FRUITLESS and not (search.tried or search.spared)
        over = {"tried": search.tried, "over": search.exhausted or search.unable or fruitless}
        return {**(found or {**_NOTHING, **over}), "near": self._nearest(search)}

    async def _best(self, search: Search, seconds: float) -> dict[str, Any] | None:
        """The next survivor; where it is of a kind that often fits the tests alone, the best of a few."""
        if not self._held:
            async with aclosing(self._new(search.survivors(seconds))) as survivors:
                self._held += [found] if (found := await anext(survivors, None)) is not None else []
            if self._held and self._held[0]["trust"] < TRUSTED:
                async with aclosing(self._new(search.survivors(LOOK_ON))) as survivors:
                    async for found in survivors:
                        self._held.append(found)
                        if found["trust"] >= TRUSTED or len(self._held) == MOST_SURVIVORS:
                            break
        best = max(self._held, key=lambda found: found["trust"], default=None)
        self._held = [found for found in self._held if found is not best]
        return best

    def _nearest(self, search: Search) -> dict[str, str]:
        miss = next((m for m in search.partial if m.kept), None)
        return {path: _encoded(content) for path, content in miss.files.items()} if miss is not None else {}

    async def _new(self, survivors: AsyncGenerator[Found, None]) -> AsyncGenerator[dict[str, Any], None]:
        """Survivors that were not seen before, as plain data."""
        async with aclosing(survivors):
            async for found in survivors:
                changes = self._changes({path: _encoded(content) for path, content in found.files.items()})
                if self._room.bench.key(changes) not in self._seen:
                    yield self._told(found)

    def _begun(self, sandbox: Any) -> Search:
        room, bench = self._room, self._room.bench
        files = bench.workspace(self._ground)
        targets = [self._target(s, files) for s in room.suspects[:SUSPECTS] if s.symbol.path in files]
        sources = {
            path: file.content
            for path, file in files.items()
            if language_for(path) and not bench.ecosystem.is_test(path)
        }
        passing = [r.id for r in bench.baseline.results if r.status == "passed"]
        return Search(
            sandbox,
            bench.ecosystem,
            targets,
            bench.targets,
            seconds=self._seconds,
            test_seconds=bench.baseline.working_seconds,
            hangs=any(r.hung for r in bench.baseline.results),
            keep=nearest([r.id for r in bench.baseline.bad], passing)[:KEEP],
            context=sources,
        )

    def _told(self, found: Found) -> dict[str, Any]:
        return {
            "files": {path: _encoded(content) for path, content in found.files.items()},
            "what": "; ".join(edit.description for edit in found.edits),
            "tried": found.tried,
            "trust": _TOGETHER ** (len(found.edits) - 1) * math.prod(_TRUST.get(e.template, 1.0) for e in found.edits),
            "over": False,
        }

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


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
