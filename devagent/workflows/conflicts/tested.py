"""The tests of a merge beside those of both sides: what they say of the merge, and what a side had brought already.

A test that passes on a side has to pass in the merge as well. Only a side that broke it by itself is no fault of the
merge: where one side passes a test that the other fails, the common ancestor tells which of them changed that. If it
passes there, a fault is carried over; if it does not, a fix is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from devagent.proposal.candidate import Evidence, Verdict
from devagent.sandbox.results import TestResult, TestRun

_SHOWN = 50
"""Tests of one kind that are listed at most."""


def compared(merged: TestRun, sides: Mapping[str, TestRun], base: TestRun | None = None) -> Evidence:
    """The tests of a merge, next to those of its sides by their names, and of what both started from."""
    found = _Comparison(merged, sides, base)
    if not merged.counts:
        if found.sides_work:
            what = f"the tests run in {' and '.join(sides)}, and not in the merge: {merged.trouble}"
            return Evidence("tests", Verdict.FAIL, what)
        return Evidence("tests", Verdict.NO_VERDICT, merged.trouble)
    if broken := found.broken:
        if unknown := [f"{name}: {run.trouble}" for name, run in sides.items() if not run.counts]:
            what = f"{_failing(len(broken))}, and there is nothing to compare that with: {unknown[0]}"
            return Evidence("tests", Verdict.NO_VERDICT, what, _some(found.told(broken)))
        return Evidence("tests", Verdict.FAIL, found.fault, _some(found.told(broken)))
    if lost := found.lost:
        gone = "1 test of both sides is gone" if len(lost) == 1 else f"{len(lost):,} tests of both sides are gone"
        return Evidence("tests", Verdict.FAIL, gone, _some(lost))
    if not found.passed:
        return Evidence("tests", Verdict.NO_VERDICT, "no test passes, so that none observes the merge")
    return Evidence("tests", Verdict.PASS, found.summary, _some(found.details))


def in_doubt(merged: TestRun, sides: Mapping[str, TestRun]) -> bool:
    """Whether only the common ancestor tells what a failing test means: one side passes it, another fails it."""
    found = _Comparison(merged, sides, None)
    return merged.counts and any(found.passing(result) and found.failing(result) for result in merged.bad)


@dataclass(frozen=True)
class _Comparison:
    merged: TestRun
    sides: Mapping[str, TestRun]
    base: TestRun | None

    def passing(self, result: TestResult) -> list[str]:
        """The sides on which a test passes."""
        return [name for name, results in self._known.items() if (r := results.get(result.id)) and not r.bad]

    def failing(self, result: TestResult) -> list[str]:
        """The sides on which a test fails."""
        return [name for name, results in self._known.items() if (r := results.get(result.id)) and r.bad]

    @property
    def broken(self) -> list[TestResult]:
        """The tests that fail and are no fault of a side alone."""
        return [result for result in self.merged.bad if not self._is_carried_over(result)]

    @property
    def sides_work(self) -> bool:
        """Whether tests run and pass on every side."""
        return bool(self.sides) and all(run.counts and _passed(run.results) for run in self.sides.values())

    @property
    def fault(self) -> str:
        """What is told of a merge that breaks tests."""
        count, old = len(self.broken), sum(bool(self.passing(result)) for result in self.broken)
        where = f"passed in {' or '.join(self.sides)}"
        if not old:
            return f"{_failing(count)} that no side has"
        return f"{_failing(count)} that {where}" if old == count else f"{_failing(count)}, {old} of which {where}"

    @property
    def lost(self) -> list[str]:
        """The tests that both sides have, and the merge has not."""
        known = [set(results) for results in self._known.values()]
        return sorted(set.intersection(*known) - self._there) if known else []

    @property
    def passed(self) -> set[str]:
        """The tests that pass in the merge."""
        return _passed(self.merged.results)

    @property
    def summary(self) -> str:
        """What is told of a merge that breaks nothing."""
        said = f"{len(self.passed):,} passed"
        if all(_passed(run.results) == self.passed for run in self.sides.values()):
            both = "both " if len(self.sides) == 2 else ""
            return f"{said}, as in {both}{' and '.join(self.sides)}"
        counts = ", ".join(f"{name} {len(_passed(run.results)):,}" for name, run in self.sides.items())
        return f"{said} ({counts}), and none fails that passes on a side"

    @property
    def details(self) -> list[str]:
        """What else is worth knowing of it."""
        carried = [f"{r.id}: fails in {' and '.join(self.failing(r))} as well" for r in self.merged.bad]
        only = [
            f"{test}: only in {name}, and not in the merge"
            for name, results in self._known.items()
            for test in sorted(set(results) - self._there)
        ]
        return [*carried, *only, *(f"{name}: {run.trouble}" for name, run in self.sides.items() if run.trouble)]

    def told(self, broken: Iterable[TestResult]) -> list[str]:
        """Each of these tests: where it passes, and what it says."""
        return [self._told(result) for result in broken]

    def _told(self, result: TestResult) -> str:
        where = self.passing(result)
        observed = f"passed in {' and '.join(where)}" if where else "new"
        if where and self.failing(result) and self.base:
            observed += ", whose fix is lost"
        said = f": {result.headline}" if result.headline else ""
        return f"{result.id} ({observed}){said}"

    def _is_carried_over(self, result: TestResult) -> bool:
        if not self.failing(result):
            return False
        if not self.passing(result):
            return True
        before = self.base.by_id().get(result.id) if self.base else None
        return before is not None and not before.bad

    @property
    def _known(self) -> Mapping[str, Mapping[str, TestResult]]:
        return {name: run.by_id() for name, run in self.sides.items()}

    @property
    def _there(self) -> set[str]:
        return {result.id for result in self.merged.results}


def _passed(results: Iterable[TestResult]) -> set[str]:
    return {result.id for result in results if result.status == "passed"}


def _failing(count: int) -> str:
    return "1 test fails" if count == 1 else f"{count:,} tests fail"


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"… and {more} more") if more > 0 else tuple(lines)
