import unittest

from confread import Config, ConfigError, MissingKey, SyntaxProblem

BASE = """
; everybody
name = demo
debug = off

[server]
host = localhost
port = 8080
motd = Welcome,
    dear guest
url = http://${host}:${port}/${name}

[paths]
search = a, b
    c
"""

INDENTED = """
title = plain

[database]
    host = db.example.org
    port = 5432

[cache]
    size = 64
    enabled = yes
"""


class ReadingTest(unittest.TestCase):
    def setUp(self):
        self.config = Config.from_texts(BASE)

    def test_values(self):
        self.assertEqual(self.config.get("server", "host"), "localhost")
        self.assertEqual(self.config.get_int("server", "port"), 8080)
        self.assertEqual(self.config.sections(), ["server", "paths"])

    def test_top_values_are_seen_everywhere(self):
        self.assertEqual(self.config.get("server", "Name"), "demo")
        self.assertIs(self.config.get_bool("paths", "debug"), False)

    def test_values_over_several_rows(self):
        self.assertEqual(self.config.get("server", "motd"), "Welcome,\ndear guest")
        self.assertEqual(self.config.get_list("paths", "search"), ["a", "b", "c"])

    def test_a_comment_does_not_end_a_value(self):
        config = Config.from_texts("[a]\nlist = one\n  # two\n  three\n")
        self.assertEqual(config.get_list("a", "list"), ["one", "three"])

    def test_value_that_begins_on_the_next_row(self):
        config = Config.from_texts("[a]\nlist =\n  one\n  two\n")
        self.assertEqual(config.get("a", "list"), "one\ntwo")

    def test_references(self):
        self.assertEqual(self.config.get("server", "url"), "http://localhost:8080/demo")

    def test_missing(self):
        with self.assertRaises(MissingKey):
            self.config.get("server", "colour")
        self.assertEqual(self.config.get_int("server", "colour", 7), 7)

    def test_not_understood(self):
        with self.assertRaises(SyntaxProblem) as caught:
            Config.from_texts("a = 1\nwhat is this")
        self.assertEqual(caught.exception.row, 2)

    def test_circles(self):
        with self.assertRaises(ConfigError):
            Config.from_texts("a = ${b}\nb = ${a}").get("", "a")


class IndentedTest(unittest.TestCase):
    def test_indented_sections(self):
        config = Config.from_texts(INDENTED)
        self.assertEqual(config.keys("database"), ["host", "port"])
        self.assertEqual(config.get_int("database", "port"), 5432)
        self.assertEqual(config.get("", "title"), "plain")

    def test_indented_section_right_below_a_value(self):
        config = Config.from_texts("[a]\nx = 1\n[b]\n  y = 2\n")
        self.assertEqual(config.get_int("a", "x"), 1)
        self.assertEqual(config.get_int("b", "y"), 2)

    def test_a_blank_row_ends_a_value(self):
        config = Config.from_texts("[a]\nx = 1\n\n  y = 2\n")
        self.assertEqual(config.keys("a"), ["x", "y"])
        self.assertEqual(config.get_int("a", "x"), 1)
