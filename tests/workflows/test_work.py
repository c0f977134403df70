import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from killed_run import repeated
from scripted_world import FILES, LARGE, RIGHT, WRONG, ScriptedStaff, run_script

from devagent.config.settings import BudgetSettings, Settings, TeamSettings
from devagent.errors import UsageError
from devagent.models.model import ModelRequest
from devagent.proposal.store import State, find_run, list_runs
from devagent.repo.git import find_root
from devagent.report.telling import tell
from devagent.sandbox.results import TestResult
from devagent.sandbox.scripted import ScriptedSandbox, answer_tests
from devagent.workflows.looking import overview, view
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, raised, resume, start

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
FIX = Request(kind="fix")


def work(staff: ScriptedStaff) -> Work:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(run_script)

    return Work(staff_for=staff, open_sandbox=opened)


def fix(root: Path, staff: ScriptedStaff, request: Request = FIX, settings: Settings | None = None) -> RunResult:
    return asyncio.run(start(find_root(root), request, settings or Settings(), SilentSurface(), work(staff)))


def test_a_bug_ends_as_a_proposal_with_evidence_and_an_untouched_checkout(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = fix(root, ScriptedStaff([RIGHT]))
    assert result.outcome == "proposed" and result.exit_code == 0
    assert [(e.gate, e.verdict) for e in result.evidence] == [
        ("syntax", "pass"),
        ("scope", "pass"),
        ("tampering", "pass"),
        ("tests", "pass"),
        ("review", "pass"),
    ]
    assert "-    total = a - b\n+    total = a + b" in result.diff
    assert (root / "calc.py").read_text() == FILES["calc.py"]
    trailers = find_root(root).git.run("log", "-1", "--format=%B", result.commit).stdout.decode()
    assert f"Devagent-Run: {result.run}" in trailers and "scripted-small" in trailers


def test_green_tests_call_no_model(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([])
    result = fix(make_repo({**FILES, "calc.py": FILES["calc.py"].replace("a - b", "a + b")}), staff)
    assert result.outcome == "green" and result.exit_code == 0
    assert staff.model.requests == []


def test_nothing_good_says_so_and_shows_the_best_attempt(make_repo: MakeRepo) -> None:
    settings = Settings(team=TeamSettings(samples=5, rounds=1))
    result = fix(make_repo(FILES), ScriptedStaff(lambda _: WRONG), settings=settings)
    assert result.outcome == "not resolved" and result.exit_code == 1
    assert "a * b" in result.diff and result.attempts == 1


def test_what_nearly_worked_is_shown_afterwards_too(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = fix(root, ScriptedStaff(lambda _: WRONG), settings=Settings(team=TeamSettings(samples=5)))
    seen = view(find_root(root), None)
    assert seen.state == "failed" and seen.failure == result.summary == "the only attempt did not pass every gate"
    assert (seen.diff, seen.evidence) == (result.diff, result.evidence)
    assert [e.verdict for e in seen.evidence] == ["pass", "pass", "pass", "fail"]


def test_a_small_model_does_not_go_round_in_circles(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fix(root, ScriptedStaff(lambda _: "I do not know."), settings=Settings(team=TeamSettings(samples=5, rounds=3)))
    steps = view(find_root(root), None).steps
    assert sum(step.startswith("code") for step in steps) == 1
    assert not any(step.startswith(("test", "review")) for step in steps)
    assert "5 answers of the model were tried, and no failing test" in view(find_root(root), None).failure


def test_the_test_of_the_tester_is_shown_where_nothing_else_came_of_it(make_repo: MakeRepo) -> None:
    def answer(request: ModelRequest) -> str:
        return TEST_FILE.format(mark="") if "one test file" in request.messages[-1].text else "I do not know."

    root = make_repo(GREEN)
    settings = Settings(team=TeamSettings(samples=3, rounds=1))
    result = fix(root, ScriptedStaff(answer), Request(kind="run", text="make `add` add"), settings)
    assert result.outcome == "not resolved" and result.attempts == 0
    assert "+    assert add(2, 3) == 5" in result.diff == view(find_root(root), None).diff


BROKEN = TestResult(
    "tests/test_calc.py",
    "error",
    message="File \"calc.py\", line 1\n    def add(a, b)\n                 ^\nSyntaxError: expected ':'",
    file="tests/test_calc.py",
)


def test_a_file_that_is_no_code_is_named_with_its_line_and_ends_soon(make_repo: MakeRepo) -> None:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(lambda command, _: answer_tests(command, [BROKEN]))

    root = make_repo({**FILES, "calc.py": "def add(a, b)\n    return a + b\n"})
    staff, surface = ScriptedStaff([]), SilentSurface()
    broken = Work(staff_for=staff, open_sandbox=opened)
    result = asyncio.run(start(find_root(root), FIX, Settings(), surface, broken))
    told = list(filter(None, map(tell, surface.events)))
    assert "failing: tests/test_calc.py (SyntaxError: expected ':')" in told[1]
    assert told[3:] == [
        "locate     analyst   program  calc.py:1",
        "reproduce            skipped  a failing test shows it already",
        "code       coder     failed   no function was found that could be at fault",
    ]
    assert result.summary == (
        "no function was found that could be at fault; the tests stop at SyntaxError: expected ':'"
    )


def test_a_used_up_budget_ends_with_4_and_resume_with_more_finds_the_proposal(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    settings = Settings(budget=BudgetSettings(tokens=10))
    result = fix(root, ScriptedStaff([RIGHT]), settings=settings)
    assert result.outcome == "out of budget" and result.exit_code == 4
    repo = find_root(root)
    change = raised(tokens=50_000, cost=None, seconds=None)
    again = asyncio.run(resume(repo, find_run(repo, None), change, SilentSurface(), work(ScriptedStaff([RIGHT]))))
    assert again.outcome == "proposed"
    assert find_run(repo, None).state is State.PROPOSED


def test_the_model_works_on_uncommitted_changes(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "calc.py": FILES["calc.py"].replace("a - b", "a + b")})
    (root / "calc.py").write_text(FILES["calc.py"])
    assert fix(root, ScriptedStaff([RIGHT])).outcome == "proposed"
    head = Request(kind="fix", base="HEAD")
    assert fix(root, ScriptedStaff([]), head).outcome == "green"


NOTES = {**FILES, "docs/notes.md": "Sums.\n"}
OTHER = {**FILES, "sub.py": "def sub(a, b):\n    return a - b\n"}


def test_where_nothing_within_only_could_be_at_fault_no_model_is_asked(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([])
    result = fix(make_repo(NOTES), staff, Request(kind="fix", only=("docs",)))
    assert (result.outcome, result.summary) == ("not resolved", "no function within --only docs could be at fault")
    assert staff.model.requests == []


@pytest.mark.parametrize("only", ["sub.py", "./sub.py", "s*.py"])
def test_a_small_model_is_asked_only_about_functions_within_only(make_repo: MakeRepo, only: str) -> None:
    settings = Settings(team=TeamSettings(samples=3, rounds=1))
    staff = ScriptedStaff(lambda _: RIGHT)
    result = fix(make_repo(OTHER), staff, Request(kind="fix", only=(only,)), settings)
    assert result.outcome == "not resolved" and set(result.paths) <= {"sub.py"}
    assert staff.model.requests
    assert not any("def add" in request.messages[-1].text for request in staff.model.requests)


def test_an_agent_may_not_edit_outside_only(make_repo: MakeRepo) -> None:
    edit = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"
    staff = ScriptedStaff(lambda _: edit, LARGE)
    settings = Settings(team=TeamSettings(strategy="lite", rounds=1))
    result = fix(make_repo(NOTES), staff, Request(kind="fix", only=("docs",)), settings)
    assert result.outcome == "not resolved" and result.attempts == 0
    assert "calc.py may not be changed: outside --only docs" in staff.model.requests[1].messages[-1].text


@pytest.mark.parametrize(
    ("only", "said"),
    [("nonexistent", "no such file or folder"), ("", "no such file"), ("../x", "outside"), ("/etc", "outside")],
)
def test_only_names_something_of_the_repository(make_repo: MakeRepo, only: str, said: str) -> None:
    root = make_repo(NOTES)
    with pytest.raises(UsageError, match=said):
        fix(root, ScriptedStaff([]), Request(kind="fix", only=(only,)))
    assert list_runs(find_root(root)) == []


def test_only_may_be_an_absolute_path(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    assert fix(root, ScriptedStaff([RIGHT]), Request(kind="fix", only=(f"{root}/calc.py",))).outcome == "proposed"


TEST_FILE = "```python\nfrom calc import add\n\n\ndef test_it():\n    assert add(2, 3) == 5{mark}\n```"
GREEN = {**FILES, "tests/test_calc.py": "def test_zero():\n    assert True\n"}


def test_a_task_is_reproduced_by_a_test_that_belongs_to_the_proposal(make_repo: MakeRepo) -> None:
    answers = [TEST_FILE.format(mark=""), RIGHT]
    result = fix(make_repo(GREEN), ScriptedStaff(answers), Request(kind="run", text="add should add"), Settings())
    assert result.outcome == "proposed"
    assert result.paths == ("calc.py", "tests/test_devagent_task.py")
    assert "Written by devagent" in result.diff


def test_a_reproduction_that_does_not_fail_by_an_assertion_is_asked_for_again(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([TEST_FILE.format(mark="  # broken"), TEST_FILE.format(mark=""), RIGHT])
    result = fix(make_repo(GREEN), staff, Request(kind="run", text="add should add"))
    assert result.outcome == "proposed"
    assert "not by an assertion" in staff.model.requests[1].messages[-1].text


def test_without_a_test_that_observes_the_task_the_proposal_is_unverified(make_repo: MakeRepo) -> None:
    def answer(request: ModelRequest) -> str:
        return TEST_FILE.format(mark="  # passes always") if "one test file" in request.messages[-1].text else RIGHT

    root = make_repo(GREEN)
    result = fix(root, ScriptedStaff(answer), Request(kind="run", text="make `add` add"))
    assert result.outcome == "unverified" and result.exit_code == 1
    proposal = find_run(find_root(root), result.run).proposal()
    assert not proposal.verified


def test_the_large_team_asks_and_records_assumptions(make_repo: MakeRepo) -> None:
    spec = '{"goal": "add adds", "must_hold": ["sum"], "questions": ["Should strings concatenate with subtraction?"]}'
    edit = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"
    answers = [
        spec,
        '{"good": true}',
        '{"suspects": [{"path": "calc.py", "name": "add", "reason": "x"}]}',
        edit,
        "```submit\nok\n```",
        '{"verdict": "finding", "comment": "breaks on None", "quote": "total = a + b"}',
    ]
    result = fix(make_repo(FILES), ScriptedStaff(answers, LARGE))
    assert result.outcome == "proposed"
    assert any("Should strings concatenate" in assumption for assumption in result.assumptions)
    review = next(e for e in result.evidence if e.gate == "review")
    assert "breaks on None" in review.details[0]


def test_a_finding_that_a_test_proves_sends_the_candidate_back(make_repo: MakeRepo) -> None:
    edit = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = {0}\n=======\n    total = {1}\n>>>>>>> REPLACE\n```"
    proof = (
        '{"verdict": "finding", "comment": "wrong", "quote": "total = a + b", "test": "def test_it():  # fails always"}'
    )
    submit = "```submit\nok\n```"
    answers = [
        '{"goal": "add adds", "must_hold": ["sum"]}',
        '{"good": true}',
        '{"suspects": [{"path": "calc.py", "name": "add", "reason": "x"}]}',
        *[edit.format("a - b", "a + b"), submit, proof],
        *[edit.format("a - b", "(a + b)"), submit, '{"verdict": "good"}'],
    ]
    result = fix(make_repo(FILES), ScriptedStaff(answers, LARGE))
    assert result.outcome == "proposed"
    assert "(a + b)" in result.diff


def test_show_and_list_tell_of_the_run(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = fix(root, ScriptedStaff([RIGHT]))
    repo = find_root(root)
    assert [(line.run, line.state) for line in overview(repo)] == [(result.run, "proposed")]
    seen = view(repo, None)
    assert seen.diff == result.diff and seen.patch
    assert any("code" in step and "by the model" in step for step in seen.steps)
    assert seen.conversation[0]["answer"] == RIGHT
    assert seen.ledger["total"]["calls"] == 1


KILLER = Path(__file__).parent / "killed_run.py"


@pytest.mark.parametrize("event", [0, 1, 3, 5, 8, 12, 16, 20, 24])
def test_a_run_killed_at_an_event_resumes_to_the_same_proposal(event: int, make_repo: MakeRepo, tmp_path: Path) -> None:
    staff = ScriptedStaff(lambda request: WRONG if request.temperature == 0 else RIGHT)
    undisturbed = fix(make_repo(FILES, "undisturbed"), staff)  # type: ignore[call-arg]
    root = make_repo(FILES, "killed")  # type: ignore[call-arg]
    calls = tmp_path / "calls"
    script = [sys.executable, str(KILLER), str(root), str(calls)]
    first = subprocess.run([*script, str(event)], env=os.environ)
    assert first.returncode in (-signal.SIGKILL, 0)
    assert subprocess.run([*script, "-1"], env=os.environ).returncode == 0
    repo = find_root(root)
    (run,) = list_runs(repo)
    assert run.proposal().evidence
    assert view(repo, None).diff == undisturbed.diff
    assert repeated(calls) == [], "a finished model call was made again"
