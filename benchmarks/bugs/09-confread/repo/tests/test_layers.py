import unittest

from confread import Config


class LayersTest(unittest.TestCase):
    def test_later_files_win(self):
        config = Config.from_texts("[a]\nx = 1\ny = 2", "[a]\nx = 3")
        self.assertEqual([config.get_int("a", key) for key in "xy"], [3, 2])

    def test_a_section_can_be_opened_again(self):
        config = Config.from_texts("[a]\nx = 1\n[b]\nz = 0\n[a]\ny = 2")
        self.assertEqual(config.keys("a"), ["x", "y"])

    def test_references_use_the_final_values(self):
        config = Config.from_texts("[a]\nhost = x\nurl = ${host}/", "[a]\nhost = y")
        self.assertEqual(config.get("a", "url"), "y/")
