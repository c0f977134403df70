import unittest

from confread.sections import read_sections


class SectionsTest(unittest.TestCase):
    def test_header_then_indented_items(self):
        text = "k = v\n[s]\n  a = 1\n[t]\n  b = 2\n"
        self.assertEqual(read_sections(text), {"": {"k": "v"}, "s": {"a": "1"}, "t": {"b": "2"}})

    def test_more_rows_after_a_blank_one(self):
        text = "[s]\na = 1\n  2\n\n  b = 3\n    4\n  c = 5\n"
        self.assertEqual(read_sections(text)["s"], {"a": "1\n2", "b": "3\n4", "c": "5"})

    def test_values_with_several_rows_still_work(self):
        text = "[s]\na =\n  1\n  # no\n  2\nb = 3"
        self.assertEqual(read_sections(text)["s"], {"a": "1\n2", "b": "3"})

    def test_several_blank_rows(self):
        text = "[s]\na = 1\n\n\n  b = 2\n\n[u]\n\n  c = 3"
        self.assertEqual(read_sections(text), {"": {}, "s": {"a": "1", "b": "2"}, "u": {"c": "3"}})
