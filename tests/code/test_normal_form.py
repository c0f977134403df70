"""The same code in other clothes."""

import pytest

from devagent.code.language import MAX_BYTES, language_for
from devagent.code.normal import same_code

PYTHON = "def f(a):\n    if a:\n        b()\n    c()\n"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ('def f( a ):\n  """Doc."""\n  # why\n  if a:\n    b( )  # now\n\n  c()', True),
        ("    def f(a):\n        if a:\n            b()\n        c()\n", True),
        ("def f(a):\r\n    if a: b()\r\n    c()\r\n", True),
        ("def f(a):\n    if a:\n        b()\n        c()\n", False),
        ("def f(a):\n    if a:\n        b()\n    c(1)\n", False),
        ("def f(a):\n    if a:\n        b\n        ()\n    c()\n", False),
    ],
)
def test_python_is_the_same_up_to_comments_docstrings_and_layout(other: str, same: bool) -> None:
    assert same_code(PYTHON.encode(), other.encode(), language_for("a.py")) is same


def test_javascript_is_the_same_with_or_without_semicolons() -> None:
    a, b = b"function f() { return 'a b'; } // x", b"function f() {\n  /* y */ return 'a b'\n}\n"
    assert same_code(a, b, language_for("a.js"))
    assert not same_code(a, b.replace(b"a b", b"a  b"), language_for("a.js"))


def test_text_is_the_same_up_to_blanks() -> None:
    assert same_code(b"a  b\n", b"a b", None)


def test_what_is_too_large_is_compared_as_it_is() -> None:
    large = b"x = 1\n" * (MAX_BYTES // 6 + 1)
    assert same_code(large, large, language_for("a.py"))
    assert not same_code(large, large + b"\n", language_for("a.py"))
