"""Repair by search: edits of the suspect functions, tried in a warm sandbox until one passes the failing tests.

A survivor is plausible, not proven: the caller puts it through the gates, and goes on with the search when they refuse
it. Near misses (some of the failing tests pass) become the starting points of a second edit.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice

from devagent.repair.batch import PUT_OFF, Goal, Outcome, Variant, can_run, run_batch
from devagent.repair.branches import BRANCH_OFF, branched
from devagent.repair.candidates import Stretch, candidates
from devagent.repair.edit import Edit
from devagent.repair.sites import way_of
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Sandbox

_BLOCK_SECONDS, _LEAST_BLOCK, _MOST_BLOCK = 4.0, 600, 2400
_NEAR_WEIGHT = 3.0
_LEAST_LIMIT, _LEAST_HANG, _TIMES_BASELINE = 0.5, 0.2, 5.0
_MOST_STARTS = 6
_MOST_BRANCHED = 3
_TIER_LINES = 250
_LEAST_BATCH_SECONDS = 0.5


@dataclass(frozen=True)
class Found:
    """A repair: the changed files, the edits that made them, how many target tests pass, how many variants it took.

    `kept` says whether the tests that passed before still do.
    """

    files: Mapping[str, bytes]
    edits: tuple[Edit, ...]
    passed: int
    kept: bool
    tried: int


@dataclass(frozen=True)
class _Start:
    """Where edits begin: files that differ from the targets' own, and the edits that made them so."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    passed: int = 0


class _Stream:
    """Blocks of variants on one start; the next block is thought up while the one before is tried."""

    def __init__(self, start: _Start, blocks: Iterator[list[Variant]]) -> None:
        self.start = start
        self._blocks = blocks
        self._coming: asyncio.Task[list[Variant] | None] | None = None

    async def next_block(self) -> list[Variant] | None:
        """The next block, `None` at the end."""
        block = await (self._coming or self._thought_up())
        self._coming = asyncio.create_task(self._thought_up()) if block is not None else None
        return block

    async def _thought_up(self) -> list[Variant] | None:
        return await asyncio.to_thread(next, self._blocks, None)


