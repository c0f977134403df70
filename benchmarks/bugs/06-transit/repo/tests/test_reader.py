import unittest

from transit import NetworkError
from transit.reader import read_network


class ReaderTest(unittest.TestCase):
    def test_both_directions(self):
        network = read_network("line A: X 3 Y 4 Z")
        self.assertEqual(network.stops(), ["X", "Y", "Z"])
        self.assertEqual([ride.end for ride in network.rides_from("Y")], ["X", "Z"])

    def test_comments_and_blank_rows(self):
        self.assertEqual(read_network("\n# nothing\n").stops(), [])

    def test_bad_rows(self):
        for row in ("A: X 3 Y", "line A: X", "line A: X y Z", "line A: X 0 Z", "line A: X 3"):
            with self.subTest(row), self.assertRaises(NetworkError):
                read_network(row)
