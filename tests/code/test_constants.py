"""Constants of a file: found where one statement gives one name its value, and replaced without touching the rest."""

import pytest

from devagent.code.constants import constants, replace_constant
from devagent.code.errors import EditError

PYTHON = b"""import os
LIMIT = 10
TABLE = {
    "a": 1,
}
limits: int = 3
a = b = 2
mode = 1
if os: inner = 1
mode = 2
def f():
    LOCAL = 1
f2 = lambda: 0
"""
JAVASCRIPT = b"""export const LIMIT = 10;
const one = 1, two = 2;
const run = () => 1;
let mode = 'a';
"""


def test_those_of_python_and_javascript_are_found() -> None:
    assert [(s.name, s.start_line, s.end_line) for s in constants("a.py", PYTHON)] == [
        ("LIMIT", 2, 2),
        ("TABLE", 3, 5),
        ("limits", 6, 6),
        ("a", 7, 7),
        ("f2", 13, 13),
    ]
    assert [s.name for s in constants("a.js", JAVASCRIPT)] == ["LIMIT", "mode"]
    assert constants("a.txt", b"LIMIT = 1\n") == () and constants("a.py", b"\xff(") == ()


def test_only_the_statement_changes_whatever_else_the_answer_holds() -> None:
    answer = "import sys\n\nTABLE = {\n    'b': 2,\n}\nLIMIT = 99\n"
    assert replace_constant(PYTHON, "a.py", "TABLE", answer) == PYTHON.replace(
        b'{\n    "a": 1,\n}', b"{\n    'b': 2,\n}"
    )
    for answer in ("const LIMIT = 20;\n", "export const LIMIT = 20;\n"):
        assert replace_constant(JAVASCRIPT, "a.js", "LIMIT", answer) == JAVASCRIPT.replace(b"10", b"20")


def test_line_ends_and_encoding_stay() -> None:
    content = "# -*- coding: latin-1 -*-\r\nNAME = 'é'\r\nx = 1\r\n".encode("latin-1")
    changed = replace_constant(content, "a.py", "NAME", "NAME = [\n    'ü',\n]\n")
    assert changed == "# -*- coding: latin-1 -*-\r\nNAME = [\r\n    'ü',\r\n]\r\nx = 1\r\n".encode("latin-1")


@pytest.mark.parametrize(("name", "answer"), [("LIMIT", "x = 1\n"), ("LIMIT", ""), ("mode", "mode = 3\n")])
def test_what_is_not_there_once_is_refused(name: str, answer: str) -> None:
    with pytest.raises(EditError):
        replace_constant(PYTHON, "a.py", name, answer)
