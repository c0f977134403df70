"""What a gate looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from devagent.config.settings import EVERYWHERE, ScopeSettings
from devagent.proposal.candidate import Evidence
from devagent.sandbox.results import TestRun
from devagent.sandbox.sandbox import File, Tree


@dataclass(frozen=True)
class Subject:
    """A candidate with everything that was observed of it.

    `changes` maps a path to its new file, or to `None` where it is deleted. `targets` are the tests that have to turn
    from failing to passing; `run` is the run of all tests on the candidate, `flaky` the tests that failed in it and
    passed when run again. `own_tests` are files that devagent's tester wrote, `manifests` the changed files that say
    what is to be installed for the tests. `only` was named for this run, `scope` is what the settings say.
    """

    base: Tree
    changes: Mapping[str, File | None]
    baseline: TestRun = field(default_factory=TestRun)
    run: TestRun | None = None
    targets: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    scope: ScopeSettings = EVERYWHERE
    own_tests: frozenset[str] = frozenset()
    manifests: tuple[str, ...] = ()
    is_test: Callable[[str], bool] = lambda path: "test" in path
    is_runner_config: Callable[[str], bool] = lambda path: False  # noqa: ARG005
    allow_test_changes: bool = False


class Gate(Protocol):
    """One check on a candidate. Pure: it looks, it runs nothing."""

    name: str

    def check(self, subject: Subject) -> Evidence:
        """What this gate observed."""
        ...
