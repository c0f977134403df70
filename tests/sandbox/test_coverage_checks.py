"""What the checks of a failing test rest on: the one that failed, and those that passed before it."""

from pathlib import Path

import pytest
from local_sandbox import recorded

from devagent.sandbox.coverage import Coverage

TOOLS = """\
def one(value):
    return value + 1

def two(value):
    return value + 2

def three(value):
    return value + 3

def refuse(value):
    raise ValueError(value)
"""
ONE, TWO, THREE, REFUSE = 2, 5, 8, 11
TEST = "tests/test_tools.py::test_it"


def checks_of(root: Path, body: str, test: str = TEST) -> tuple[set[int], list[set[int]]]:
    """The lines of the failed check, and of each that passed."""
    source = "import unittest, asyncio\nimport pytest\nfrom tools import one, two, three, refuse\n" + body
    found = recorded(root, {"tools.py": TOOLS, "tests/test_tools.py": source}, [test])
    (failed,) = found.failed_checks.values()
    return set(failed.get("tools.py", ())), [set(lines.get("tools.py", ())) for lines in found.passed_checks.values()]


def test_a_check_that_passed_before_is_told_apart_from_the_one_that_failed(tmp_path: Path) -> None:
    failed, passed = checks_of(
        tmp_path, "def test_it():\n  assert one(1) == 2\n  assert two(1) == 3\n  assert three(1) == 5\n"
    )
    assert failed == {THREE}
    assert passed == [{ONE}, {TWO}]


def test_a_check_rests_on_the_statements_that_make_what_it_looks_at_and_on_no_others(tmp_path: Path) -> None:
    body = """
def test_it():
    a = one(1)
    box = []
    box.append(two(1))
    c = three(a)
    assert len(box) == 1
    assert c == 7
"""
    failed, passed = checks_of(tmp_path, body)
    assert failed == {ONE, THREE}
    assert passed == [{TWO}]


def test_turns_of_a_loop_are_checks_of_their_own(tmp_path: Path) -> None:
    body = (
        "def test_it():\n  for f, want in [(one, 2), (two, 3), (three, 5)]:\n    got = f(1)\n    assert got == want\n"
    )
    failed, passed = checks_of(tmp_path, body)
    assert failed >= {THREE}
    assert len(passed) == 2


def test_an_error_that_is_expected_is_not_what_the_test_failed_with(tmp_path: Path) -> None:
    expected = "with pytest.raises(ValueError):\n    refuse(1)"
    body = f"def test_it():\n  {expected}\n  assert two(1) == 3\n  assert three(1) == 5\n"
    failed, passed = checks_of(tmp_path, body)
    assert failed == {THREE}
    assert passed == [{TWO}]


@pytest.mark.parametrize("kind", ["helper", "coroutine", "parts", "setup"])
def test_checks_of_test_classes_and_coroutines_are_followed(tmp_path: Path, kind: str) -> None:
    bodies = {
        "helper": "def check(self, f, want): self.assertEqual(f(1), want)\n  def test_it(self):\n"
        "    self.check(one, 2)\n    self.check(two, 3)\n    self.check(three, 5)\n",
        "coroutine": "def test_it(self): asyncio.run(self.it())\n  async def it(self): assert three(1) == 5\n",
        "parts": "def test_it(self):\n    assert one(1) == 2\n    with self.subTest(1):\n"
        "      self.assertEqual(three(1), 5)\n    assert two(1) == 3\n",
        "setup": "def setUp(self): self.made = two(1)\n  def test_it(self):\n    assert one(1) == 2\n"
        "    assert three(1) == 5\n",
    }
    body = f"class Tests(unittest.TestCase):\n  {bodies[kind]}"
    failed, passed = checks_of(tmp_path, body, "tests/test_tools.py::Tests::test_it")
    assert failed == ({THREE, TWO} if kind == "setup" else {THREE})
    assert passed == {"helper": [{ONE}, {TWO}], "setup": [{ONE, TWO}], "parts": [{ONE}, {TWO}]}.get(kind, [])


def test_a_test_of_very_many_steps_is_followed_as_a_whole_only(tmp_path: Path) -> None:
    body = "from tools import three\ndef test_it():\n  for i in range(10_000):\n    x = i\n  assert three(1) == 5\n"
    found = recorded(tmp_path, {"tools.py": TOOLS, "tests/test_tools.py": body}, [TEST])
    assert found.lines == {TEST: {"tools.py": frozenset({THREE})}}
    assert (found.failed_checks, found.passed_checks) == ({}, {})


def test_nothing_is_said_of_checks_where_none_failed(tmp_path: Path) -> None:
    body = "from tools import one\ndef test_it(): assert one(1) == 2\n"
    found = recorded(tmp_path, {"tools.py": TOOLS, "tests/test_tools.py": body}, [TEST])
    assert found == Coverage(found.lines, found.calls)
    assert found.lines == {TEST: {"tools.py": frozenset({ONE})}}
