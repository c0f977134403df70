"""What the tests of both sides, and of what they started from, say of the tests of a merge."""

from devagent.proposal.candidate import Verdict
from devagent.sandbox.results import Status, TestResult, TestRun
from devagent.workflows.conflicts.tested import compared, in_doubt


def run(trouble: str = "", **results: Status) -> TestRun:
    return TestRun(tuple(TestResult(name, status) for name, status in results.items()), trouble=trouble)


def test_what_passes_as_on_both_sides_says_so() -> None:
    both = run(a="passed", b="passed", c="skipped")
    found = compared(both, {"main": both, "topic": both})
    assert (found.verdict, found.summary, found.details) == (Verdict.PASS, "2 passed, as in both main and topic", ())


def test_a_test_that_one_side_added_is_counted() -> None:
    found = compared(run(a="passed", b="passed"), {"main": run(a="passed"), "topic": run(a="passed", b="passed")})
    assert found.verdict is Verdict.PASS
    assert found.summary == "2 passed (main 1, topic 2), and none fails that passes on a side"


def test_what_passes_on_a_side_may_not_fail() -> None:
    sides = {"main": run(a="passed"), "topic": run(a="passed", b="passed")}
    found = compared(run(a="failed", b="failed", c="failed"), sides)
    assert (found.verdict, found.summary) == (Verdict.FAIL, "3 tests fail, 2 of which passed in main or topic")
    assert found.details == ("a (passed in main and topic)", "b (passed in topic)", "c (new)")


def test_a_failing_test_that_no_side_has_is_new() -> None:
    found = compared(run(a="passed", c="failed"), {"main": run(a="passed"), "topic": run(a="passed")})
    assert (found.summary, found.details) == ("1 test fails that no side has", ("c (new)",))


def test_what_fails_on_both_sides_is_told_and_no_fault_of_the_merge() -> None:
    side = run(a="failed", b="passed")
    found = compared(side, {"main": side, "topic": side})
    assert (found.verdict, found.details) == (Verdict.PASS, ("a: fails in main and topic as well",))


def test_what_a_side_broke_by_itself_is_carried_over() -> None:
    sides = {"main": run(a="failed", b="passed"), "topic": run(a="passed", b="passed")}
    merged = run(a="failed", b="passed")
    assert in_doubt(merged, sides)
    found = compared(merged, sides, run(a="passed", b="passed"))
    assert (found.verdict, found.details) == (Verdict.PASS, ("a: fails in main as well",))


def test_a_fix_of_one_side_may_not_be_lost() -> None:
    sides = {"main": run(a="failed", b="passed"), "topic": run(a="passed", b="passed")}
    found = compared(run(a="failed", b="passed"), sides, run(a="failed", b="passed"))
    assert (found.verdict, found.details) == (Verdict.FAIL, ("a (passed in topic, whose fix is lost)",))


def test_where_the_ancestor_is_not_known_what_passes_on_a_side_may_not_fail() -> None:
    sides = {"main": run(a="failed", b="passed"), "topic": run(a="passed", b="passed")}
    assert compared(run(a="failed", b="passed"), sides).verdict is Verdict.FAIL


def test_the_ancestor_is_not_needed_where_the_sides_agree() -> None:
    assert not in_doubt(run(a="failed"), {"main": run(a="failed"), "topic": run(a="failed")})
    assert not in_doubt(run(a="failed"), {"main": run(a="passed"), "topic": run()})
    assert not in_doubt(run("it hangs"), {"main": run(a="passed"), "topic": run(a="failed")})


def test_a_test_of_both_sides_may_not_be_lost() -> None:
    found = compared(run(b="passed"), {"main": run(a="passed", b="passed"), "topic": run(a="passed")})
    assert (found.verdict, found.summary, found.details) == (Verdict.FAIL, "1 test of both sides is gone", ("a",))


def test_a_test_of_one_side_that_is_gone_is_told() -> None:
    found = compared(run(b="passed"), {"main": run(a="passed", b="passed"), "topic": run(b="passed")})
    assert (found.verdict, found.details) == (Verdict.PASS, ("a: only in main, and not in the merge",))


def test_where_nothing_passes_or_runs_there_is_no_verdict() -> None:
    assert compared(run(), {"main": run(), "topic": run()}).verdict is Verdict.NO_VERDICT
    assert compared(run("it hangs"), {"main": run(), "topic": run()}).summary == "it hangs"


def test_a_merge_whose_tests_do_not_run_at_all_is_at_fault_where_they_run_on_both_sides() -> None:
    side = run(a="passed")
    found = compared(run("it does not build"), {"main": side, "topic": side})
    assert found.verdict is Verdict.FAIL
    assert found.summary == "the tests run in main and topic, and not in the merge: it does not build"
    assert compared(run("it does not build"), {"main": side, "topic": run("nor this")}).verdict is Verdict.NO_VERDICT


def test_where_a_side_could_not_be_run_a_failure_says_nothing() -> None:
    found = compared(run(a="failed", b="passed"), {"main": run("it hangs"), "topic": run(b="passed")})
    assert found.verdict is Verdict.NO_VERDICT
    assert found.summary == "1 test fails, and there is nothing to compare that with: main: it hangs"
    assert found.details == ("a (new)",)


def test_of_many_tests_some_are_listed() -> None:
    many: dict[str, Status] = {f"t{number}": "failed" for number in range(80)}
    found = compared(run(**many), {"main": run(a="passed"), "topic": run(a="passed")})
    assert len(found.details) == 51 and found.details[-1] == "… and 30 more"
