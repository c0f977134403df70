"""Where a bug may be: the functions of a repository by suspicion, each with its reasons. No model, no randomness.

Every function collects evidence between 0 and 1 under each heading of `WEIGHTS`; the score is the weighted sum. A
heading for which there is no evidence at all (no coverage, no traceback) simply does not count. The more passing tests
there are to compare with, the more coverage says, and the less what only makes a fault likely: `WITH_MANY` is added.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from devagent.code.callgraph import CallGraph
from devagent.code.frames import Frame, frames
from devagent.code.language import Language, language_for
from devagent.code.narrow import narrowed
from devagent.code.roles import is_foreign, is_test
from devagent.code.spectrum import Coverage, Spectrum, spectrum
from devagent.code.suspectlines import suspect_lines, work_in
from devagent.code.symbol import Symbol, symbols, test_functions
from devagent.code.words import bm25, identifiers, plain_words, stem, words

# Fitted (conditional logit, then rounded) on bugs that benchmarks do not use; scores are about log-odds.
WEIGHTS = {
    "coverage": 2.6,
    "trace": 0.5,
    "named": 0.3,
    "words": 1.5,
    "work": 1.7,
    "far": 2.0,
    "made": -1.0,
    "text": 3.0,
    "recent": 0.8,
}
# Added for a hundred passing tests, in proportion for fewer; fitted on those bugs and on seeded ones, none reported.
WITH_MANY = {"alone": 2.5, "every": 2.0, "trace": 2.0, "words": 2.5, "work": -1.7, "far": -1.5}
_MANY = 100
_SPEAKING = ("coverage", "trace", "named", "words", "text")
_FARTHEST, _UNKNOWN_FAR = 5, 0.6
_CONSTRUCTORS = ("__init__", "__post_init__", "constructor")
_LARGE = 60
_BUSY = 40
_ON_PURPOSE = 0.5
_TELLING = 0.6
_NOT_RUN = 0.3
_NOT_REACHED = 0.5
_LONG_AGO = 50
_COMMITTED = 0.5


@dataclass(frozen=True)
class Failure:
    """A failing test: its id, the assertion or error, the traceback, and the file it is in (may be empty)."""

    test: str
    message: str = ""
    details: str = ""
    file: str = ""


@dataclass(frozen=True)
class Touched:
    """A recent change of a file: so many commits `ago` (0 is not committed yet), in these lines if they are known."""

    ago: int
    lines: frozenset[int] = frozenset()


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


@dataclass
class _Evidence:
    values: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def add(self, heading: str, value: float, reason: str = "") -> None:
        self.values[heading] = max(value, self.values.get(heading, 0.0))
        if reason and reason not in self.reasons:
            self.reasons.append(reason)


def locate(
    files: Mapping[str, bytes],
    failures: Sequence[Failure] = (),
    coverage: Coverage | None = None,
    failing: Collection[str] = (),
    text: str = "",
    limit: int | None = 40,
    recent: Mapping[str, Touched] | None = None,
) -> list[Suspect]:
    """The functions of the repository that could be at fault, most suspicious first.

    Arguments:
        files: path → content of the whole workspace; tests, vendored and generated files are never suspects.
        coverage: the lines each test ran, if known.
        failing: ids of the failing tests in `coverage`; the failures' own ids if empty.
        text: the task in words, when there is no failing test or beside it.
        limit: how many to give at most; `None` for all.
        recent: the files that changed lately.
    """
    case = _Case(files, failures, spectrum(coverage or {}, failing or [f.test for f in failures]), text, recent or {})
    evidence = {unit: _Evidence() for unit in case.units}
    for heading in HEADINGS:
        heading(case, evidence)
    scores = {u: _score(case, u, evidence[u]) for u in case.units}
    ranked = sorted(case.units, key=lambda u: (-scores[u], u.path, u.start_line))
    return [
        Suspect(
            symbol=u,
            score=scores[u],
            lines=suspect_lines(u, files[u.path], case.spectrum, case.frames, case.said),
            reasons=tuple(evidence[u].reasons),
            fits=any(evidence[u].values.get(heading, 0.0) > 0 for heading in _SPEAKING),
        )
        for u in ranked[:limit]
    ]


def _score(case: "_Case", unit: Symbol, found: _Evidence) -> float:
    """The weighted sum; less where coverage shows that no failing test gets there, or else the call graph does."""
    many = min(1.0, case.spectrum.passed / _MANY)
    weights = {heading: WEIGHTS.get(heading, 0.0) + many * WITH_MANY.get(heading, 0.0) for heading in found.values}
    score = sum(weights[heading] * value for heading, value in found.values.items())
    if language_for(unit.path) in case.covered:
        score *= 1.0 if "coverage" in found.values else _NOT_RUN
    elif case.tests and unit not in case.calls_away and "trace" not in found.values:
        score *= _NOT_REACHED
    return round(score, 6)


@dataclass(frozen=True, eq=False)
class _Case:
    """What is known, and what follows from it at once."""

    files: Mapping[str, bytes]
    failures: Sequence[Failure]
    spectrum: Spectrum
    text: str
    recent: Mapping[str, Touched] = field(default_factory=dict)

    @cached_property
    def units(self) -> list[Symbol]:
        """The functions that can be suspected. A small closure belongs to the function around it."""
        sources = {path: content for path, content in self.files.items() if _is_source(path, content)}
        certain = {frame.path for frame in self.frames} | {path for path, _ in self.spectrum.failing}
        asked = words("\n".join([self.said, self.test_text, self.text]))
        return [u for path in sorted(narrowed(sources, certain, asked)) for u in _units(path, self.files[path])]

    @cached_property
    def covered(self) -> set[Language | None]:
        """The languages for which it is known what the failing tests run."""
        return {language_for(path) for path, _ in self.spectrum.failing}

    @cached_property
    def tests(self) -> list[Symbol]:
        """The functions of the failing tests that could be found."""
        return [test for failure in self.failures for test in _test_of(failure, self.files)]

    @cached_property
    def frames(self) -> list[Frame]:
        """The frames of all tracebacks that are not in tests."""
        return [f for failure in self.failures for f in self.frames_of(failure)]

    def frames_of(self, failure: Failure) -> list[Frame]:
        """The frames of one traceback that are not in tests, outermost first."""
        return [f for f in frames(failure.details, self.files.keys()) if not is_test(f.path)]

    @cached_property
    def said(self) -> str:
        """What the failures say: their messages."""
        return "\n".join(failure.message for failure in self.failures)

    @cached_property
    def test_text(self) -> str:
        """The source of the failing tests."""
        return "\n".join(test.text(self.files[test.path]) for test in self.tests)

    @cached_property
    def calls_away(self) -> dict[Symbol, int]:
        """How many calls each function is away from the failing tests; only those that can be reached by name."""
        helpers = [
            s
            for path in sorted({test.path for test in self.tests})
            for s in (*symbols(path, self.files[path]), *test_functions(path, self.files[path]))
        ]
        everything = list(dict.fromkeys([*self.units, *helpers]))
        return CallGraph(self.files, everything).distances(self.tests)


def _is_source(path: str, content: bytes) -> bool:
    return language_for(path) is not None and not is_test(path) and not is_foreign(path, content)


def _units(path: str, content: bytes) -> list[Symbol]:
    functions = [s for s in symbols(path, content) if s.kind != "class"]
    by_name = {s.name: s for s in functions}
    return [s for s in functions if (outer := by_name.get(s.owner)) is None or len(outer.lines) > _LARGE]


def _test_of(failure: Failure, files: Mapping[str, bytes]) -> list[Symbol]:
    """The source of a failing test, by the parts of its id; of all that fit, the one with the longest name."""
    path, _, rest = failure.test.partition("::")
    named = [p for p in (failure.file, path) if p in files]
    title = rest.rpartition("::")[2].partition("[")[0] if rest else failure.test
    for candidate in named or [p for p in sorted(files) if is_test(p)]:
        fitting = [t for t in test_functions(candidate, files[candidate]) if t.short == title or t.name in failure.test]
        if fitting:
            return [max(fitting, key=lambda t: len(t.name))]
    return []


def _coverage(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    seen = case.spectrum
    if not seen.failed:
        return
    values: dict[Symbol, float] = {}
    for unit in evidence:
        run = [score for line in unit.lines if (score := seen.suspicion(unit.path, line)) > 0]
        if run:
            values[unit] = 0.85 * max(run) + 0.15 * sum(run) / len(run)
    highest = max(values.values(), default=1.0)
    for unit, value in values.items():
        failed, passed = seen.tests(unit.path, unit.lines)
        told = f"run by {_of(failed, seen.failed, 'failing')} and {_of(passed, seen.passed, 'passing')} tests"
        evidence[unit].add("coverage", value / highest, told)
        evidence[unit].add("alone", (value / highest) ** 3)
        evidence[unit].add("every", float(failed == seen.failed))


def _of(count: int, total: int, kind: str) -> str:
    return f"all {total} {kind}" if count == total and total > 1 else f"{count} of {total} {kind}"


def _trace(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    ends: dict[Symbol, list[str]] = {}
    passes: dict[Symbol, list[str]] = {}
    for failure in case.failures:
        for depth, frame in enumerate(reversed(case.frames_of(failure))):
            unit = _at(frame, evidence)
            if unit is None:
                continue
            weight = _ON_PURPOSE if _raises(case.files[frame.path], frame.line) else 1.0
            evidence[unit].add("trace", weight / (1 + 0.5 * depth))
            (passes if depth else ends).setdefault(unit, []).append(_short(failure.test))
    for unit in {**ends, **passes}:
        where, tests = ("at the end of", ends[unit]) if unit in ends else ("in", passes[unit])
        evidence[unit].reasons.append(f"{where} the traceback of {_listed(tests)}")


def _listed(tests: Sequence[str]) -> str:
    names = list(dict.fromkeys(tests))
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _raises(content: bytes, line: int) -> bool:
    """Whether a line complains on purpose: a check that reports a fault is seldom the fault."""
    lines = content.split(b"\n")
    return 0 < line <= len(lines) and lines[line - 1].strip().startswith((b"raise", b"throw", b"assert"))


def _at(frame: Frame, units: Collection[Symbol]) -> Symbol | None:
    around = [u for u in units if u.path == frame.path and frame.line in u.lines]
    return min(around, key=lambda u: len(u.lines), default=None)


def _short(test: str) -> str:
    return test.rpartition("::")[2]


def _names(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    said, in_test, task = identifiers(case.said), identifiers(case.test_text), identifiers(case.text)
    for unit, found in evidence.items():
        if unit.short in said - in_test:
            found.add("named", 1.0, "named in the failure")
        if unit.short in task:
            found.add("text", 1.0, "named in the task")
        if unit.short in in_test:
            found.reasons.append("named in the failing test")


def _words(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    units = list(evidence)
    documents = [_document(unit, case.files[unit.path]) for unit in units]
    queries: dict[str, Mapping[str, float]] = {
        "words": _contrast(case),
        "text": {word: float(count) for word, count in Counter(words(case.text)).items()},
    }
    for heading, query in queries.items():
        for unit, value in zip(units, bm25(query, documents), strict=True):
            spoken = _spoken(unit, case.files[unit.path], query) if value > _TELLING else ""
            source = "the task" if heading == "text" else "the failing tests"
            evidence[unit].add(heading, value, f"shares words with {source}: {spoken}" if spoken else "")


def _spoken(unit: Symbol, content: bytes, query: Mapping[str, float]) -> str:
    """The words of a function that weigh most in a query, as they are written."""
    written = {stem(word): word for word in reversed(plain_words(f"{unit.name} {unit.text(content)}"))}
    common = sorted((s for s in written if s in query), key=lambda s: (-query[s], s))
    return ", ".join(written[s] for s in common[:4])


def _document(unit: Symbol, content: bytes) -> list[str]:
    return words(unit.text(content)) + 3 * words(unit.name) + words(unit.path)


def _contrast(case: _Case) -> dict[str, float]:
    """The words of the failing tests and messages, the more the fewer tests beside them use them too."""
    own = Counter(words(case.test_text + "\n" + "\n".join(f.test for f in case.failures))) + Counter(words(case.said))
    others = Counter(
        word
        for path in sorted({test.path for test in case.tests})
        for test in test_functions(path, case.files[path])
        if test not in case.tests
        for word in set(words(test.text(case.files[path])))
    )
    return {word: min(count, 3) / (1 + others[word]) for word, count in own.items()}


def _distance(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    """What a test calls itself is what its author looked at; a fault hides behind it."""
    if not case.tests:
        return
    for unit, found in evidence.items():
        calls = case.calls_away.get(unit, 0)
        if calls > 0:
            plural = "s" if calls > 1 else ""
            found.reasons.append(f"{calls} call{plural} away from the failing test")
        found.add("far", _UNKNOWN_FAR if calls < 1 else min(calls, _FARTHEST) / _FARTHEST if calls > 1 else 0.0)
        if unit.short in _CONSTRUCTORS:
            found.add("made", 1.0)


def _work(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    """A bug is likelier where much is computed and decided than where work is only handed on."""
    for unit, found in evidence.items():
        found.add("work", min(1.0, math.log1p(work_in(unit.text(case.files[unit.path]))) / math.log1p(_BUSY)))


def _recent(case: _Case, evidence: Mapping[Symbol, _Evidence]) -> None:
    """What was changed last is what worked before."""
    for unit, found in evidence.items():
        touched = case.recent.get(unit.path)
        if touched is None or (touched.lines and touched.lines.isdisjoint(unit.lines)):
            continue
        if touched.ago == 0:
            found.add("recent", 1.0, "has changes that are not committed")
        elif touched.ago <= _LONG_AGO:
            plural = "s" if touched.ago > 1 else ""
            value = _COMMITTED * (1 - (touched.ago - 1) / _LONG_AGO)
            found.add("recent", value, f"its file changed {touched.ago} commit{plural} ago")


HEADINGS = (_coverage, _trace, _names, _words, _distance, _work, _recent)
