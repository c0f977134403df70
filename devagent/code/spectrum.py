"""Which lines failing tests run and passing tests do not (Ochiai; Abreu, Zoeteweij and van Gemund, 2007)."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Coverage = Mapping[str, Mapping[str, Collection[int]]]
"""Test id → path → the lines it ran."""


@dataclass(frozen=True)
class Spectrum:
    """For every line the failing and passing tests that ran it. `failed` and `passed` count tests with coverage."""

    failed: int = 0
    passed: int = 0
    failing: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict, repr=False)
    passing: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict, repr=False)

    def suspicion(self, path: str, line: int) -> float:
        """Ochiai's coefficient, 0 to 1."""
        failing = len(self.failing.get((path, line), ()))
        executed = failing + len(self.passing.get((path, line), ()))
        return failing / math.sqrt(self.failed * executed) if failing else 0.0

    def tests(self, path: str, lines: Collection[int]) -> tuple[int, int]:
        """How many failing and passing tests ran any of these lines."""
        failing = {test for line in lines for test in self.failing.get((path, line), ())}
        passing = {test for line in lines for test in self.passing.get((path, line), ())}
        return len(failing), len(passing)

    def fewest_passing(self, path: str, lines: Iterable[int]) -> int | None:
        """How many passing tests run the least visited of these lines among those that every failing test runs.

        `None` where no line is run by every failing test: a single fault is on such a line.
        """
        common = (line for line in lines if len(self.failing.get((path, line), ())) == self.failed)
        return min((len(self.passing.get((path, line), ())) for line in common), default=None)


def spectrum(coverage: Coverage, failing: Collection[str]) -> Spectrum:
    """The spectrum of a run. Tests without any coverage do not count."""
    ran: dict[bool, dict[tuple[str, int], set[str]]] = {True: defaultdict(set), False: defaultdict(set)}
    counted = {True: 0, False: 0}
    bad = set(failing)
    for test, files in coverage.items():
        if not any(files.values()):
            continue
        counted[test in bad] += 1
        for path, lines in files.items():
            for line in lines:
                ran[test in bad][path, line].add(test)
    frozen = {fails: {place: frozenset(tests) for place, tests in found.items()} for fails, found in ran.items()}
    return Spectrum(counted[True], counted[False], frozen[True], frozen[False])
