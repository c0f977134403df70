"""`devagent locate` without a model and without a real sandbox."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from scripted_world import FAILS, FILES, run_script

from devagent.config.settings import Settings
from devagent.errors import UsageError
from devagent.repo.git import find_root
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import Command, Tree
from devagent.sandbox.scripted import Answer, ScriptedSandbox, answer_tests
from devagent.workflows.locate import LocateResult, locate_failing, locate_text
from devagent.workflows.surface import SilentSurface

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]


def by_failing(root: Path, *tests: str, script: Callable[[Command, Tree], Answer] = run_script) -> LocateResult:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(script)

    work = locate_failing(find_root(root), Settings(), SilentSurface(), tests=tests, open_sandbox=opened)
    return asyncio.run(work)


def by_text(root: Path, text: str) -> LocateResult:
    return locate_text(find_root(root), Settings(), SilentSurface(), text)


def test_the_failing_tests_point_to_functions_with_reasons(make_repo: MakeRepo) -> None:
    found = by_failing(make_repo(FILES))
    assert (found.outcome, found.exit_code, found.failing) == ("found", 0, (FAILS.id,))
    first = found.found[0]
    assert (first.path, first.line, first.name) == ("calc.py", 1, "add")
    assert "named in the failing test" in first.reasons
    assert set(first.lines) <= {2, 3}


@pytest.mark.parametrize("name", [FAILS.id, "tests/test_calc.py", "tests/", "test_add"])
def test_tests_can_be_named_by_id_file_folder_or_last_part(make_repo: MakeRepo, name: str) -> None:
    assert by_failing(make_repo(FILES), name).failing == (FAILS.id,)


def test_a_name_that_no_test_has_is_refused(make_repo: MakeRepo) -> None:
    with pytest.raises(UsageError, match="no test is called nosuch"):
        by_failing(make_repo(FILES), "nosuch")


def test_where_nothing_fails_that_is_said_with_exit_code_1(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "calc.py": FILES["calc.py"].replace("a - b", "a + b")})
    found = by_failing(root)
    assert (found.outcome, found.exit_code) == ("nothing fails", 1)
    assert found.summary == "nothing fails: none of 2 tests"


def test_a_named_test_that_passes_is_said_to_pass(make_repo: MakeRepo) -> None:
    assert by_failing(make_repo(FILES), "test_zero").summary == "nothing fails: the one test passes or is skipped"


def test_what_fails_only_once_is_flaky_and_points_nowhere(make_repo: MakeRepo) -> None:
    runs = 0

    def flaky(command: Command, _: Tree) -> Answer:
        nonlocal runs
        runs += 1
        return answer_tests(command, [FAILS if runs == 1 else TestResult(FAILS.id, "passed", file=FAILS.file)])

    found = by_failing(make_repo(FILES), script=flaky)
    assert found.outcome == "nothing fails" and "flaky" in found.summary
    assert f"flaky, left alone: {FAILS.id}" in found.notes


def test_tests_that_cannot_be_judged_are_no_verdict(make_repo: MakeRepo) -> None:
    found = by_failing(make_repo(FILES), script=lambda command, _: answer_tests(command, []))
    assert (found.outcome, found.exit_code) == ("no verdict", 3)


def test_a_text_points_to_what_it_names(make_repo: MakeRepo) -> None:
    found = by_text(make_repo(FILES), "double gives twice too much")
    assert found.exit_code == 0
    assert found.found[0].name == "double" and "named in the task" in found.found[0].reasons


def test_a_pasted_traceback_points_to_its_frames(make_repo: MakeRepo) -> None:
    text = 'Traceback:\n  File "/home/me/calc.py", line 2, in add\nTypeError: unsupported operand'
    first = by_text(make_repo(FILES), text).found[0]
    assert first.name == "add" and any("at the end of the traceback" in reason for reason in first.reasons)


def test_a_text_about_nothing_here_finds_nothing(make_repo: MakeRepo) -> None:
    found = by_text(make_repo(FILES), "zebra migrations")
    assert (found.outcome, found.exit_code, found.found) == ("nothing fits", 1, ())


def test_work_that_is_not_committed_is_a_reason(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    source = FILES["calc.py"].replace("add(a, a)", "add(a, a) * 1")
    (root / "calc.py").write_text(source)
    reasons = {f.name: f.reasons for f in by_failing(root).found}
    assert "has changes that are not committed" in reasons["double"]
    assert "has changes that are not committed" not in reasons["add"]
