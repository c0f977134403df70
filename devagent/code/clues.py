"""What speaks for a function being at fault, heading by heading: a value between 0 and 1 and the reason in words."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from devagent.code.case import Case
from devagent.code.frames import Frame
from devagent.code.spectrum import Spectrum
from devagent.code.suspectlines import work_in
from devagent.code.symbol import Symbol, test_functions
from devagent.code.words import bm25, identifiers, plain_words, stem, words

_FARTHEST, _UNKNOWN_FAR = 5, 0.6
_CONSTRUCTORS = ("__init__", "__post_init__", "constructor")
_BUSY = 40
_ON_PURPOSE = 0.5
_TELLING = {"words": 0.6, "text": 0.2}
_LONG_AGO = 50
_LATELY = 10
_COMMITTED = 0.5
_MANY_CHECKS = 20


@dataclass
class Clues:
    """What was found about one function."""

    values: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def add(self, heading: str, value: float, reason: str = "") -> None:
        """Something that speaks for it; of one heading the highest value counts."""
        self.values[heading] = max(value, self.values.get(heading, 0.0))
        if reason and reason not in self.reasons:
            self.reasons.append(reason)


Found = Mapping[Symbol, Clues]


def _coverage(case: Case, clues: Found) -> None:
    seen = case.spectrum
    run = {unit: lines for unit in clues if (lines := _run(unit, seen))} if seen.failed else {}
    values = {unit: 0.85 * max(lines) + 0.15 * sum(lines) / len(lines) for unit, lines in run.items()}
    highest = max(values.values(), default=1.0)
    worst = sorted(max(lines) for lines in run.values())
    for unit, value in values.items():
        failed, passed = seen.tests(unit.path, unit.lines)
        told = f"run by {_of(failed, seen.failed, 'failing')} and {_of(passed, seen.passed, 'passing')} tests"
        found = clues[unit]
        found.add("coverage", value / highest, told)
        found.add("alone", (value / highest) ** 3)
        found.add("place", 1 / _place(max(run[unit]), worst))
        fewest = seen.fewest_passing(unit.path, unit.lines)
        found.add("every", float(fewest is not None))
        found.add("few", 0.0 if fewest is None else 1 / (1 + fewest))


def _checks(case: Case, clues: Found) -> None:
    """What the checks rest on that failed, and those that passed before them in the same tests do not."""
    seen = case.checks
    values = {unit: max(lines) for unit in clues if (lines := _run(unit, seen))} if seen.failed and seen.passed else {}
    highest = max(values.values(), default=1.0)
    known = min(1.0, seen.passed / _MANY_CHECKS)
    for unit, value in values.items():
        failed, passed = seen.tests(unit.path, unit.lines)
        told = f"behind {_of(failed, seen.failed, 'failed')} and {_of(passed, seen.passed, 'passed')} checks"
        clues[unit].add("checks", known * value / highest, told)


def _run(unit: Symbol, seen: Spectrum) -> list[float]:
    """The suspicion of each line of a function that failing tests run."""
    return [score for line in unit.lines if (score := seen.suspicion(unit.path, line)) > 0]


def _place(score: float, ascending: Sequence[float]) -> float:
    """The place of a score among all, the highest at 1; among equals the middle."""
    after, before = bisect_right(ascending, score), bisect_left(ascending, score)
    return len(ascending) - after + (after - before + 1) / 2


def _of(count: int, total: int, kind: str) -> str:
    return f"all {total} {kind}" if count == total and total > 1 else f"{count} of {total} {kind}"


def _trace(case: Case, clues: Found) -> None:
    ends: dict[Symbol, list[str]] = {}
    passes: dict[Symbol, list[str]] = {}
    for failure in case.failures:
        for depth, frame in enumerate(reversed(case.frames_of(failure))):
            unit = _at(frame, clues)
            if unit is None:
                continue
            weight = _ON_PURPOSE if _raises(case.files[frame.path], frame.line) else 1.0
            clues[unit].add("trace", weight / (1 + 0.5 * depth))
            (passes if depth else ends).setdefault(unit, []).append(_short(failure.test))
    for unit in {**ends, **passes}:
        where, tests = ("at the end of", ends[unit]) if unit in ends else ("in", passes[unit])
        clues[unit].reasons.append(f"{where} the traceback{_listed(tests)}")


def _listed(tests: Sequence[str]) -> str:
    names = list(dict.fromkeys(filter(None, tests)))
    return f" of {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}" if names else ""


def _raises(content: bytes, line: int) -> bool:
    """Whether a line complains on purpose: a check that reports a fault is seldom the fault."""
    lines = content.split(b"\n")
    return 0 < line <= len(lines) and lines[line - 1].strip().startswith((b"raise", b"throw", b"assert"))


def _at(frame: Frame, units: Collection[Symbol]) -> Symbol | None:
    """The function of a frame: the innermost around its line, or where the file has changed since, that of its name."""
    here = [u for u in units if u.path == frame.path]
    around = [u for u in here if frame.line in u.lines]
    named = [u for u in here if u.short == frame.function]
    if len(named) == 1 and named[0] not in around:
        return named[0]
    return min(around, key=lambda u: len(u.lines), default=None)


def _short(test: str) -> str:
    return test.rpartition("::")[2]


def _names(case: Case, clues: Found) -> None:
    said, in_test, task = identifiers(case.said), identifiers(case.test_text), identifiers(case.text)
    for unit, found in clues.items():
        if unit.short in said - in_test:
            found.add("named", 1.0, "named in the failure")
        if unit.short in task:
            found.add("text", 1.0, "named in the task")
        if unit.short in in_test:
            found.reasons.append("named in the failing test")


def _words(case: Case, clues: Found) -> None:
    units = list(clues)
    documents = [_document(unit, case.files[unit.path]) for unit in units]
    queries: dict[str, Mapping[str, float]] = {
        "words": _contrast(case),
        "text": {word: float(count) for word, count in Counter(words(case.text)).items()},
    }
    for heading, query in queries.items():
        for unit, value in zip(units, bm25(query, documents), strict=True):
            spoken = _spoken(unit, case.files[unit.path], query) if value > _TELLING[heading] else ""
            source = "the task" if heading == "text" else "the failing tests"
            clues[unit].add(heading, value, f"words of {source}: {spoken}" if spoken else "")


def _spoken(unit: Symbol, content: bytes, query: Mapping[str, float]) -> str:
    """The words of a function that weigh most in a query, as they are written."""
    written = {stem(word): word for word in reversed(plain_words(f"{unit.name} {unit.text(content)}"))}
    common = sorted((s for s in written if s in query), key=lambda s: (-query[s], s))
    return ", ".join(written[s] for s in common[:4])


def _document(unit: Symbol, content: bytes) -> list[str]:
    return words(unit.text(content)) + 3 * words(unit.name) + words(unit.path)


def _contrast(case: Case) -> dict[str, float]:
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


def _distance(case: Case, clues: Found) -> None:
    """What a test calls itself is what its author looked at; a fault hides behind it."""
    if not case.tests:
        return
    for unit, found in clues.items():
        calls = case.calls_away.get(unit, 0)
        if calls > 0:
            plural = "s" if calls > 1 else ""
            found.reasons.append(f"{calls} call{plural} away from the failing test")
        found.add("far", _UNKNOWN_FAR if calls < 1 else min(calls, _FARTHEST) / _FARTHEST if calls > 1 else 0.0)
        if unit.short in _CONSTRUCTORS:
            found.add("made", 1.0)


def _work(case: Case, clues: Found) -> None:
    """A bug is likelier where much is computed and decided than where work is only handed on."""
    for unit, found in clues.items():
        found.add("work", min(1.0, math.log1p(work_in(unit.text(case.files[unit.path]))) / math.log1p(_BUSY)))


def _recent(case: Case, clues: Found) -> None:
    """What was changed last is what worked before."""
    for unit, found in clues.items():
        touched = case.recent.get(unit.path)
        if touched is None or (touched.lines and touched.lines.isdisjoint(unit.lines)):
            continue
        if touched.ago == 0:
            found.add("recent", 1.0, "has changes that are not committed")
        elif touched.ago <= _LONG_AGO:
            plural = "s" if touched.ago > 1 else ""
            value = _COMMITTED * (1 - (touched.ago - 1) / _LONG_AGO)
            told = (
                f"its file changed {touched.ago} commit{plural} ago" if touched.ago <= _LATELY and found.reasons else ""
            )
            found.add("recent", value, told)


def _mended(case: Case, clues: Found) -> None:
    """What a small change mends is mostly where the fault is, be the change right or not (MUSE; Moon et al., 2014)."""
    by_place = {(unit.path, unit.name): found for unit, found in clues.items()}
    for mended in case.mended:
        found = by_place.get((mended.path, mended.name))
        if found is not None and "mended" not in found.values:
            which = "the failing tests" if mended.share == 1 else f"{mended.share:.0%} of the failing tests"
            found.add("mended", mended.share * mended.trust)
            found.reasons.insert(0, f"{which} pass with {mended.change}")


HEADINGS: tuple[Callable[[Case, Found], None], ...] = (
    *(_coverage, _checks, _trace, _names, _words, _distance, _work, _recent),
    _mended,
)
