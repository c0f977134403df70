"""The gates of `devagent merge`: a test may fail only where it fails on a side as well."""

import asyncio
from pathlib import Path

import pytest
from conflicted import Work

from devagent.config.settings import Settings
from devagent.proposal.store import find_run
from devagent.repo.git import find_root
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import Command, Tree
from devagent.sandbox.scripted import Answer, ScriptedSandbox, answer_tests
from devagent.workflows.conflicts.merging import MergeResult, merge
from devagent.workflows.looking import view
from devagent.workflows.surface import SilentSurface


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """`topic` builds on what `main` renames: the text merges, and the meaning does not."""
    work = Work.new(tmp_path / "repo")
    work.commit("base", {"calc.py": "adds\n", "tests/test_calc.py": "\n"})
    work("checkout", "-q", "-b", "topic")
    work.commit("twice", {"twice.py": "uses adds\n"})
    work("checkout", "-q", "main")
    return work


def answers(command: Command, tree: Tree) -> Answer:
    """The tests of this world: `twice` works where there is something that adds."""
    found = [TestResult("tests/test_calc.py::test_add", "passed", file="tests/test_calc.py")]
    if "twice.py" in tree:
        works = tree["calc.py"].content == b"adds\n"
        found.append(TestResult("tests/test_calc.py::test_twice", "passed" if works else "failed", message="no adds"))
    return answer_tests(command, found)


def merged(work: Work) -> MergeResult:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(answers)

    return asyncio.run(merge(find_root(work.root), Settings(), SilentSurface(), "topic", open_sandbox=opened))


def test_a_merge_whose_tests_pass_is_proposed(work: Work) -> None:
    work.commit("readme", {"README": "read me\n"})
    result = merged(work)
    assert (result.outcome, result.exit_code) == ("proposed", 0)
    proposal = find_run(find_root(work.root), result.run).proposal()
    assert proposal.verified and proposal.merges == work("rev-parse", "topic").strip()


def test_a_merge_that_breaks_a_test_is_not_proposed_and_shown(work: Work) -> None:
    work.commit("another name", {"calc.py": "sums\n"})
    result = merged(work)
    assert (result.outcome, result.exit_code) == ("failing", 1)
    seen = view(find_root(work.root), result.run)
    assert (seen.state, seen.failure) == ("failed", "tests: 1 test fails that passed in main or topic")
    assert "uses adds" in seen.diff
    assert seen.evidence[-1].details == ("tests/test_calc.py::test_twice (passed in topic): no adds",)
