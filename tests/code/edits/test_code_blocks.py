"""What a model's answer holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code.edits.fences import CodeBlock, code_blocks, source_for


@pytest.mark.parametrize(
    ("answer", "blocks"),
    [
        ("Here:\n```python\nx = 1\n```\nDone.", [CodeBlock("python", "x = 1\n")]),
        ("```js title=a.js\r\nf();\r\n```\r\n~~~\ng\n~~~", [CodeBlock("js", "f();\n"), CodeBlock("", "g\n")]),
        ("```py\nx = 1\n", [CodeBlock("py", "x = 1\n", truncated=True)]),
        ("1. do\n   ```py\n   if x:\n       y\n   ```", [CodeBlock("py", "if x:\n    y\n")]),
        ("````md\n```py\nx\n```\n````", [CodeBlock("md", "```py\nx\n```\n")]),
        ("def f():\n    return 1\n```\nThat is it.", [CodeBlock("", "def f():\n    return 1\n")]),
        ("def f():\n    return 1", [CodeBlock("", "def f():\n    return 1\n")]),
        ("total(a) {\n  return a;\n}", [CodeBlock("", "total(a) {\n  return a;\n}\n")]),
        ("I am not able to do that.", []),
        ("", []),
    ],
)
def test_blocks_are_read_as_models_write_them(answer: str, blocks: list[CodeBlock]) -> None:
    assert code_blocks(answer) == blocks


def test_the_last_block_that_defines_the_function_counts() -> None:
    answer = (
        "Was:\n```py\ndef f(): return 1\n```\nIs:\n```py\ndef f(): return 2\n```\nTest:\n```py\nassert f() == 2\n```"
    )
    found = source_for(answer, "a.py", "A.f")
    assert found is not None
    assert found.text == "def f(): return 2\n"


@given(st.text(alphabet="`~ \n\tdef x=<>SEARCH", max_size=200))
def test_any_answer_can_be_read(answer: str) -> None:
    code_blocks(answer)
    source_for(answer, "a.py", "f")
