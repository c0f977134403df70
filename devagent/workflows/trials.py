"""Which suspects a small change of mends the failing tests: changes tried in the sandbox, the likeliest first.

What they run only says where a fault can be. Execution decides more: a change with which the failing tests pass, and
those beside them still do, is mostly made where the fault is, even if it is not the right change (Moon, Kim, Kim and
Yoo 2014, "Ask the Mutants"). Only slips are undone here, a sign, a name, a number; to repair is the work of `fix`.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice, takewhile

from devagent.code.locate import Mended, Suspect
from devagent.errors import SandboxError
from devagent.repair.batch import Variant, can_run
from devagent.repair.candidates import Stretch, candidates
from devagent.repair.search import Found, Search
from devagent.sandbox.coverage import Coverage, nearest
from devagent.sandbox.results import TestResult
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Tree
from devagent.team.location import MAX_TESTS

SECONDS = 30.0
"""For how long changes are tried, at most, unless told otherwise."""

MOST_SUSPECTS = 60
# Templates that undo a slip of the pen. The others write new code, which can do the work of code that is elsewhere.
# One more or one less of something often suits a test as well as what would be right elsewhere: these say less.
_SLIPS = {"operator": 1.0, "operands": 1.0, "negate": 1.0, "name": 1.0, "arguments": 1.0}
_SLIPS |= {"off_by_one": 0.75, "literal": 0.75}
_CLEAR_LEAD = 5.0  # of the first suspect; with more than that, no change would put another before it
_WITHIN = 6.0  # of the score of the first: what stands lower comes to nothing even with a change that mends
# So many of the suspects at a time, and the likeliest so many changes of them: more cost more time to think up.
_GROUPS = ((0, 12, 1000), (12, 30, 1200), (30, MOST_SUSPECTS, 1500))
_TEMPER = 3.0
_MOST_MENDED, _LOOK_ON = 3, 10.0
_TEST_SECONDS, _LEAST_USUAL = 2.0, 0.1
_KEEP, _KEEP_SECONDS = 30, 2.0
_LEAST_SECONDS = 1.0
_AROUND = 3  # an expression of several lines runs as its first or its last


@dataclass(frozen=True)
class Tests:
    """The tests of a workspace as they ended, and what the `failing` ones run."""

    __test__ = False

    failing: Sequence[TestResult]
    passing: Sequence[TestResult]
    coverage: Coverage


@dataclass(frozen=True)
class Trials:
    """What came of it: how many changes ran, and those that mend something, the likeliest first."""

    tried: int = 0
    mended: tuple[Mended, ...] = ()


async def tried(
    runner: TestRunner,
    files: Tree,
    suspects: Sequence[Suspect],
    tests: Tests,
    *,
    seconds: float = SECONDS,
    tell: Callable[[str], None] = lambda _: None,
) -> Trials:
    """Try small changes of the suspects for so many wall seconds; nothing where the first of them leaves no doubt.

    The workspace must be synced, and is left in any state. Nothing is tried in languages without a batch runner.
    `tell` is told when work begins, and what keeps the sandbox from it: the suspects are good without.
    """
    meant = _in_question(suspects)
    if not can_run(runner.ecosystem) or not meant or not tests.failing or seconds <= _LEAST_SECONDS:
        return Trials()
    tell(f"trying small changes in the {len(meant)} likeliest functions, for {seconds:g} s at most")
    trial = _Trial(runner, files, meant, tests, seconds)
    try:
        return await trial.run()
    except SandboxError as error:
        tell(f"small changes could not be tried: {error.why or error.what}")
        return Trials()


class _Trial:
    """One round of changes, until enough of them mend the tests or the time is over."""

    def __init__(
        self, runner: TestRunner, files: Tree, suspects: Sequence[Suspect], tests: Tests, seconds: float
    ) -> None:
        self._files, self._suspects, self._asked = files, suspects, _quick(tests.failing)
        self._end = time.monotonic() + seconds
        self._ran = {p: set(lines) for r in tests.failing for p, lines in tests.coverage.lines.get(r.id, {}).items()}
        usual = _usual(self._asked, tests.passing)
        self._search = Search(
            runner.sandbox,
            runner.ecosystem,
            _stretches(files, suspects),
            [r.id for r in self._asked],
            seconds=seconds,
            test_seconds=max(_LEAST_USUAL, usual),
            # One that waits for what does not come would do so with nearly every change.
            hangs=usual < sum(r.seconds for r in self._asked) / 2,
            keep=_to_keep(tests.failing, tests.passing),
        )
        self._mended: list[Mended] = []

    async def run(self) -> Trials:
        """What came of it. Raises `SandboxError`."""
        for first, last, most in _GROUPS:
            block = await asyncio.to_thread(self._thought_up, self._suspects[first:last], most)
            while self._goes_on() and (found := await self._survivor(block)) is not None:
                self._mended.append(self._as_mended(found))
                self._end = min(self._end, time.monotonic() + _LOOK_ON)
        return Trials(self._search.tried, tuple(self._mended or self._in_part()))

    def _goes_on(self) -> bool:
        return len(self._mended) < _MOST_MENDED and self._left() > _LEAST_SECONDS

    def _left(self) -> float:
        return self._end - time.monotonic()

    def _thought_up(self, suspects: Sequence[Suspect], most: int) -> list[Variant]:
        """Changes of what the failing tests run of some suspects, the likeliest first; fewer where time is short."""
        found: list[Variant] = []
        if suspects and self._goes_on():
            proposed = _changes(_stretches(self._files, suspects), self._ran)
            found += islice(takewhile(lambda _: self._goes_on(), proposed), most)
        return found

    async def _survivor(self, block: Sequence[Variant]) -> Found | None:
        """The first that mends the tests, in functions of which none has done so yet."""
        places = {(m.path, m.name) for m in self._mended}
        variants = [v for v in block if self._place(v.path, v.edit.line) not in places]
        async with aclosing(self._search.survivors_of(variants, self._left())) as survivors:
            return await anext(survivors, None)

    def _place(self, path: str, line: int) -> tuple[str, str]:
        """The innermost suspect around a line."""
        around = [s.symbol for s in self._suspects if s.symbol.path == path and line in s.symbol.lines]
        return path, min(around, key=lambda symbol: len(symbol.lines)).name if around else ""

    def _as_mended(self, found: Found) -> Mended:
        (path,) = found.files
        edit = found.edits[-1]
        share = found.passed / len(self._asked)
        return Mended(*self._place(path, edit.line), edit.description, share, _SLIPS[edit.template])

    def _in_part(self) -> list[Mended]:
        """Changes with which some of the failing tests pass and no other fails."""
        near = [miss for miss in self._search.partial if miss.kept and miss.passed]
        return [self._as_mended(miss) for miss in near[:_MOST_MENDED]]


def _in_question(suspects: Sequence[Suspect]) -> list[Suspect]:
    """The suspects that a change could put first; none where there is nothing to decide."""
    if len(suspects) < 2 or suspects[0].score - suspects[1].score > _CLEAR_LEAD:
        return []
    return [s for s in suspects[:MOST_SUSPECTS] if suspects[0].score - s.score <= _WITHIN]


def _quick(failing: Sequence[TestResult]) -> list[TestResult]:
    """The failing tests that are asked: the quickest, as many as take a moment together, one at least."""
    chosen: list[TestResult] = []
    left = _TEST_SECONDS
    for result in sorted(failing, key=lambda r: r.seconds)[:MAX_TESTS]:
        if not chosen or result.seconds <= left:
            chosen.append(result)
            left -= result.seconds
    return chosen


def _usual(tests: Sequence[TestResult], passing: Sequence[TestResult]) -> float:
    """Seconds that the tests would take if they passed: no longer than the longest that passes beside them."""
    longest: dict[str, float] = {}
    for result in passing:
        home = result.id.partition("::")[0]
        longest[home] = max(result.seconds, longest.get(home, 0.0))
    return math.fsum(min(r.seconds, longest.get(r.id.partition("::")[0], r.seconds)) for r in tests)


def _to_keep(failing: Sequence[TestResult], passing: Sequence[TestResult]) -> list[str]:
    """Passing tests near the failing ones, as many as take a moment together."""
    seconds = {r.id: r.seconds for r in passing}
    chosen: list[str] = []
    left = _KEEP_SECONDS
    for id_ in nearest([r.id for r in failing], list(seconds)):
        if seconds[id_] <= left and len(chosen) < _KEEP:
            chosen.append(id_)
            left -= seconds[id_]
    return chosen


def _stretches(files: Tree, suspects: Sequence[Suspect]) -> list[Stretch]:
    """The suspects as what may be changed; how suspicious they are decides less of the order than it could."""
    weights = [math.exp((s.score - suspects[0].score) / _TEMPER) for s in suspects]
    return [
        Stretch(u.path, files[u.path].content, u.start_line, u.end_line, dict(suspect.lines), weight)
        for suspect, weight in zip(suspects, weights, strict=True)
        for u in [suspect.symbol]
    ]


def _changes(stretches: Sequence[Stretch], ran: Mapping[str, set[int]]) -> Iterator[Variant]:
    """Small changes of what the failing tests run, and of the heads of those functions, the likeliest first."""
    heads = {(s.path, s.start_line + row) for s in stretches for row in range(_AROUND)}
    for path, edit in candidates(stretches, only=_SLIPS):
        near = range(edit.line - _AROUND, edit.line + _AROUND + 1)
        if not ran or (path, edit.line) in heads or not ran.get(path, set()).isdisjoint(near):
            yield Variant(path, edit)