class Search:
    """One search for a repair.

    Arguments:
        sandbox: started and synced; its workspace is left in any state.
        ecosystem: of the repository; without a batch runner for it nothing is found.
        targets: the suspect functions, the most suspicious first.
        tests: ids of tests that fail now and should pass.
        keep: ids of tests that pass now and must go on passing (few and quick ones: they only sift survivors).
        context: other source files, whose members, strings and functions edits may use.
        seconds: wall time for the whole search; what the caller does with a survivor does not count.
        test_seconds: how long they took before, at most; the runner measures them itself.
        hangs: whether some of them did not end: most variants will not either, so none is waited for long.

    `tried` counts variants that ran, `spared` those that were seen to change nothing or to be like another one;
    `partial` holds near misses, the best first; `exhausted` says that nothing is left to try, `unable` that nothing can
    be tried here: there is no runner for these tests, or it did not come to try anything though it had the time.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        ecosystem: Ecosystem,
        targets: Sequence[Stretch],
        tests: Sequence[str],
        *,
        seconds: float,
        test_seconds: float,
        hangs: bool = False,
        keep: Sequence[str] = (),
        context: Mapping[str, bytes] | None = None,
    ) -> None:
        self._sandbox, self._ecosystem = sandbox, ecosystem
        self._targets, self._context = list(targets), dict(context or {})
        self._originals = {target.path: target.content for target in targets}
        self._goal = Goal(tests, keep, max(_LEAST_HANG if hangs else _LEAST_LIMIT, _TIMES_BASELINE * test_seconds))
        self._seconds, self._end = seconds, 0.0
        self._seen: set[bytes] = set()
        self._block = _LEAST_BLOCK
        self._overdone: list[tuple[Variant, _Start]] = []
        self._put_off: list[tuple[Variant, _Start]] = []
        self._work: AsyncIterator[Found | None] | None = None
        self.exhausted = False
        self.unable = not can_run(ecosystem) or not tests
        self.tried = self.spared = 0
        self.partial: list[Found] = []

    async def survivors(self, seconds: float | None = None) -> AsyncGenerator[Found, None]:
        """Repairs that pass the tests, in the order they are found; ask for more when the gates refuse one.

        Called again, it goes on where its time was over, for `seconds` more. Raises `SandboxError` when the sandbox
        itself fails.
        """
        if self.unable:
            return
        self._end = time.monotonic() + (self._seconds if seconds is None else seconds)
        self._work = self._work or self._all()
        async for found in self._work:
            if found is None:
                return
            yield found
        self.exhausted = True

    async def survivors_of(self, variants: Sequence[Variant], seconds: float) -> AsyncGenerator[Found, None]:
        """Those of somebody else's variants of the targets' files that pass. Near misses become starts of the search.

        Variants that were tried before are left out. Raises `SandboxError` when the sandbox itself fails.
        """
        if self.unable:
            return
        self._end = time.monotonic() + seconds
        sited = await asyncio.to_thread(lambda: [self._sited(variant, _Start()) for variant in variants])
        async for found in self._tried(sited, _Start()):
            if found is None:
                return
            yield found

    async def _all(self) -> AsyncIterator[Found | None]:
        """Every survivor; `None` whenever the time is over.

        First edits of the likeliest functions have every second turn, a block of variants each. The other turns go
        round: first edits of the other functions, and second edits on near misses.
        """
        streams = [_Stream(_Start(), self._blocks(_Start(), tier)) for tier in _tiers(self._targets)]
        near: set[tuple[Edit, ...]] = set()
        turn = 0
        while streams:
            stream = streams[0] if turn % 2 == 0 else streams[turn // 2 % len(streams)]
            turn += 1
            block = await stream.next_block()
            if block is None:
                streams.remove(stream)
                continue
            async for found in self._tried(block, stream.start):
                yield found
            for miss in self.partial[:_MOST_STARTS]:
                if miss.edits not in near:
                    near.add(miss.edits)
                    start = _Start(miss.files, miss.edits, miss.passed)
                    streams.append(_Stream(start, self._blocks(start, self._targets)))
            for variant, start in self._overdone[:_MOST_BRANCHED]:
                streams.insert(1, _Stream(start, self._branches(variant, start)))
            del self._overdone[:_MOST_BRANCHED]
        async for found in self._those_put_off():
            yield found

    async def _tried(
        self, variants: list[Variant], start: _Start, *, again: bool = False
    ) -> AsyncIterator[Found | None]:
        """Survivors among variants that were not tried before, or with `again` among any; `None` as in `_all`."""
        files = {**self._originals, **start.files}
        while variants := [v for v in variants if again or self._state(v, start) not in self._seen]:
            if self._left() <= _LEAST_BATCH_SECONDS:
                yield None
                continue
            goal, began = replace(self._goal, before=start.passed), time.monotonic()
            outcomes = await run_batch(self._sandbox, self._ecosystem, files, variants, goal, seconds=self._left())
            if not outcomes:
                if self._left() > _LEAST_BATCH_SECONDS:
                    self.unable = not (self.tried or self.spared)
                    return
                continue
            self._block = _next_block(len(outcomes), time.monotonic() - began)
            for outcome in outcomes:
                found = self._noted(variants[outcome.variant], outcome, start)
                if outcome.survives:
                    paused = time.monotonic()
                    yield found
                    self._end += time.monotonic() - paused
            done = {outcome.variant for outcome in outcomes}
            variants = [variant for number, variant in enumerate(variants) if number not in done]

    def _noted(self, variant: Variant, outcome: Outcome, start: _Start) -> Found:
        """What is to be remembered of an outcome."""
        self._seen.add(self._state(variant, start))
        self.tried += outcome.ran
        self.spared += not outcome.ran
        found = self._found(variant, outcome, start)
        if outcome.ended == PUT_OFF:
            self._put_off.append((variant, start))
        elif outcome.ran and outcome.passed > start.passed and not outcome.survives:
            self._remember(found)
            overdone = outcome.passed == len(self._goal.tests) and not outcome.kept
            if overdone and variant.edit.template != BRANCH_OFF:
                self._overdone.append((variant, start))
        return found

    async def _those_put_off(self) -> AsyncIterator[Found | None]:
        """Survivors among the variants that did not run for what was only likely."""
        while self._put_off:
            start = self._put_off[0][1]
            variants = [replace(variant, way=None) for variant, its in self._put_off if its is start]
            self._put_off = [(variant, its) for variant, its in self._put_off if its is not start]
            self.spared -= len(variants)
            async for found in self._tried(variants, start, again=True):
                yield found

    def _blocks(self, start: _Start, targets: Sequence[Stretch]) -> Iterator[list[Variant]]:
        """All variants of some targets on a start, in blocks of falling likelihood."""
        targets = [_moved(target, start) for target in targets]
        context = {**self._context, **self._originals, **start.files}
        variants = (self._sited(Variant(path, edit), start) for path, edit in candidates(targets, context))
        while block := list(islice(variants, self._block)):
            yield block

    def _branches(self, overdone: Variant, start: _Start) -> Iterator[list[Variant]]:
        """An edit that breaks other tests, under conditions."""
        targets = (_moved(target, start) for target in self._targets if target.path == overdone.path)
        target = next((t for t in targets if t.start_line <= overdone.edit.line <= t.end_line), None)
        if target is not None:
            context = {**self._context, **self._originals, **start.files}
            edits = branched(target, overdone.edit, context)
            yield [self._sited(Variant(target.path, edit), start) for edit in edits]

    def _sited(self, variant: Variant, start: _Start) -> Variant:
        """A variant that knows what it does, as far as the runner can make use of it."""
        old = start.files.get(variant.path, self._originals.get(variant.path))
        return variant if old is None else replace(variant, way=way_of(variant.path, old, variant.edit))

    def _state(self, variant: Variant, start: _Start) -> bytes:
        """Stands for what the files are with a variant on a start: the same from wherever it was reached."""
        digest = blake2b(digest_size=16)
        for path, content in sorted({**start.files, variant.path: variant.edit.content}.items()):
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.digest()

    def _found(self, variant: Variant, outcome: Outcome, start: _Start) -> Found:
        files = {**start.files, variant.path: variant.edit.content}
        return Found(files, (*start.edits, variant.edit), outcome.passed, outcome.kept, self.tried)

    def _remember(self, found: Found) -> None:
        self.partial.append(found)
        self.partial.sort(key=lambda f: (not f.kept, -f.passed, len(f.edits), -f.edits[-1].score))

    def _left(self) -> float:
        return self._end - time.monotonic()


def _next_block(done: int, seconds: float) -> int:
    """How many variants the runner goes through before another stream has its turn, from how many it did lately."""
    return min(_MOST_BLOCK, max(_LEAST_BLOCK, int(done * _BLOCK_SECONDS / max(seconds, 0.1))))


def _tiers(targets: Sequence[Stretch]) -> list[list[Stretch]]:
    """The targets in groups of so many lines that all ideas for one group are had quickly."""
    tiers: list[list[Stretch]] = []
    room = 0
    for target in targets:
        if room <= 0:
            tiers.append([])
            room = _TIER_LINES
        tiers[-1].append(target)
        room -= target.end_line - target.start_line + 1
    return tiers


def _moved(target: Stretch, start: _Start) -> Stretch:
    """A target in the files of a start: lines behind the last edit move with what it added or removed."""
    content = start.files.get(target.path, target.content)
    if content == target.content:
        return target
    edit = start.edits[-1]
    grown = content.count(b"\n") - target.content.count(b"\n")
    shifted = {line + (grown if line > edit.line else 0): score for line, score in target.line_scores.items()}
    first, last = (line + (grown if line >= edit.line else 0) for line in (target.start_line, target.end_line))
    weight = target.weight
    if target.start_line <= edit.line <= target.end_line:
        first, weight = target.start_line, _NEAR_WEIGHT * weight
    return Stretch(target.path, content, first, last, shifted, weight)
