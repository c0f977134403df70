"""`devagent resolve --test`: the tests on the result, and on both sides, before anything is written."""

import asyncio
from pathlib import Path

import pytest
from conflicted import EASY_BASE, EASY_OURS, EASY_THEIRS, HARD_BASE, HARD_OURS, HARD_THEIRS, Work, photograph

from devagent.config.settings import Settings
from devagent.repo.git import find_root
from devagent.report.resolving import print_resolution
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import Command, Tree
from devagent.sandbox.scripted import Answer, ScriptedSandbox, answer_tests
from devagent.workflows.conflicts.resolution import Resolution
from devagent.workflows.conflicts.resolve import propose
from devagent.workflows.conflicts.trying import tried
from devagent.workflows.surface import SilentSurface

TESTS = {"tests/test_a.py": "\n"}


def answers(command: Command, tree: Tree) -> Answer:
    """The tests of this world: one is for the first function, one dislikes both changes together."""
    text = tree["a.py"].content.decode()
    both = "max(a" in text and "'theirs'" in text and "strict.txt" in tree
    found = [
        TestResult("tests/test_a.py::test_first", "passed" if "'one'" in text else "failed", file="tests/test_a.py"),
        TestResult("tests/test_a.py::test_last", "failed" if both else "passed", file="tests/test_a.py"),
    ]
    return answer_tests(command, found)


def look(repo: Work) -> Resolution:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(answers)

    root = find_root(repo.root)
    return asyncio.run(tried(root, propose(root), Settings(), SilentSurface(), opened))


def stopped(folder: Path, *, strict: bool = False, hard: bool = False) -> Work:
    base, ours, theirs = (HARD_BASE, HARD_OURS, HARD_THEIRS) if hard else (EASY_BASE, EASY_OURS, EASY_THEIRS)
    more = {"strict.txt": "\n"} if strict else {}
    repo = Work.new(folder / "repo").sides({"a.py": base, **TESTS}, {"a.py": ours, **more}, {"a.py": theirs})
    repo("merge", "topic", fails=True)
    return repo


def test_a_result_whose_tests_pass_says_as_where(tmp_path: Path) -> None:
    repo = stopped(tmp_path)
    before = photograph(repo.root)
    result = look(repo)
    assert [(item.gate, item.verdict) for item in result.evidence] == [("syntax", "pass"), ("tests", "pass")]
    assert result.evidence[-1].summary == "2 passed, as in both main and topic"
    assert result.exit_code == 0 and photograph(repo.root) == before


def test_a_result_that_breaks_a_test_is_not_to_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = look(stopped(tmp_path, strict=True))
    assert result.fails and result.exit_code == 1 and not result.left
    print_resolution(result, as_json=False)
    shown = capsys.readouterr().out
    assert "✗ tests: 1 test fails that passed in main or topic" in shown
    assert "tests/test_a.py::test_last (passed in main and topic)" in shown
    assert "but not so: see above. Nothing was changed." in shown and "--apply" not in shown


def test_what_is_left_in_conflict_is_not_tested(tmp_path: Path) -> None:
    result = look(stopped(tmp_path, hard=True))
    (only,) = result.evidence
    assert (only.verdict, only.summary) == ("no-verdict", "a.py: still in conflict, so that there is nothing to test")
    assert not result.fails and result.exit_code == 1


def test_nothing_in_conflict_is_nothing_to_test(tmp_path: Path) -> None:
    repo = Work.new(tmp_path / "repo")
    repo.commit("all", {"a.py": EASY_BASE})
    assert look(repo).evidence == ()


def test_a_file_with_markers_is_tested_beside_what_is_checked_out(tmp_path: Path) -> None:
    repo = stopped(tmp_path)
    repo("checkout", "--conflict=diff3", "a.py")
    text = (repo.root / "a.py").read_text()
    repo("merge", "--abort")
    (repo.root / "a.py").write_text(text)
    assert look(repo).evidence[-1].summary == "2 passed, as in main"
