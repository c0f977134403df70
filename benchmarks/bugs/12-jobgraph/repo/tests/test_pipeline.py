import unittest

from jobgraph import CycleError, JobError, Pipeline


def broken():
    raise RuntimeError("broken")


class Flaky:
    """Fails some times, then works."""

    def __init__(self, failures):
        self.failures = failures

    def __call__(self):
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("not yet")
        return "ok"


class OrderTest(unittest.TestCase):
    def setUp(self):
        self.log = []
        self.pipeline = Pipeline()

    def add(self, name, **options):
        self.pipeline.job(name, lambda: self.log.append(name), **options)

    def test_jobs_run_after_what_they_wait_for(self):
        self.add("c", after=["a", "b"])
        self.add("b", after=["a"])
        self.add("a")
        report = self.pipeline.run()
        self.assertEqual(self.log, ["a", "b", "c"])
        self.assertEqual(report.summary(), "3 done")

    def test_unknown_and_double_names(self):
        self.add("a", after=["x"])
        with self.assertRaises(JobError):
            self.pipeline.run()
        with self.assertRaises(JobError):
            self.add("a")

    def test_cycle(self):
        self.add("a", after=["b"])
        self.add("b", after=["a"])
        with self.assertRaises(CycleError):
            self.pipeline.run()

    def test_empty(self):
        self.assertEqual(self.pipeline.run().states(), {})


class RetryTest(unittest.TestCase):
    def test_retries_wait_longer_and_longer(self):
        pipeline = Pipeline()
        pipeline.job("a", Flaky(3), retries=3)
        report = pipeline.run()
        self.assertEqual(report.result("a"), "ok")
        self.assertEqual(report.waits("a"), [1.0, 2.0, 4.0])
        self.assertEqual(report.finished("a"), 7.0)

    def test_other_jobs_run_meanwhile(self):
        pipeline = Pipeline()
        pipeline.job("a", Flaky(1), retries=1)
        pipeline.job("b", lambda: 1)
        report = pipeline.run()
        self.assertEqual((report.finished("b"), report.finished("a")), (0.0, 1.0))

    def test_retries_run_out(self):
        pipeline = Pipeline()
        pipeline.job("a", Flaky(2), retries=1)
        report = pipeline.run()
        self.assertEqual(report.states(), {"a": "failed"})
        self.assertEqual(report.attempts("a"), 2)


class FailureTest(unittest.TestCase):
    def setUp(self):
        self.pipeline = Pipeline()
        self.pipeline.job("fetch", broken)
        self.pipeline.job("other", lambda: 1)

    def test_direct_follower_is_skipped(self):
        self.pipeline.job("parse", lambda: 1, after=["fetch"])
        report = self.pipeline.run()
        self.assertEqual(
            report.states(), {"fetch": "failed", "other": "done", "parse": "skipped"}
        )
        self.assertEqual(report.blame("parse"), "fetch")

    def test_everything_behind_a_failure_is_skipped(self):
        self.pipeline.job("parse", lambda: 1, after=["fetch"])
        self.pipeline.job("store", lambda: 1, after=["parse", "other"])
        self.pipeline.job("mail", lambda: 1, after=["store"])
        report = self.pipeline.run()
        self.assertEqual(report.summary(), "1 done, 1 failed, 3 skipped")
        self.assertEqual(report.blame("mail"), "fetch")

    def test_diamond(self):
        self.pipeline.job("left", lambda: 1, after=["fetch"])
        self.pipeline.job("right", lambda: 1, after=["other"])
        self.pipeline.job("join", lambda: 1, after=["left", "right"])
        report = self.pipeline.run()
        self.assertEqual(report.states()["right"], "done")
        self.assertEqual(report.states()["join"], "skipped")

    def test_first_failure_is_to_blame(self):
        self.pipeline.job("late", broken, after=["other"])
        self.pipeline.job("both", lambda: 1, after=["fetch", "late"])
        self.assertEqual(self.pipeline.run().blame("both"), "fetch")

    def test_optional_job_may_fail(self):
        self.pipeline.job("extra", broken, optional=True)
        self.pipeline.job("use", lambda: 1, after=["extra"])
        report = self.pipeline.run()
        self.assertEqual((report.states()["extra"], report.states()["use"]), ("failed", "done"))
