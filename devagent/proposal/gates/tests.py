"""The tests gate: what should now pass does pass, and nothing else broke."""

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.sandbox.results import TestResult, TestRun


class TestsGate:
    """Compares the run of all tests on the candidate with the run before it.

    Where no test observes the task and nothing speaks against the candidate, there is no verdict, and the evidence
    says `unobserved` in its data: such a candidate may be proposed as unverified. One that hangs may not.
    """

    __test__ = False
    name = "tests"

    def check(self, subject: Subject) -> Evidence:
        """Which targets pass, which tests newly fail or vanished, which were flaky."""
        run = subject.run
        if run is None:
            return Evidence(self.name, Verdict.NO_VERDICT, "the tests were not run")
        if not run.counts:
            as_before = not subject.targets and run.trouble == subject.baseline.trouble
            return Evidence(self.name, Verdict.NO_VERDICT, run.trouble, data={"unobserved": True} if as_before else {})
        unmet = tuple(r for t in subject.targets for r in _now(run, t) if r.status != "passed")
        if unmet:
            return Evidence(
                self.name,
                Verdict.FAIL,
                f"{len(unmet)} of {len(subject.targets)} failing test(s) still fail",
                _messages(unmet),
            )
        before = subject.baseline.by_id()
        vanished = tuple(sorted(t for t, r in before.items() if r.status != "skipped" and not _now(run, t)))
        if vanished:
            return Evidence(self.name, Verdict.NO_VERDICT, f"{len(vanished)} test(s) vanished", vanished)
        bad_before = {t for t, r in before.items() if r.bad}
        broken = tuple(r for r in run.bad if r.id not in subject.flaky and r.id not in bad_before)
        if broken:
            return Evidence(self.name, Verdict.FAIL, f"{len(broken)} test(s) newly fail", _messages(broken))
        stopped = tuple(
            r for t, old in before.items() if old.status == "passed" for r in _now(run, t) if r.status == "skipped"
        )
        if stopped:
            return Evidence(
                self.name, Verdict.FAIL, f"{len(stopped)} test(s) that ran are now skipped", _messages(stopped)
            )
        return self._good(subject, run)

    def _good(self, subject: Subject, run: TestRun) -> Evidence:
        passed = sum(r.status == "passed" for r in run.results)
        notes = tuple(f"flaky: {test}" for test in subject.flaky) + tuple(
            f"failed before, fails still: {r.id}" for r in run.bad if r.id not in subject.flaky
        )
        data = {
            "targets": list(subject.targets),
            "passed": passed,
            "seconds": run.seconds,
            "flaky": list(subject.flaky),
        }
        if not subject.targets:
            summary = f"no test observes the task; {passed} pass as before"
            return Evidence(self.name, Verdict.NO_VERDICT, summary, notes, {**data, "unobserved": True})
        summary = f"{len(subject.targets)} failing test(s) now pass, {passed} pass in all, none newly fails"
        return Evidence(self.name, Verdict.PASS, summary, notes, data)


def _now(run: TestRun, test: str) -> tuple[TestResult, ...]:
    """What became of a test. A file that could not be collected before may stand for several tests now."""
    return tuple(r for r in run.results if r.id == test) or tuple(
        r for r in run.results if r.id.startswith(f"{test}::")
    )


def _messages(results: tuple[TestResult, ...]) -> tuple[str, ...]:
    return tuple(f"{r.id}: {first}" if (first := r.message.strip().split("\n")[0]) else r.id for r in results)
