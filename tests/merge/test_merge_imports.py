"""Import statements of both sides, united."""

import pytest

from devagent.merge.imports import statements, united
from devagent.merge.versions import split_lines


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (b"", b"from a import b\n", b"from a import c\n", b"from a import b, c\n"),
        (b"from a import b, c\n", b"from a import b\n", b"from a import b, c, d\n", b"from a import b, d\n"),
        (b"import a\n", b"import a\nimport b\n", b"import c\n", b"import b\nimport c\n"),
        (
            b"from a import b\n",
            b"from a import b, c\n",
            b"from a import (\n    b,\n    d,\n)\n",
            b"from a import b, c, d\n",
        ),
        (
            b"import { a } from 'x';\n",
            b"import { a, b } from 'x';\n",
            b"import { a, c } from 'x';\nimport y from 'z';\n",
            b"import { a, b, c } from 'x';\nimport y from 'z';\n",
        ),
        (b"use a::{b, c};\n", b"use a::{b, c, d};\n", b"use a::{b};\n", b"use a::{b, d};\n"),
        (b"use a::b;\n", b"", b"use a::b;\nuse c;\n", None),
        (b"", b"import a\nx = 1\n", b"import b\n", None),
    ],
)
def test_imports_are_united_name_by_name(base: bytes, ours: bytes, theirs: bytes, expected: bytes | None) -> None:
    assert united(*map(split_lines, (base, ours, theirs))) == expected


def test_a_statement_over_several_lines_is_one() -> None:
    found = statements(split_lines(b"from a import (\n    b,\n    c,\n)\nimport d\n"))
    assert found is not None
    assert [statement.names for statement in found] == [(b"b", b"c"), ()]
