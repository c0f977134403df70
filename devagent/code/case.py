"""What is known of a fault before any function is suspected: failures, the spectrum of the tests, a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from devagent.code.callgraph import CallGraph
from devagent.code.frames import Frame, frames
from devagent.code.language import Language, language_for
from devagent.code.narrow import narrowed
from devagent.code.roles import is_foreign, is_test
from devagent.code.spectrum import Spectrum
from devagent.code.symbol import Symbol, symbols, test_functions
from devagent.code.words import words

_LARGE = 60


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
class Mended:
    """A small change of a function, in words, with which a `share` of the failing tests (0 to 1) was seen to pass.

    `trust` (0 to 1) is less for kinds of changes that suit tests in the wrong place more easily than others.
    """

    path: str
    name: str
    change: str
    share: float = 1.0
    trust: float = 1.0


@dataclass(frozen=True, eq=False)
class Case:
    """What is known of a fault, and what follows from it at once."""

    files: Mapping[str, bytes]
    failures: Sequence[Failure]
    spectrum: Spectrum
    text: str
    recent: Mapping[str, Touched] = field(default_factory=dict)
    mended: Sequence[Mended] = ()
    checks: Spectrum = field(default_factory=Spectrum)

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

    def changed(self, path: str) -> frozenset[int]:
        """The lines of a file that are changed and not committed yet."""
        touched = self.recent.get(path)
        return touched.lines if touched is not None and touched.ago == 0 else frozenset()

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
