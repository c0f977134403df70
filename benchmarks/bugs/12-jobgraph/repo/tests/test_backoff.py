import unittest

from jobgraph.backoff import delay


class BackoffTest(unittest.TestCase):
    def test_doubles(self):
        self.assertEqual([delay(n) for n in (1, 2, 3)], [1.0, 2.0, 4.0])

    def test_limit(self):
        self.assertEqual(delay(20), 60.0)
