"""The answer to a question about one function becomes the new content of its file, in whatever format it came."""

import pytest

from devagent.code.errors import EditError
from devagent.code.symbol import symbols
from devagent.models.model import Message, ModelReply, ModelRequest
from devagent.team.asking import Question, Subject
from devagent.team.reproduction import file_in

SOURCE = b"LIMIT = 3\r\n\r\n\r\ndef add(a, b):\r\n    return a - b\r\n"
DIFF = "```diff\n--- a/calc.py\n+++ b/calc.py\n@@ -5 +5 @@\n-    return a - b\n+    return a + b\n```\n"
BLOCK = "<<<<<<< SEARCH\n    return a - b\n=======\n    return a + b\n>>>>>>> REPLACE\n"
FUNCTION = "```python\ndef add(a, b):\n    return a + b\n```\n"


def question() -> Question:
    files = {"calc.py": SOURCE, "other.py": b"x = 1\n"}
    subject = Subject(symbols("calc.py", SOURCE)[0], files, "assert add(1, 1) == 2", "assert 0 == 2")
    return Question(subject, ModelRequest([Message("user", "?")]))


@pytest.mark.parametrize("answer", [FUNCTION, DIFF, BLOCK, f"calc.py\n{BLOCK}"])
def test_a_function_a_diff_and_a_block_come_to_the_same(answer: str) -> None:
    assert question().content(ModelReply(answer, 1, 1)) == SOURCE.replace(b"a - b", b"a + b")


@pytest.mark.parametrize("answer", ["other.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n", DIFF[:-5]])
def test_edits_of_other_files_and_those_cut_off_are_refused(answer: str) -> None:
    with pytest.raises(EditError):
        question().content(ModelReply(answer, 1, 1))


TEST = "def test_add():\n    assert add(1, 1) == 2\n"
ADDED = "".join(f"+{line}\n" for line in TEST.splitlines())


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{TEST}```\n",
        f"*** Begin Patch\n*** Add File: tests/test_new.py\n{ADDED}*** End Patch\n",
        f"```diff\n--- /dev/null\n+++ b/tests/test_new.py\n@@ -0,0 +1,2 @@\n{ADDED}```\n",
        f"tests/test_new.py\n<<<<<<< SEARCH\n=======\n{TEST}>>>>>>> REPLACE\n",
    ],
)
def test_a_new_test_may_come_as_a_patch(answer: str) -> None:
    assert file_in(answer, "tests/test_asked.py") == TEST


def test_an_answer_without_code_holds_no_file() -> None:
    assert file_in("I cannot do that.", "tests/test_asked.py") == ""
