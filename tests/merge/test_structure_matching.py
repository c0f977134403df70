"""Which element of one version is which of another."""

import pytest
from syntax_edits import parsed

from devagent.merge.structure.element import Element
from devagent.merge.structure.matching import Effort, TooMuchWork, in_order, match

BODY = "\n    return [line.strip() for line in open({}) if line.strip() and not line.startswith('#')]\n"


def pairs(path: str, one: str, other: str) -> set[tuple[str, str]]:
    xs, ys = parsed(path, one).framed, parsed(path, other).framed
    found = match(xs, ys, Effort(100_000))
    return {(_first(xs[x]), _first(ys[y])) for x, y in found.items() if xs[x].node is not None}


def _first(element: Element) -> str:
    return element.text.decode().split("\n")[0]


def test_equal_code_is_matched_wherever_it_stands() -> None:
    assert pairs("a.py", "a()\nb()\nc()\n", "c()\na()\nb()\n") == {("a()", "a()"), ("b()", "b()"), ("c()", "c()")}


def test_a_definition_is_known_by_its_name() -> None:
    found = pairs("a.py", "def f():\n    a\n\ndef g():\n    b\n", "def g():\n    x + y\n\ndef f(z):\n    z * 2\n")
    assert found == {("def f():", "def f(z):"), ("def g():", "def g():")}


def test_a_definition_with_another_name_and_the_same_body_was_renamed() -> None:
    assert pairs("a.py", "def f(path):" + BODY.format("path"), "def lines(path):" + BODY.format("path")) == {
        ("def f(path):", "def lines(path):")
    }


def test_a_definition_with_another_name_and_another_body_is_another_one() -> None:
    assert pairs("a.py", "def f(path):" + BODY.format("path"), "def g(x):\n    yield x\n") == set()


def test_statements_are_matched_in_order_by_what_they_have_in_common() -> None:
    one, other = "a = load(1, 2, 3)\nb = save(4, 5)\n", "log()\na = load(1, 2, 4)\nb = save(4, 5, 6)\n"
    assert pairs("a.py", one, other) == {
        ("a = load(1, 2, 3)", "a = load(1, 2, 4)"),
        ("b = save(4, 5)", "b = save(4, 5, 6)"),
    }


def test_repeated_lines_are_matched_like_lines_of_a_diff() -> None:
    xs, ys = parsed("a.py", "a()\n" * 50).framed, parsed("a.py", "a()\n" * 60).framed
    assert len(match(xs, ys, Effort(100_000))) == 52


def test_work_beyond_the_limit_is_not_done() -> None:
    xs, ys = parsed("a.py", "a()\nb()\n").framed, parsed("a.py", "c()\nd()\n").framed
    with pytest.raises(TooMuchWork):
        match(xs, ys, Effort(3))


def test_what_crosses_is_not_in_order() -> None:
    assert in_order({0: 0, 1: 3, 2: 1, 3: 2}) == {0: 0, 2: 1, 3: 2}
