"""Results on stdout: for people what matters last, for programs a shape that holds."""

import json
from dataclasses import replace
from typing import Any

import pytest

from devagent.journal.ledger import Ledger
from devagent.report.alternatives import parted
from devagent.report.output import print_checks, print_run, print_tests
from devagent.workflows.checks import Check, Examination
from devagent.workflows.results import EXIT_CODES, Observed, OtherWay, Outcome, RunResult, TestsResult

DIFF = "--- a/calc.py\n+++ b/calc.py\n@@ -1 +1 @@\n-a - b\n+a + b [bold]\n"


def result(outcome: Outcome, **more: Any) -> RunResult:
    facts: dict[str, Any] = {
        "summary": "a candidate passed every gate",
        "diff": DIFF,
        "evidence": (Observed("tests", "pass", "1 failing test(s) now pass", ("flaky: t::x",)),),
        "assumptions": ("sums are sums",),
        "notes": ("link: left out",),
        "seconds": 12.4,
        "attempts": 2,
        "ledger": Ledger.from_events([]).to_json(),
    }
    return RunResult("261009-lusab", outcome, **{**facts, **more})


def test_a_proposal_shows_diff_then_evidence_then_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("proposed"), as_json=False)
    out = capsys.readouterr().out
    places = [
        out.index(s) for s in (DIFF, "✓ tests: 1 failing", "flaky: t::x", "assumed: sums", "Proposed: a candidate")
    ]
    assert places == sorted(places)
    assert out.splitlines()[-2:] == [
        "12 s, 0 tokens, 2 attempts",
        "Next: devagent show 261009-lusab, devagent apply 261009-lusab",
    ]


@pytest.mark.parametrize(
    ("outcome", "last"),
    [
        ("unverified", "Read it first: devagent show 261009-lusab; then devagent apply --unverified 261009-lusab"),
        ("not resolved", "A stronger model may do it: --model NAME"),
        ("out of budget", "12 s, 0 tokens, 2 attempts"),
    ],
)
def test_the_last_line_says_how_to_go_on(outcome: Outcome, last: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result(outcome), as_json=False)
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_what_was_not_good_enough_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("not resolved"), as_json=False)
    assert capsys.readouterr().out.startswith("The best attempt, which was not good enough:\n")
    print_run(result("not resolved", evidence=()), as_json=False)
    assert capsys.readouterr().out.startswith("The test that the tester wrote, and no more:\n")


def test_a_limit_is_called_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("out of budget", summary="the run has used its 5 s"), as_json=False)
    assert "Stopped by a limit: the run has used its 5 s" in capsys.readouterr().out


def test_nothing_that_was_observed_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2Jtext\u202e[red]\x9b31m"
    print_run(
        result("proposed", diff="", evidence=(Observed("tests", "pass", hostile, (hostile,)),), notes=(hostile,)),
        as_json=False,
    )
    out = capsys.readouterr().out
    assert out.count("text\\u202e[red]") == 3
    assert not set(out) & set("\x1b\x07\x9b\u202e")


def test_green_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("green", summary="all 3 tests pass, there is nothing to fix", diff=""), as_json=False)
    assert capsys.readouterr().out == "All 3 tests pass, there is nothing to fix.\n"


RUN_SHAPE = {
    "devagent": 1,
    "kind": "run",
    "run": "261009-lusab",
    "outcome": "proposed",
    "summary": "a candidate passed every gate",
    "failing": [],
    "paths": [],
    "diff": DIFF,
    "evidence": [
        {"gate": "tests", "verdict": "pass", "summary": "1 failing test(s) now pass", "details": ["flaky: t::x"]}
    ],
    "way": "",
    "assumptions": ["sums are sums"],
    "notes": ["link: left out"],
    "commit": "",
    "patch_file": "",
    "attempts": 2,
    "seconds": 12.4,
    "ledger": Ledger.from_events([]).to_json(),
    "revises": "",
    "since": "",
    "alternatives": [],
    "ambiguous": False,
    "exit_code": 0,
}


def test_the_json_of_a_run_holds_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("proposed"), as_json=True)
    assert json.loads(capsys.readouterr().out) == RUN_SHAPE


