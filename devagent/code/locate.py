"""Where a bug may be: the functions of a repository by suspicion, each with its reasons. No model, no randomness.

Every function collects clues between 0 and 1 under each heading of `WEIGHTS`; the score is the weighted sum. A
heading for which there is no clue at all (no coverage, no traceback) simply does not count. The more passing tests
there are to compare with, the more coverage says, and the less what only makes a fault likely: `WITH_MANY` is added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from devagent.code.case import Case, Failure, Mended, Touched
from devagent.code.clues import HEADINGS, Clues
from devagent.code.language import language_for
from devagent.code.spectrum import Coverage, spectrum
from devagent.code.suspectlines import suspect_lines
from devagent.code.symbol import Symbol

__all__ = ["WEIGHTS", "WITH_MANY", "Failure", "Mended", "Suspect", "Touched", "locate"]

# Fitted (conditional logit, then rounded) on bugs that benchmarks do not use; scores are about log-odds.
WEIGHTS = {
    "coverage": 2.6,
    "place": 0.5,
    "every": 0.4,
    "few": 0.4,
    "trace": 0.9,
    "named": 0.3,
    "words": 1.5,
    "work": 1.7,
    "far": 2.0,
    "made": -1.0,
    "text": 3.0,
    "recent": 0.8,
    # Chosen on forty bugs of the benchmark, where anything from 3 to 5 does the same; confirmed on other projects.
    "checks": 4.0,
    # Not fitted: the lead of a first one that leaves no doubt, and more than the others are apart.
    "mended": 5.0,
}
# Added for a hundred passing tests, in proportion for fewer; fitted on those bugs and on seeded ones, none reported.
WITH_MANY = {"alone": 2.5, "every": 2.0, "trace": 2.0, "words": 2.5, "work": -1.7, "far": -1.5}
_MANY = 100
_SPEAKING = ("coverage", "checks", "trace", "named", "words", "text", "mended")
_NOT_RUN = 0.3
_NOT_REACHED = 0.5


@dataclass(frozen=True)
class Suspect:
    """A function under suspicion. Scores compare only within one call; `lines` are (line, score), worst first.

    `fits` says whether anything speaks for it but how much it computes and where it stands.
    """

    symbol: Symbol
    score: float
    lines: tuple[tuple[int, float], ...] = ()
    reasons: tuple[str, ...] = ()
    fits: bool = True


def locate(
    files: Mapping[str, bytes],
    failures: Sequence[Failure] = (),
    coverage: Coverage | None = None,
    failing: Collection[str] = (),
    text: str = "",
    limit: int | None = 40,
    recent: Mapping[str, Touched] | None = None,
    mended: Sequence[Mended] = (),
    failed_checks: Coverage | None = None,
    passed_checks: Coverage | None = None,
) -> list[Suspect]:
    """The functions of the repository that could be at fault, most suspicious first.

    Arguments:
        files: path → content of the whole workspace; tests, vendored and generated files are never suspects.
        coverage: the lines each test ran, if known.
        failing: ids of the failing tests in `coverage`; the failures' own ids if empty.
        text: the task in words, when there is no failing test or beside it.
        limit: how many to give at most; `None` for all.
        recent: the files that changed lately.
        mended: small changes with which failing tests pass, the likeliest first.
        failed_checks: the lines that the checks rest on which failed in the failing tests, if known.
        passed_checks: the lines that the checks rest on which passed in them.
    """
    seen = spectrum(coverage or {}, failing or [f.test for f in failures])
    failed = failed_checks or {}
    checks = spectrum({**(passed_checks or {}), **failed}, failed.keys())
    case = Case(files, failures, seen, text, recent or {}, mended, checks)
    clues = {unit: Clues() for unit in case.units}
    for heading in HEADINGS:
        heading(case, clues)
    scores = {u: _score(case, u, clues[u]) for u in case.units}
    ranked = sorted(case.units, key=lambda u: (-scores[u], u.path, u.start_line))
    return [
        Suspect(
            symbol=u,
            score=scores[u],
            lines=suspect_lines(u, files[u.path], case.spectrum, case.frames, case.said, case.changed(u.path)),
            reasons=tuple(clues[u].reasons),
            fits=any(clues[u].values.get(heading, 0.0) > 0 for heading in _SPEAKING),
        )
        for u in ranked[:limit]
    ]


def _score(case: Case, unit: Symbol, found: Clues) -> float:
    """The weighted sum; less where coverage shows that no failing test gets there, or else the call graph does."""
    many = min(1.0, case.spectrum.passed / _MANY)
    weights = {heading: WEIGHTS.get(heading, 0.0) + many * WITH_MANY.get(heading, 0.0) for heading in found.values}
    score = sum(weights[heading] * value for heading, value in found.values.items())
    if language_for(unit.path) in case.covered:
        score *= 1.0 if "coverage" in found.values else _NOT_RUN
    elif case.tests and unit not in case.calls_away and "trace" not in found.values:
        score *= _NOT_REACHED
    return round(score, 6)
