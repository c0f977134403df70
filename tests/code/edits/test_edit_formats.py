"""Every format: what is read can be written, and is read as the same; and no answer breaks anything."""

import difflib

import pytest
from edit_corpus import cases
from hypothesis import assume, given
from hypothesis import strategies as st

from devagent.code.edits import begin_patch, search_replace, unified_diff, whole
from devagent.code.edits.answer import apply_answer, has_marks, read_answer
from devagent.code.edits.edit import (
    DeleteFile,
    Edit,
    Hunk,
    MoveFile,
    ReplaceSymbol,
    ReplaceText,
    SetMode,
    WriteFile,
)
from devagent.code.edits.fences import code_blocks, source_for
from devagent.code.errors import EditError

FILES = {
    "a.py": b"import os\n\n\ndef f(a):\n    return a\n\n\nclass A:\n    def f(self):\n        return 1\n",
    "b.txt": b"one\r\ntwo\r\n",
    "sub/c.js": b"function f(a) {\n\treturn a;\n}\n",
    "d.bin": b"\x00\xff\xfe",
}
words = st.text(alphabet="ab =()+-@.:#\t\u201c\u2014\u00a0é`~<>", min_size=0, max_size=14)
line = words.map(lambda text: f"x{text}")
lines = st.lists(line, min_size=1, max_size=5).map(lambda texts: "".join(f"{text}\n" for text in texts))
path = st.sampled_from(["a.py", "src/b.txt", "sub/c.js", "Makefile.am"])
plain_hunks = st.builds(Hunk, lines, lines | st.just("")).filter(lambda hunk: hunk.search != hunk.replace)
scopes = st.sampled_from([(), ("def f():",), ("class A:", "def f(self):")])
patch_hunks = st.builds(Hunk, lines, lines, scope=scopes)
diff_hunks = st.builds(
    Hunk, lines, lines, line=st.integers(0, 99), scope=scopes.filter(lambda s: len(s) < 2), final_newline=st.none()
)


def texts_of(hunks: st.SearchStrategy[Hunk]) -> st.SearchStrategy[ReplaceText]:
    return st.builds(ReplaceText, path, st.lists(hunks, min_size=1, max_size=3).map(tuple))


new_files = st.builds(WriteFile, path, lines, new=st.just(True))
moves = st.builds(MoveFile, path, st.just("moved/e.py"))
BY_FORMAT = [
    (search_replace.rendered, texts_of(plain_hunks)),
    (
        unified_diff.rendered,
        texts_of(diff_hunks)
        | new_files
        | st.builds(DeleteFile, path)
        | moves
        | st.builds(SetMode, path, st.sampled_from(["100644", "100755"])),
    ),
    (begin_patch.rendered, texts_of(patch_hunks) | new_files | st.builds(DeleteFile, path)),
]


def read(answer: str) -> tuple[Edit, ...]:
    return read_answer(answer, {}).edits


@pytest.mark.parametrize(("render", "edit"), BY_FORMAT, ids=["search/replace", "unified diff", "begin patch"])
def test_what_is_written_in_a_format_is_read_as_the_same(render, edit) -> None:  # type: ignore[no-untyped-def]
    @given(edit)
    def check(one: Edit) -> None:
        assert read(render([one])) == (one,)

    check()


@given(st.lists(st.builds(WriteFile, path, lines), min_size=1, max_size=3, unique_by=lambda edit: edit.path))
def test_whole_files_are_read_as_they_were_written(edits: list[WriteFile]) -> None:
    assert read(whole.rendered(edits)) == tuple(edits)


def test_a_whole_symbol_is_read_as_it_was_written() -> None:
    edit = ReplaceSymbol("a.py", "A.f", "def f(self):\n    return `2`\n")
    assert read_answer(whole.rendered([edit]), FILES).edits == (edit,)


def test_a_diff_tells_of_the_last_newline() -> None:
    for ends in (True, False):
        edit = ReplaceText("a.py", (Hunk("a\nb\n", "a\nc\n", final_newline=ends),))
        assert read(unified_diff.rendered([edit])) == (edit,)


MARKS = """\
<<<<<<< SEARCH|=======|>>>>>>> REPLACE|```|```python|```diff|~~~|a.py|b.txt:|### `sub/c.js`|a.py::A.f|<think>|</think>
*** Begin Patch|*** End Patch|*** Update File: a.py|*** Add File: n.py|*** Delete File: b.txt|*** Move to: m.py|@@
--- a/a.py|+++ b/a.py|--- /dev/null|@@ -1,2 +1,2 @@|diff --git a/a.py b/a.py|rename from a.py|new file mode 100644
deleted file mode 100644|\\ No newline at end of file|*** End of File|# ... existing code ...|...|def f(a):|    return a
-    return a|+    return b|     return a|import os|one|two|-one|+three|class A:|function f(a) {|}||  |\t"""
answers = st.lists(st.sampled_from(MARKS.replace("\n", "|").split("|")) | st.text(max_size=12), max_size=14).map(
    "\n".join
)


@given(answers)
def test_any_answer_changes_all_that_it_says_or_nothing(answer: str) -> None:
    kept = dict(FILES)
    try:
        applied = apply_answer(answer, FILES, path="a.py")
    except EditError as error:
        assert error.what
    else:
        assert applied.changes or applied.modes
        assert all(FILES.get(name) != content for name, content in applied.changes.items())
    assert kept == FILES


@given(st.text(max_size=300))
def test_any_text_can_be_read(answer: str) -> None:
    code_blocks(answer)
    source_for(answer, "a.py", "f")
    try:
        has_marks(answer)
        read_answer(answer, FILES)
    except EditError as error:
        assert error.what


@given(st.sampled_from(cases()), st.data())
def test_an_answer_that_is_cut_anywhere_is_refused_or_makes_whole_edits(case, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    answer = case.answer[: data.draw(st.integers(0, len(case.answer)))]
    try:
        applied = apply_answer(answer, case.files, path=case.path)
    except EditError:
        return
    assert applied.changes or applied.modes


ROWS = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "",
            "  a",
            " a",
            "x = one",
            "x = two",
            "--- b",
            "+c",
            "@@",
            "```",
            "    ...",
            "=======",
            "*** End Patch",
        ]
    ),
    max_size=12,
)


@given(ROWS, ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([0, 1, 3]), st.booleans())
def test_a_diff_that_a_program_wrote_gives_what_it_was_made_of(
    old: list[str], new: list[str], end: str, context: int, numbered: bool
) -> None:
    assume(old != new and any(map(str.strip, old)))
    made = list(difflib.unified_diff(old, new, "a/f.txt", "b/f.txt", n=context, lineterm=""))
    if not numbered:
        made = ["@@ ... @@" if row.startswith("@@ ") else row for row in made]
    answer = "```diff\n" + "".join(f"{row}\n" for row in made) + "```\n"
    try:
        changes = apply_answer(answer, {"f.txt": "".join(row + end for row in old).encode()}).changes
    except EditError:
        assert context < 3 or not numbered
        return
    assert changes == {"f.txt": "".join(row + end for row in new).encode()}


@pytest.mark.parametrize("piece", ["\r", "```\n", "<think>", "<<<<<<< SEARCH\n", "@@ -1 +1 @@\n", "a.txt ", "...\n"])
def test_no_repetition_makes_an_answer_slow(piece: str) -> None:
    with pytest.raises(EditError):
        apply_answer(piece * (300_000 // len(piece)), {"a.txt": b"x = 1\n", "b.txt": b""})