def test_an_ambiguous_proposal_tells_on_what_the_alternatives_differ(capsys: pytest.CaptureFixture[str]) -> None:
    other = OtherWay(1, "search: line 4: `<` → `!=`", "total([2, 6], 5)", "2", "raises KeyError\x1b[2J", "+x")
    ambiguous = replace(result("proposed"), alternatives=(other,))
    print_run(ambiguous, as_json=False)
    told = capsys.readouterr().out
    lines = [line.strip() for line in told.splitlines()]
    at = lines.index("1  line 4: `<` → `!=`")
    assert lines[at + 1 : at + 4] == ["total([2, 6], 5)", "is here   2", r"is there  raises KeyError\x1b[2J"]
    assert "To take one of them: devagent apply --alternative NUMBER" in lines
    assert "\x1b" not in told
    assert ambiguous.to_json()["ambiguous"] is True


def test_long_values_are_cut_to_where_they_differ() -> None:
    here, there = parted("x" * 500 + "1" + "y" * 500, "x" * 500 + "2" + "y" * 500)
    assert here.startswith("…xxx") and "1y" in here and here.endswith("…")
    assert "2y" in there and len(here) == len(there) < 100
    assert parted("1", "2") == ("1", "2")


def test_among_events_the_result_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(result("proposed"), as_json=False, events=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == RUN_SHAPE


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("green", 0), ("proposed", 0), ("unverified", 1), ("not resolved", 1), ("no verdict", 3), ("out of budget", 4)],
)
def test_every_outcome_has_its_exit_code(outcome: Outcome, code: int) -> None:
    assert result(outcome).exit_code == result(outcome).to_json()["exit_code"] == code
    assert len(EXIT_CODES) == 6


TESTS = TestsResult(
    outcome="failing",
    trouble="",
    tests=(
        {"id": "t.py::a", "status": "passed", "seconds": 0.01, "message": "", "details": "", "file": "t.py"},
        {
            "id": "t.py::b[x]",
            "status": "failed",
            "seconds": 0.02,
            "message": "assert 1 == 2",
            "details": "",
            "file": "",
        },
    ),
    seconds=0.5,
    sandbox="docker",
    ecosystem="python",
    command=("python", "-m", "pytest"),
)


def test_tests_are_listed_with_the_message_of_those_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    print_tests(TESTS, as_json=False)
    assert capsys.readouterr().out == (
        "passed  t.py::a  (0.01 s)\n"
        "failed  t.py::b[x]  (0.02 s)\n"
        "          assert 1 == 2\n"
        "1 passed, 1 failed in 0.5 s (python, sandbox: docker)\n"
    )


def test_a_failing_test_that_is_not_named_by_its_file_is_told_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    tests = (
        {"id": "calc::TestAdd", "status": "failed", "seconds": 0.5, "message": "", "file": "calc/add_test.go"},
        {"id": "calc::TestSub", "status": "passed", "seconds": 0.5, "message": "", "file": "calc/sub_test.go"},
        {"id": "t.py::test_x", "status": "error", "seconds": 0.5, "message": "", "file": "t.py"},
    )
    print_tests(TestsResult("failing", "", tests, 1.5, "docker", "go"), as_json=False)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "failed  calc::TestAdd  (calc/add_test.go, 0.50 s)",
        "passed  calc::TestSub  (0.50 s)",
        "error   t.py::test_x  (0.50 s)",
    ]


def test_the_json_of_tests_holds_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    print_tests(TESTS, as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "devagent": 1,
        "kind": "tests",
        "outcome": "failing",
        "trouble": "",
        "tests": [dict(test) for test in TESTS.tests],
        "seconds": 0.5,
        "sandbox": "docker",
        "ecosystem": "python",
        "command": ["python", "-m", "pytest"],
        "notes": [],
        "exit_code": 1,
    }


def test_a_check_that_fails_names_what_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    examined = Examination(
        (Check("git", "works", "here"), Check("sandbox", "broken", "none", "start one")), "Not ready."
    )
    print_checks(examined, as_json=False)
    assert capsys.readouterr().out == "✓ git: here\n✗ sandbox: none\n    mend it with: start one\nNot ready.\n"
    assert examined.exit_code == 3
