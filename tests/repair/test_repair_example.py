"""A call with its answer as a test: in the style of the file of the failing test, and by its imports."""

import ast

import pytest

from devagent.repair.behaviour import Answer, Code
from devagent.repair.example import CannotWrite, Example, written_beside

SIX = Example(Code("cart", "total", "[1, 5], 5"), Answer("returns", "6"))
RAISES = Example(Code("cart", "total", "None"), Answer("raises", "ValueError", "builtins"))
PLAIN = """from cart import total


def test_one():
    assert total([1], 5) == "1"


def test_two():
    pass
"""


def beside(text: str, id_: str, *examples: Example) -> tuple[str, str]:
    """The file with the new test, and its id."""
    written = written_beside(text.encode(), f"tests/test_cart.py::{id_}", examples)
    ast.parse(written.content)
    return written.content.decode(), written.id


def test_it_stands_behind_the_failing_test_as_far_from_it_as_the_next_one() -> None:
    found, id_ = beside(PLAIN, "test_one", SIX)
    assert found == PLAIN.replace(
        "\n\ndef test_two", "\n\ndef test_total_returns_6():\n    assert total([1, 5], 5) == 6\n\n\ndef test_two"
    )
    assert id_ == "tests/test_cart.py::test_total_returns_6"


def test_of_a_parametrized_test_the_function_is_meant() -> None:
    assert beside(PLAIN, "test_one[a-[b]]", SIX) == beside(PLAIN, "test_one", SIX)


def test_at_the_end_of_a_file_without_a_newline() -> None:
    found, _ = beside(PLAIN.rstrip(), "test_two", SIX)
    assert found.endswith("    pass\n\n\ndef test_total_returns_6():\n    assert total([1, 5], 5) == 6\n")


def test_line_ends_stay_what_they_are() -> None:
    found, _ = beside(PLAIN.replace("\n", "\r\n"), "test_one", SIX, RAISES)
    assert found.count("\n") == found.count("\r\n")


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("from cart import total", "total("),
        ("from cart import total as summed", "summed("),
        ("import cart", "cart.total("),
        ("import cart as c", "c.total("),
    ],
)
def test_the_imports_of_the_file_are_used(line: str, call: str) -> None:
    found, _ = beside(PLAIN.replace("from cart import total", line), "test_one", SIX)
    assert f"    assert {call}[1, 5], 5) == 6\n" in found
    assert found.startswith(f"{line}\n\n")


def test_what_a_package_hands_on_is_used_by_the_name_the_file_has_for_it() -> None:
    deep = Example(Code("cart.deep.sums", "Till.total", "3"), Answer("returns", "None"))
    found, _ = beside(PLAIN.replace("import total", "import Till"), "test_one", deep)
    assert "    assert Till.total(3) is None\n" in found and "deep" not in found


def test_an_import_that_is_missing_goes_behind_those_that_are_there() -> None:
    found, _ = beside(PLAIN.replace("cart import total", "other import thing"), "test_one", SIX)
    assert found.startswith("from other import thing\nfrom cart import total\n\n\n")
    bare, _ = beside('"""About."""\n\ndef test_one():\n    pass\n', "test_one", SIX)
    assert bare.startswith('"""About."""\nfrom cart import total\n\n\ndef test_one')


def test_errors_are_expected_as_pytest_does() -> None:
    found, id_ = beside(PLAIN, "test_one", RAISES)
    assert "    with pytest.raises(ValueError):\n        total(None)\n" in found
    assert found.startswith("from cart import total\nimport pytest\n")
    assert id_.endswith("::test_total_raises_value_error")
    known, _ = beside(f"from pytest import raises as fails\n{PLAIN}", "test_one", RAISES)
    assert "    with fails(ValueError):\n" in known


def test_a_class_of_unittest_gets_a_method_with_its_own_assertions() -> None:
    text = (
        "import unittest\nfrom cart import total\n\n\nclass TestCart(unittest.TestCase):\n    def test_one(self):\n"
        "        self.assertEqual(total([1], 5), 1)\n\n    def test_two(self):\n        pass\n"
    )
    none = Example(Code("cart", "total", "0"), Answer("returns", "None"))
    found, id_ = beside(text, "TestCart::test_one", SIX, none, RAISES)
    assert (
        "\n\n    def test_total_returns_6(self):\n        self.assertEqual(total([1, 5], 5), 6)\n"
        "        self.assertIs(total(0), None)\n"
        "        with self.assertRaises(ValueError):\n            total(None)\n\n"
    ) in found
    assert id_ == "tests/test_cart.py::TestCart::test_total_returns_6"


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    assert beside(beside(PLAIN, "test_one", SIX)[0], "test_one", SIX)[1].endswith("::test_total_returns_6_2")


def test_strings_have_the_quotation_marks_that_the_file_prefers() -> None:
    said = Example(Code("cart", "label", """'a', "it's", b'c', 'say "x"', k='d'"""), Answer("returns", "['e', 'f']"))
    double, _ = beside(PLAIN, "test_one", said)
    assert """label("a", "it's", b"c", 'say "x"', k="d") == ["e", "f"]""" in double
    single, _ = beside(PLAIN.replace('"', "'"), "test_one", said)
    assert """label('a', "it's", b'c', 'say "x"', k='d') == ['e', 'f']""" in single


@pytest.mark.parametrize(
    ("text", "id_", "why"),
    [
        (PLAIN, "test_three", "the failing test does not stand in"),
        (PLAIN, "TestCart::test_one", "class TestCart was not found"),
        ("def total(): pass\ndef test_one(): pass\n", "test_one", "total means something else"),
        ("def test_one(:\n", "test_one", "cannot be read as Python"),
    ],
)
def test_where_it_cannot_be_written_it_is_said_why(text: str, id_: str, why: str) -> None:
    with pytest.raises(CannotWrite, match=why):
        beside(text, id_, SIX)
