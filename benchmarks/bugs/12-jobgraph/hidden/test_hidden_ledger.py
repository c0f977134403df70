import unittest

from jobgraph.graph import Graph
from jobgraph.job import Job
from jobgraph.ledger import Ledger


def ledger(**after):
    return Ledger(Graph([Job(name, None, tuple(waits)) for name, waits in after.items()]))


class LedgerTest(unittest.TestCase):
    def test_long_chain(self):
        book = ledger(a="", b="a", c="b", d="c", e="d")
        self.assertEqual(sorted(book.fail("a", "x", 3.0)), ["b", "c", "d", "e"])
        self.assertEqual(book.progress["e"].blame, "a")
        self.assertEqual(book.progress["e"].finished, 3.0)
        self.assertEqual(book.open_jobs(), [])

    def test_each_job_is_named_once(self):
        book = ledger(a="", b="a", c="a", d="bc")
        self.assertEqual(sorted(book.fail("a", "x", 0.0)), ["b", "c", "d"])

    def test_what_is_skipped_keeps_its_blame(self):
        book = ledger(a="", b="", c="a", d="cb", e="b")
        book.fail("a", "x", 1.0)
        self.assertEqual(book.fail("b", "y", 2.0), ["e"])
        self.assertEqual((book.progress["d"].blame, book.progress["d"].finished), ("a", 1.0))

    def test_optional_jobs_do_no_harm(self):
        book = Ledger(Graph([Job("a", None, optional=True), Job("b", None, ("a",))]))
        self.assertEqual(book.fail("a", "x", 0.0), [])
        self.assertEqual(book.promote(), ["b"])
