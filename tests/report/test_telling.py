"""Each event worth telling is one line; the others are none."""

from typing import Any

import pytest

from devagent.journal.journal import Event
from devagent.report.telling import plural, tell


def line(kind: str, data: dict[str, Any], place: str = "") -> str:
    return tell(Event(0, kind, place, data))


def suite_ran(*statuses: str, trouble: str = "") -> dict[str, Any]:
    results = [{"id": f"tests/test_a.py::test_{n}", "status": status} for n, status in enumerate(statuses)]
    return {"result": {"results": results, "seconds": 1.25, "trouble": trouble}}


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("run.started", {"run": "261009-lusab"}, "run 261009-lusab"),
        (
            "phase.skipped",
            {"phase": "reproduce", "why": "failing-test"},
            "reproduce            skipped  a failing test shows it already",
        ),
        (
            "phase.finished",
            {"phase": "analyse", "role": "analyst", "by": "program", "artefact": {"goal": "add adds"}},
            "analyse    analyst   program  add adds",
        ),
        (
            "phase.finished",
            {
                "phase": "locate",
                "role": "analyst",
                "by": "model",
                "artefact": {"suspects": [{"path": "a.py", "name": "f"}, {"path": "b.py", "name": "g"}]},
            },
            "locate     analyst   model    a.py:f and 1 more",
        ),
        (
            "phase.finished",
            {"phase": "code", "role": "coder", "by": "model", "artefact": {"paths": ["a.py"], "summary": "greedy"}},
            "code       coder     model    a.py",
        ),
        (
            "phase.finished",
            {"phase": "review", "role": "reviewer", "by": "program and model", "artefact": {"verdict": "good"}},
            "review     reviewer  both     no finding",
        ),
        (
            "phase.finished",
            {"phase": "mine", "role": "lawyer", "by": "model", "artefact": {"opinion": "x"}},
            "mine       lawyer    model    done",
        ),
        (
            "phase.failed",
            {"phase": "code", "role": "coder", "why": "no answer fits"},
            "code       coder     failed   no answer fits",
        ),
        (
            "attempt.tried",
            {"paths": ["a.py"], "way": "greedy", "gates": {"syntax": ["pass", "ok"], "tests": ["fail", "1 fails"]}},
            "attempt    a.py (function rewritten): tests: 1 fails",
        ),
        (
            "attempt.tried",
            {"paths": ["a.py"], "way": "filled: x = 1", "gates": {"syntax": ["pass", "ok"]}},
            "attempt    a.py (statement filled in: x = 1): passes",
        ),
        (
            "question.settled",
            {"question": "Round up?", "answer": "", "by": ""},
            "question   Round up? (nobody knows; the team decided)",
        ),
    ],
)
def test_an_event_is_one_line(kind: str, data: dict[str, Any], told: str) -> None:
    assert line(kind, data) == told


def test_the_first_test_run_is_told_with_the_first_failure() -> None:
    told = line("sandbox.run.finished", suite_ran("passed", "failed", "error"), "baseline")
    assert told == "tests      3 tests in 1.2 s, 2 failing: tests/test_a.py::test_1 and 1 more"
    assert line("sandbox.run.finished", suite_ran("passed"), "baseline") == "tests      1 test in 1.2 s, none failing"
    assert "no verdict: no tests" in line("sandbox.run.finished", suite_ran(trouble="no tests"), "baseline")


@pytest.mark.parametrize("kind", ["snapshot.taken", "model.call.started", "model.call.finished", "run.ended", "new"])
def test_what_only_the_journal_needs_is_not_told(kind: str) -> None:
    assert line(kind, {}) == ""


def test_what_keeps_tests_from_running_is_told_with_the_first_of_them() -> None:
    ran = suite_ran("error")
    ran["result"]["results"][0]["message"] = 'File "a.py", line 1\n  def f(\n       ^\nSyntaxError: invalid syntax'
    told = line("sandbox.run.finished", ran, "baseline")
    assert told == "tests      1 test in 1.2 s, 1 failing: tests/test_a.py::test_0 (SyntaxError: invalid syntax)"


def test_tests_that_hang_are_told_to_hang() -> None:
    ran = suite_ran("failed", "failed", "passed")
    ran["result"]["results"][1]["message"] = "Failed: still running after 30 seconds: it hangs here"
    told = line("sandbox.run.finished", ran, "baseline")
    assert told.endswith("2 failing (1 did not end within 30 s): tests/test_a.py::test_0 and 1 more")


@pytest.mark.parametrize(("finished", "told"), [(True, "finished"), (False, "going on where the run was left")])
def test_resuming_says_whether_there_is_anything_to_go_on_with(finished: bool, told: str) -> None:
    assert told in line("run.resumed", {"finished": finished})


def test_later_test_runs_are_told_by_the_attempt_they_belong_to() -> None:
    assert line("sandbox.run.finished", suite_ran("failed"), "code/1/all") == ""


def test_numbers_agree_with_their_nouns() -> None:
    assert [plural(n, "test") for n in (0, 1, 2, 1200)] == ["0 tests", "1 test", "2 tests", "1,200 tests"]
