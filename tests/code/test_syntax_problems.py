"""Syntax problems, and those that are new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code.language import Language, language_for
from devagent.code.syntax import new_syntax_errors, syntax_errors


def _language(path: str) -> Language:
    found = language_for(path)
    assert found is not None
    return found


PYTHON, JAVASCRIPT = _language("a.py"), _language("a.js")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(:\n    pass\n", 1),
        ("def f():\nreturn 1\n", 1),
        ("def f():\n    if x:\n    y = 1\n", 2),
        ("def f():\n    return 1\n  x = 2\n", 3),
        ("x = 1\n\nf(a b)\n", 3),
        ("  x = 1\n", 1),
    ],
)
def test_what_python_refuses_is_reported_with_its_line(source: str, line: int) -> None:
    assert line in [problem.line for problem in syntax_errors(source.encode(), PYTHON)]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# only a comment",
        "x = 1; y = 2\nif x: a; b\nelse: c\n",
        'def f():\n    x = """\nabc\n"""; y = 2\n    return x\n',
        "class A:\n\tx = 1\n\n\tdef f(self):\n\t\tpass\n",
        "\ufeffx = 1\r\ndef f():\r\n    return 1\r\n",
        "match x:\n    case 1: pass\n    case [a, *_]:\n        y = a\n",
        "def f():\n    pass\n    # a comment at the end\n# and outside\n",
        "x = [\n  1,\n 2,\n]\nf'{x!r:>{w}}'\n",
        "if a:\n    pass\nelif b:\n    pass\nelse:\n    pass\n",
        "async def f():\n    async with a as b, c:\n        await d\n",
        "@a\n@b(1)\ndef f(x, /, *, y: int = 1) -> int: return x\n",
        "print('x') if y else \\\n    z\n",
    ],
)
def test_good_python_has_no_problem(source: str) -> None:
    assert syntax_errors(source.encode(), PYTHON) == []


def test_javascript_errors_are_found() -> None:
    assert [p.line for p in syntax_errors(b"const a = 1;\nfunction f( { return 1 }\n", JAVASCRIPT)] != []


def test_an_old_error_that_moved_is_not_new() -> None:
    before = b"f(a b)\n"
    after = b"x = 1\n\n" + before
    assert new_syntax_errors(before, after, PYTHON) == []


def test_a_second_error_of_the_same_kind_is_new() -> None:
    before = b"f(a b)\n"
    assert [p.line for p in new_syntax_errors(before, before + b"x = 1\n" + before, PYTHON)] == [3]


def test_every_error_of_a_new_file_is_new() -> None:
    assert new_syntax_errors(None, b"f(a b)\n", PYTHON)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_checked(content: bytes) -> None:
    for known in (PYTHON, JAVASCRIPT):
        problems = syntax_errors(content, known)
        assert all(1 <= problem.line <= content.count(b"\n") + 1 for problem in problems)
        assert new_syntax_errors(content, content, known) == []
