"""Program output: whatever was printed, what is kept is bounded and harmless to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.sandbox.output import Output, line_of_error, plain


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$tdevice\x1b\\after", "after"),
        ("\x1b]52;c;never ended\nnext", "\nnext"),
        ("\x9b2Jcleared", "cleared"),
        ("50%\r100%\r\ndone", "50%\n100%\ndone"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("a\u202eb\u2066c", "abc"),
        ("grün €", "grün €"),
    ],
)
def test_escapes_are_removed_and_text_is_kept(printed: str, shown: str) -> None:
    assert plain(printed) == shown


@given(st.text(st.characters(max_codepoint=0x2100)))
def test_no_control_character_is_ever_left(text: str) -> None:
    assert not [c for c in plain(text) if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160]


@given(st.lists(st.binary(max_size=50), max_size=40), st.integers(2, 200))
def test_head_and_tail_are_kept_and_the_rest_is_counted(chunks: list[bytes], limit: int) -> None:
    whole = b"".join(chunks).translate(bytes(65 + n % 26 for n in range(256)))
    output, at = Output(limit), 0
    for chunk in chunks:
        output.add(whole[at : at + len(chunk)])
        at += len(chunk)
    half = limit // 2
    if len(whole) <= 2 * half:
        assert (output.text(), output.truncated) == (whole.decode(), False)
    else:
        left_out = len(whole) - 2 * half
        head, tail = whole[:half].decode(), whole[-half:].decode()
        assert (output.text(), output.truncated) == (f"{head}\n[... {left_out} bytes left out ...]\n{tail}", True)


def test_memory_stays_bounded_while_output_floods() -> None:
    output = Output(1000)
    chunk = b"x" * 1_000_000
    assert all(output.add(chunk) for _ in range(200))
    assert not all(output.add(chunk) for _ in range(100))
    assert len(output.text()) < 1100


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("Collecting x\nERROR: no version of x\nERROR: No match for x==9\n[notice] pip is old\n", "No match for x==9"),
        ("npm ERR! code E404\nnpm ERR! 404 Not Found\n\nA log is in /tmp\n", "npm ERR! 404 Not Found"),
        ("cc: fatal error: no input files\ncompilation terminated.\n", "cc: fatal error: no input files"),
        ("one\n  two \n", "two"),
        ("", ""),
    ],
)
def test_the_line_of_a_log_that_says_why(log: str, line: str) -> None:
    assert line_of_error(log) == line
