"""Edits: all or none, and every byte outside them stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code.edits.answer import apply_answer
from devagent.code.edits.apply import apply_edits, replace_lines
from devagent.code.edits.edit import (
    DeleteFile,
    Edit,
    Hunk,
    MoveFile,
    ReplaceLines,
    ReplaceSymbol,
    ReplaceText,
    WriteFile,
)
from devagent.code.edits.whole_symbol import replace_symbol
from devagent.code.errors import EditError
from devagent.code.symbol import symbols
from devagent.code.textfile import MAX_FILE, MAX_LINES

SOURCE = b"import os\n\n\ndef f(a):\n    return a\n\n\ndef g(b):\n    return f(b)\n"
NEW = "def f(a):\n    if a:\n        return 1\n    return a\n"


def replaced(content: bytes, *parts: Hunk) -> bytes:
    return apply_edits({"a.txt": content}, [ReplaceText("a.txt", parts)]).changes.get("a.txt", content) or b""


text = st.text(alphabet=st.sampled_from("ab \t\n\r\"'():=#éß\u2028\x0c"), max_size=60)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_replaced_function_takes_the_line_ends_of_its_file(bom: bytes, newline: bytes, end: bytes) -> None:
    wrap = lambda source: bom + source.removesuffix(b"\n").replace(b"\n", newline) + end  # noqa: E731
    expected = SOURCE.replace(b"    return a\n", b"    if a:\n        return 1\n    return a\n")
    assert replace_symbol(wrap(SOURCE), "a.py", "f", NEW) == wrap(expected)


def test_a_legacy_encoding_is_kept() -> None:
    source = "# -*- coding: latin-1 -*-\nname = 'é'\ndef f():\n    return 'ü'\n".encode("latin-1")
    after = replace_symbol(source, "a.py", "f", "def f():\n    return 'öü'\n")
    assert after == source.replace("'ü'".encode("latin-1"), "'öü'".encode("latin-1"))


def test_a_character_the_encoding_lacks_is_refused() -> None:
    source = "# coding: latin-1\nname = 'é'\n".encode("latin-1")
    with pytest.raises(EditError, match="latin-1"):
        replace_lines(source, 2, 2, "name = '€'")


def test_quoted_lines_of_a_legacy_encoding_are_replaced_in_it() -> None:
    source = "# coding: latin-1\nname = 'é'\nend = 'ü'\n".encode("latin-1")
    edit = ReplaceText("a.py", (Hunk("end = 'ü'\n", "end = 'öü'\n"),))
    assert apply_edits({"a.py": source}, [edit]).changes == {"a.py": source.replace(b"'\xfc'", b"'\xf6\xfc'")}
    with pytest.raises(EditError, match=r"a\.py: the file is written in latin-1"):
        apply_edits({"a.py": source}, [ReplaceText("a.py", (Hunk("end = 'ü'\n", "end = '€'\n"),))])


def test_utf_16_survives() -> None:
    source = "\ufeffa = 1\r\nb = 2\r\n".encode("utf-16-le")
    assert replace_lines(source, 2, 2, "b = 3") == "\ufeffa = 1\r\nb = 3\r\n".encode("utf-16-le")


@pytest.mark.parametrize(
    ("start", "end", "new", "expected"),
    [
        (2, 2, "X", "a\nX\nc"),
        (3, 3, "X\n", "a\nb\nX"),
        (2, 1, "X", "a\nX\nb\nc"),
        (4, 3, "X", "a\nb\nc\nX"),
        (1, 3, "", ""),
        (2, 3, "", "a\n"),
    ],
)
def test_lines_are_replaced_inserted_and_removed(start: int, end: int, new: str, expected: str) -> None:
    assert replace_lines(b"a\nb\nc", start, end, new).decode() == expected


@pytest.mark.parametrize(("start", "end"), [(0, 1), (2, 5), (3, 1), (9, 9)])
def test_lines_that_are_not_there_are_refused(start: int, end: int) -> None:
    with pytest.raises(EditError, match="it has 3 lines"):
        replace_lines(b"a\nb\nc\n", start, end, "x")


@pytest.mark.parametrize(
    ("content", "search", "replace", "expected"),
    [
        ("a = 1\nb = 2\n", "b = 2\n", "b = 3\n", "a = 1\nb = 3\n"),
        ("a = 1\nb = 2", "b = 2\n", "b = 3\nc = 4\n", "a = 1\nb = 3\nc = 4"),
        ("a = 1  \nb = 2\n", "a = 1\nb = 2\n", "a = 1\nb = 3\n", "a = 1  \nb = 3\n"),
        (
            "if x:\n    if y:\n        z\n",
            "if y:\n    z\n",
            "if y:\n    w\n    z\n",
            "if x:\n    if y:\n        w\n        z\n",
        ),
        ("\tif y:\n\t\tz\n", "if y:\n\tz\n", "if y:\n\tw\n", "\tif y:\n\t\tw\n"),
        ("s = \u201cx\u201d \u2013 1\nt\n", 's = "x" - 1\nt\n', 's = "x" - 1\nu\n', "s = \u201cx\u201d \u2013 1\nu\n"),
        ("a\r\nb\r\n", "a\nb\n", "a\nc\n", "a\r\nc\r\n"),
        ("", "", "new\n", "new\n"),
    ],
)
def test_search_text_is_found_strictly_first_then_leniently(
    content: str, search: str, replace: str, expected: str
) -> None:
    assert replaced(content.encode(), Hunk(search, replace)).decode() == expected


def test_text_that_is_there_twice_is_refused_with_the_lines() -> None:
    with pytest.raises(EditError, match="2 times: at lines 1, 3"):
        replaced(b"x = 1\ny\nx = 1\n", Hunk("x = 1\n", "x = 2\n"))


def test_text_that_is_missing_is_answered_with_the_nearest_lines() -> None:
    content = b"a\n\ndef total(items):\n    return sum(items)\n"
    with pytest.raises(EditError) as caught:
        replaced(content, Hunk("a\n", "b\n"), Hunk("    return sum(item)\n", "    return 0\n"))
    message = str(caught.value)
    assert "block 2 of 2" in message
    assert "4:     return sum(items)" in message
    assert "nothing was changed" in message


def test_later_edits_build_on_earlier_ones_and_only_changed_files_come_back() -> None:
    files = {"a.py": SOURCE, "b.txt": b"x\n", "c.txt": b"same\n"}
    edits: list[Edit] = [
        ReplaceSymbol("a.py", "f", NEW),
        ReplaceText("a.py", (Hunk("        return 1\n", "        return 2\n"),)),
        ReplaceLines("b.txt", 1, 1, "y"),
        WriteFile("c.txt", "same"),
        WriteFile("new/d.txt", "d"),
        ReplaceText("e.txt", (Hunk("", "e\n"),)),
    ]
    changed = apply_edits(files, edits).changes
    assert set(changed) == {"a.py", "b.txt", "new/d.txt", "e.txt"}
    assert b"        return 2\n" in changed["a.py"]
    assert changed["new/d.txt"] == b"d\n"
    assert files == {"a.py": SOURCE, "b.txt": b"x\n", "c.txt": b"same\n"}


def test_one_edit_that_does_not_fit_undoes_all_and_is_named() -> None:
    with pytest.raises(
        EditError,
        match=r"nothing was changed:\n- edit 2 of 2: a\.py has no `nope`(.|\n)*fit as they are: edit 1 of 2, b\.txt",
    ):
        apply_edits({"a.py": SOURCE, "b.txt": b"x\n"}, [WriteFile("b.txt", "y"), ReplaceSymbol("a.py", "nope", NEW)])


@pytest.mark.parametrize("path", ["/etc/passwd", "../a", "a/../../b", ".", "a\0b", "a\\b/c"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(EditError, match="not a path inside"):
        apply_edits({}, [WriteFile(path, "x")])


def test_data_that_could_no_longer_be_read_is_refused_with_its_line() -> None:
    files = {"a.py": SOURCE, "package.json": b'{\n  "a": 1\n}\n'}
    added = ReplaceText("package.json", (Hunk('  "a": 1\n', '  "a": 1\n  "b": 2\n'),))
    with pytest.raises(EditError, match=r"package\.json would have a syntax error: line 3: .*Nothing was changed"):
        apply_edits(files, [ReplaceSymbol("a.py", "f", NEW), added])


@pytest.mark.parametrize("content", [b"x" * (MAX_FILE + 1), b"\n" * (MAX_LINES + 1)])
def test_a_file_of_which_the_lines_would_take_gigabytes_is_refused(content: bytes) -> None:
    edits: list[Edit] = [
        ReplaceText("a.txt", (Hunk("x\n", "y\n"),)),
        ReplaceLines("a.txt", 1, 1, "y\n"),
        WriteFile("a.txt", "y\n"),
    ]
    for edit in edits:
        with pytest.raises(EditError, match="too large to be edited"):
            apply_edits({"a.txt": content}, [edit])
    with pytest.raises(EditError, match="too large to be edited"):
        apply_answer("```\ny\n```", {"a.txt": content}, path="a.txt")
    assert apply_edits({"a.txt": content}, [DeleteFile("a.txt")]).changes == {"a.txt": None}


def test_many_lines_that_look_left_out_are_looked_up_at_once() -> None:
    lines = "# ...\n" * 20_000
    content = b"x = 1\n" * 20_000 + lines.encode()
    assert apply_edits({"a.txt": content}, [WriteFile("a.txt", lines)]).changes == {"a.txt": lines.encode()}


def test_a_rewritten_file_keeps_its_byte_order_mark_line_ends_and_missing_last_newline() -> None:
    changed = apply_edits({"a.txt": b"\xef\xbb\xbfa\r\nb"}, [WriteFile("a.txt", "a\nc\n")])
    assert changed.changes == {"a.txt": b"\xef\xbb\xbfa\r\nc"}


@given(st.binary(max_size=120), st.integers(-1, 8), st.integers(-1, 8), text)
def test_replaced_lines_leave_all_other_bytes_alone(content: bytes, start: int, end: int, new: str) -> None:
    try:
        after = replace_lines(content, start, end, new)
    except EditError:
        return
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        lines = content.split(b"\n")
        assert after.startswith(b"\n".join(lines[: start - 1]))
        assert after.endswith(b"\n".join(lines[end:]))


hunks = st.builds(Hunk, text, text, st.integers(0, 5), st.lists(text, max_size=2).map(tuple), st.booleans())


@given(st.binary(max_size=80) | text.map(str.encode), st.lists(hunks, max_size=3))
def test_quoted_text_either_fits_or_says_why(content: bytes, parts: list[Hunk]) -> None:
    try:
        replaced(content, *parts)
    except EditError as error:
        assert error.what


@given(text, text)
def test_replacing_a_text_that_is_there_once_changes_only_that(before: str, after: str) -> None:
    content = f"{before}\n<unique>\n{after}"
    plain = content.encode()
    expected = f"{before}\n<other>\n{after}".encode()
    assert replaced(plain, Hunk("<unique>\n", "<other>\n")) == expected


PYTHON_LINES = (
    "def f(a):|    return a|  x = 1|class A:|    def f(self):|        pass|@d||import os|f = lambda: 1|}|(|	pass|"
    'async def f():|# é|\\|    """doc|    """'
)
CODE = st.lists(st.sampled_from(PYTHON_LINES.split("|")), max_size=8).map("\n".join)


@given(CODE, CODE, st.sampled_from(["f", "A.f", "A", "g"]))
def test_a_replaced_function_leaves_all_other_bytes_alone(source: str, answer: str, name: str) -> None:
    content = source.encode()
    try:
        after = replace_symbol(content, "a.py", name, answer)
    except EditError:
        return
    fitting = [s for s in symbols("a.py", content) if name in (s.name, s.short)]
    target = min(fitting, key=lambda s: (s.name != name, s.start_byte))
    tail = content[target.end_byte :]
    assert after.endswith(tail)
    head, rest = content[: target.start_byte], iter(after)
    assert all(byte in rest for byte in head)


SCRIPT_LINES = (
    "function f(a) {|  return a;|}|const f = (a) => a;|class A {|  f() { return 1; }|export|/*|`|};|const o = {|"
    "module.exports.f = function () {};|f: function () {},|import x from 'y';"
)
SCRIPT = st.lists(st.sampled_from(SCRIPT_LINES.split("|")), max_size=6).map("\n".join)


@given(SCRIPT, SCRIPT, st.sampled_from(["f", "A.f", "o.f", "A"]))
def test_any_javascript_answer_either_fits_or_says_why(source: str, answer: str, name: str) -> None:
    try:
        replace_symbol(source.encode(), "a.js", name, answer)
    except EditError as error:
        assert error.what


@given(st.dictionaries(st.sampled_from(["a.py", "b.js", "c.txt"]), st.binary(max_size=40)), st.data())
def test_edits_apply_to_all_files_or_to_none(files: dict[str, bytes], data: st.DataObject) -> None:
    path = st.sampled_from(["a.py", "b.js", "c.txt", "new.txt"])
    edit = st.one_of(
        st.builds(WriteFile, path, text),
        st.builds(ReplaceLines, path, st.integers(0, 3), st.integers(0, 3), text),
        st.builds(ReplaceSymbol, path, st.just("f"), text),
        st.builds(lambda p, h: ReplaceText(p, (h,)), path, hunks),
        st.builds(DeleteFile, path),
        st.builds(MoveFile, path, path),
    )
    edits = data.draw(st.lists(edit, max_size=4))
    kept = dict(files)
    try:
        changed = apply_edits(files, edits).changes
    except EditError:
        changed = {}
    assert files == kept
    assert all(files.get(name) != content for name, content in changed.items())
    assert set(changed) <= {e.path for e in edits} | {e.to for e in edits if isinstance(e, MoveFile)}
