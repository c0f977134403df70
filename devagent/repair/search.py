"""Repair by search: edits of the suspect functions, tried in a warm sandbox until one passes the failing tests.

A survivor is plausible, not proven: the caller puts it through the gates, and goes on with the search when they refuse
it. Near misses (some of the failing tests pass) become the starting points of a second edit.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from devagent.repair.batch import Goal, Outcome, Variant, can_run, run_batch
from devagent.repair.candidates import MOST, candidates
from devagent.repair.edit import Edit
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Sandbox

_BLOCK = 160
# The first edit of each further target waits for this many turns, and there are so many more between its next ones.
_LATER, _SLOWER = 40, 0.5
_LEAST_LIMIT, _TIMES_BASELINE = 0.5, 5.0
_MOST_STARTS = 6
_LEAST_BATCH_SECONDS = 0.5


@dataclass(frozen=True)
class Target:
    """A function to repair: its file, its lines (1-based, inclusive), and how suspicious each line is."""

    path: str
    content: bytes
    start_line: int
    end_line: int
    line_scores: Mapping[int, float] = field(default_factory=dict)


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
        most: variants per function and starting point.

    `tried` counts variants, `partial` holds near misses, the best first; `exhausted` says that nothing is left to try.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        ecosystem: Ecosystem,
        targets: Sequence[Target],
        tests: Sequence[str],
        *,
        seconds: float,
        test_seconds: float,
        keep: Sequence[str] = (),
        context: Mapping[str, bytes] | None = None,
        most: int = MOST,
    ) -> None:
        self._sandbox, self._ecosystem, self._most = sandbox, ecosystem, most
        self._targets, self._context = list(targets), dict(context or {})
        self._originals = {target.path: target.content for target in targets}
        self._goal = Goal(tests, keep, max(_LEAST_LIMIT, _TIMES_BASELINE * test_seconds))
        self._seconds, self._end = seconds, 0.0
        self._seen: set[tuple[tuple[str, bytes], ...]] = set()
        self._work: AsyncIterator[Found | None] | None = None
        self.exhausted = False
        self.tried = 0
        self.partial: list[Found] = []

    async def survivors(self, seconds: float | None = None) -> AsyncIterator[Found]:
        """Repairs that pass the tests, in the order they are found; ask for more when the gates refuse one.

        Called again, it goes on where its time was over, for `seconds` more. Raises `SandboxError` when the sandbox
        itself fails.
        """
        if not can_run(self._ecosystem) or not self._goal.tests:
            return
        self._end = time.monotonic() + (self._seconds if seconds is None else seconds)
        self._work = self._work or self._all()
        async for found in self._work:
            if found is None:
                return
            yield found
        self.exhausted = True

    async def _all(self) -> AsyncIterator[Found | None]:
        """Every survivor; `None` whenever the time is over."""
        async for found in self._from(_Start()):
            yield found
        for miss in self.partial[:_MOST_STARTS]:
            async for found in self._from(_Start(miss.files, miss.edits, miss.passed)):
                yield found

    async def _from(self, start: _Start) -> AsyncIterator[Found | None]:
        blocks = self._blocks(start)
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            async for found in self._tried(block, start):
                yield found

    async def _tried(self, variants: list[Variant], start: _Start) -> AsyncIterator[Found | None]:
        files = {**self._originals, **start.files}
        while variants:
            if self._left() <= _LEAST_BATCH_SECONDS:
                yield None
                continue
            goal = replace(self._goal, before=start.passed)
            outcomes = await run_batch(self._sandbox, self._ecosystem, files, variants, goal, seconds=self._left())
            if not outcomes:
                return
            for outcome in outcomes:
                self.tried += 1
                found = self._found(variants[outcome.variant], outcome, start)
                if outcome.survives:
                    paused = time.monotonic()
                    yield found
                    self._end += time.monotonic() - paused
                elif outcome.passed > start.passed:
                    self._remember(found)
            done = {outcome.variant for outcome in outcomes}
            variants = [variant for number, variant in enumerate(variants) if number not in done]

    def _blocks(self, start: _Start) -> Iterator[list[Variant]]:
        """Variants in blocks of falling likelihood; a later target begins later and gets a smaller share of each."""
        ideas: dict[int, list[Edit]] = {}
        for low in range(0, _turn(len(self._targets), self._most), _BLOCK):
            block: list[tuple[int, int, Variant]] = []
            for number, target in enumerate(self._targets):
                if _turn(number, 0) >= low + _BLOCK:
                    break
                if number not in ideas:
                    ideas[number] = self._edits(target, start)
                turns = ((_turn(number, rank), edit) for rank, edit in enumerate(ideas[number]))
                block += [(turn, number, Variant(target.path, e)) for turn, e in turns if low <= turn < low + _BLOCK]
            block.sort(key=lambda entry: entry[:2])
            if fresh := [variant for _, _, variant in block if self._is_new(variant, start)]:
                yield fresh

    def _edits(self, target: Target, start: _Start) -> list[Edit]:
        moved = target
        if target.path in start.files:
            moved = _moved(target, start.files[target.path], start.edits[-1])
        context = {**self._context, **self._originals, **start.files}
        others = {path: content for path, content in context.items() if path != target.path}
        return candidates(
            moved.content,
            moved.path,
            moved.start_line,
            moved.end_line,
            moved.line_scores,
            context=others,
            most=self._most,
        )

    def _is_new(self, variant: Variant, start: _Start) -> bool:
        state = tuple(sorted({**start.files, variant.path: variant.edit.content}.items()))
        known = state in self._seen
        self._seen.add(state)
        return not known

    def _found(self, variant: Variant, outcome: Outcome, start: _Start) -> Found:
        files = {**start.files, variant.path: variant.edit.content}
        return Found(files, (*start.edits, variant.edit), outcome.passed, outcome.kept, self.tried)

    def _remember(self, found: Found) -> None:
        self.partial.append(found)
        self.partial.sort(key=lambda f: (not f.kept, -f.passed, len(f.edits), -f.edits[-1].score))

    def _left(self) -> float:
        return self._end - time.monotonic()


def _turn(target: int, rank: int) -> int:
    """When the edit of a rank gets its turn, if it is of the target of a number."""
    return int(_LATER * target + rank * (1 + _SLOWER * target))


def _moved(target: Target, content: bytes, edit: Edit) -> Target:
    """The target in its file after an edit: lines behind the edit move with what it added or removed."""
    grown = content.count(b"\n") - target.content.count(b"\n")
    shifted = {line + (grown if line > edit.line else 0): score for line, score in target.line_scores.items()}
    start, end = (line + (grown if line >= edit.line else 0) for line in (target.start_line, target.end_line))
    if target.start_line <= edit.line <= target.end_line:
        start = target.start_line
    return Target(target.path, content, start, end, shifted)
