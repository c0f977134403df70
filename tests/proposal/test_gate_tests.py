"""The tests gate: what counts as fixed, as broken, and as not known."""

import pytest

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.proposal.gates.tests import TestsGate
from devagent.sandbox.results import Status, TestResult, TestRun


def run(trouble: str = "", **results: Status) -> TestRun:
    return TestRun(tuple(TestResult(f"t::{name}", status) for name, status in results.items()), trouble=trouble)


BEFORE = run(target="failed", other="passed")


def check(after: TestRun | None, before: TestRun = BEFORE, targets: tuple[str, ...] = ("t::target",)) -> Evidence:
    return TestsGate().check(Subject(base={}, changes={}, baseline=before, run=after, targets=targets))


def test_the_target_turned_and_nothing_else_broke() -> None:
    evidence = check(run(target="passed", other="passed"))
    assert evidence.verdict is Verdict.PASS
    assert "1 failing test(s) now pass, 2 pass in all" in evidence.summary


def test_a_target_that_still_fails_is_told_with_its_message() -> None:
    after = TestRun(
        (TestResult("t::target", "failed", message="assert 1 == 2\nmore"), TestResult("t::other", "passed"))
    )
    evidence = check(after)
    assert evidence.verdict is Verdict.FAIL
    assert evidence.details == ("t::target: assert 1 == 2",)


@pytest.mark.parametrize("status", ["failed", "error"])
def test_another_test_that_newly_fails_is_a_fail(status: Status) -> None:
    evidence = check(run(target="passed", other=status))
    assert evidence.verdict is Verdict.FAIL and "newly fail" in evidence.summary


def test_a_target_that_is_skipped_now_does_not_pass() -> None:
    assert check(run(target="skipped", other="passed")).verdict is Verdict.FAIL


def test_another_test_that_is_skipped_now_is_a_fail() -> None:
    evidence = check(run(target="passed", other="skipped"))
    assert evidence.verdict is Verdict.FAIL and "skipped" in evidence.summary


@pytest.mark.parametrize("after", [run(target="passed"), run(other="passed")])
def test_a_test_that_vanished_is_no_verdict(after: TestRun) -> None:
    evidence = check(after)
    assert evidence.verdict is Verdict.NO_VERDICT and "vanished" in evidence.summary


def test_a_skipped_test_may_vanish() -> None:
    before = run(target="failed", other="passed", never="skipped")
    assert check(run(target="passed", other="passed"), before).verdict is Verdict.PASS


def test_a_run_of_the_targets_alone_that_fails_is_a_fail() -> None:
    """Of a slow suite the targets are run first; the others are then not in the run, and have not vanished."""
    assert check(run(target="failed")).verdict is Verdict.FAIL


@pytest.mark.parametrize("after", [None, run(trouble="the tests did not end within 5 s")])
def test_a_run_that_does_not_count_is_no_verdict(after: TestRun | None) -> None:
    assert check(after).verdict is Verdict.NO_VERDICT


def test_a_flaky_test_is_named_and_does_not_fail_the_candidate() -> None:
    subject = Subject(
        base={},
        changes={},
        baseline=BEFORE,
        run=run(target="passed", other="failed"),
        targets=("t::target",),
        flaky=("t::other",),
    )
    evidence = TestsGate().check(subject)
    assert evidence.verdict is Verdict.PASS and evidence.details == ("flaky: t::other",)


def test_a_failure_that_is_no_target_and_stays_is_told() -> None:
    before = run(target="failed", other="failed")
    evidence = check(run(target="passed", other="failed"), before)
    assert evidence.verdict is Verdict.PASS
    assert evidence.details == ("failed before, fails still: t::other",)


def test_new_tests_that_fail_are_newly_failing() -> None:
    assert check(run(target="passed", other="passed", added="failed")).verdict is Verdict.FAIL


class TestAFileThatCouldNotBeCollected:
    """Before, it is one error under the file's own id; after, its tests."""

    BEFORE = TestRun((TestResult("tests/test_a.py", "error"), TestResult("tests/test_b.py::test_b", "passed")))
    B = TestResult("tests/test_b.py::test_b", "passed")

    def check(self, *results: TestResult) -> Evidence:
        return check(TestRun((*results, self.B)), self.BEFORE, ("tests/test_a.py",))

    def test_passes_when_its_tests_pass(self) -> None:
        found = [TestResult(f"tests/test_a.py::test_{n}", "passed") for n in range(2)]
        assert self.check(*found).verdict is Verdict.PASS

    def test_fails_when_one_of_its_tests_fails(self) -> None:
        found = (TestResult("tests/test_a.py::test_0", "passed"), TestResult("tests/test_a.py::test_1", "failed"))
        assert self.check(*found).verdict is Verdict.FAIL

    def test_fails_when_it_still_cannot_be_collected(self) -> None:
        assert self.check(TestResult("tests/test_a.py", "error")).verdict is Verdict.FAIL

    def test_is_no_verdict_when_it_is_gone(self) -> None:
        assert self.check().verdict is Verdict.NO_VERDICT


def test_without_a_target_nothing_is_observed_and_that_is_no_verdict() -> None:
    evidence = check(run(other="passed"), run(other="passed"), ())
    assert evidence.verdict is Verdict.NO_VERDICT and "no test observes" in evidence.summary


@pytest.mark.parametrize(
    ("before", "after", "unobserved"),
    [
        pytest.param(run(other="passed"), run(other="passed"), True, id="tests as before"),
        pytest.param(run("no tests were found"), run("no tests were found"), True, id="no tests at all"),
        pytest.param(run(other="passed"), run("the tests did not end within 5 s"), False, id="it hangs"),
        pytest.param(run(other="passed"), run(), False, id="a test vanished"),
        pytest.param(run(other="passed"), run(other="failed"), False, id="a test broke"),
    ],
)
def test_only_a_candidate_with_nothing_against_it_may_go_unverified(
    before: TestRun, after: TestRun, unobserved: bool
) -> None:
    assert bool(check(after, before, ()).data.get("unobserved")) == unobserved


@pytest.mark.parametrize("after", [run(trouble="the tests did not end within 5 s"), run(target="passed")])
def test_a_candidate_for_a_failing_test_never_goes_unverified(after: TestRun) -> None:
    assert not check(after).data.get("unobserved")
