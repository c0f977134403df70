"""What is taken out of a function, and what an answer may mean."""

import pytest

from devagent.repair.holes import Hole, before, between, fillings, hole_at

PYTHON = b"""def f(a,
      b):
    x = g(a,
          b)
    if a:  # why
        return 1
    elif b:
        y = 2
    for i in a: print(i)
    return x
"""
JAVASCRIPT = b"""function f(a) {
  const x = g(a, {
    b: 1,
  });
  if (a) {
    return 1;
  } else if (x) {
    y = 2;
  }
  if (q) return 2;
  return x;
}
"""


@pytest.mark.parametrize(
    ("path", "content", "line", "taken"),
    [
        ("f.py", PYTHON, 3, "x = g(a,\n          b)"),
        ("f.py", PYTHON, 4, "x = g(a,\n          b)"),
        ("f.py", PYTHON, 5, "if a:  # why"),
        ("f.py", PYTHON, 6, "return 1"),
        ("f.py", PYTHON, 7, "elif b:"),
        ("f.py", PYTHON, 9, "for i in a: print(i)"),
        ("f.js", JAVASCRIPT, 3, "const x = g(a, {\n    b: 1,\n  });"),
        ("f.js", JAVASCRIPT, 5, "if (a) {"),
        ("f.js", JAVASCRIPT, 7, "} else if (x) {"),
        ("f.js", JAVASCRIPT, 10, "if (q) return 2;"),
    ],
)
def test_a_statement_is_taken_out_whole_and_of_a_compound_one_its_head(
    path: str, content: bytes, line: int, taken: str
) -> None:
    hole = hole_at(content, path, line)
    assert hole is not None
    assert content[hole.start : hole.end].decode() == taken


def test_text_in_no_known_language_has_no_holes() -> None:
    assert hole_at(b"a = 1\n", "notes.txt", 1) is None


def test_an_answer_may_mean_its_first_line_or_its_first_lines_as_far_as_they_are_code() -> None:
    content = b"def f(x):\n    return x\n"
    hole = Hole(14, 22, 2)
    edits = fillings(content, "f.py", hole, "if not x:\n        return 0\n    return -x\n    ret", complete=False)
    bodies = [edit.content.decode().partition("\n")[2] for edit in edits]
    assert bodies == [
        "    if not x:\n        return 0\n",
        "    if not x:\n        return 0\n    return -x\n",
    ]


def test_what_goes_in_between_keeps_the_statement_behind_it() -> None:
    content = b"def f(x):\n    return x\n"
    [edit] = fillings(content, "f.py", before(Hole(14, 22, 2)), "x = x + 1", complete=True)
    assert edit.content == b"def f(x):\n    x = x + 1\n    return x\n"


def test_an_answer_that_changes_nothing_or_is_no_code_is_no_edit() -> None:
    content = b"def f(x):\n    return x\n"
    assert fillings(content, "f.py", Hole(14, 22, 2), "return x", complete=True) == []
    assert fillings(content, "f.py", Hole(14, 22, 2), "return (x", complete=True) == []


@pytest.mark.parametrize(
    ("old", "new"), [(b"abc", b"abXc"), (b"abc", b"ac"), (b"aaa", b"aaaa"), (b"", b"x"), (b"abab", b"abcab")]
)
def test_two_versions_are_one_edit(old: bytes, new: bytes) -> None:
    edit = between(old, new)
    assert old[: edit.start] + edit.text + old[edit.end :] == new
