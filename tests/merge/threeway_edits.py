"""Strategies for three versions of a file: a base and two sides that edited it."""

from hypothesis import strategies as st

from devagent.merge.versions import Versions

LINE = st.sampled_from(
    [b"a\n", b"b\n", b"  b\n", b"}\n", b"\n", b"import x\n", b"x = 1\n", b"\xff\x00\xe4\n", b"r\r\n"]
)
FILE = st.lists(LINE, max_size=12)


@st.composite
def edited(draw: st.DrawFn, base: list[bytes]) -> list[bytes]:
    """The base after up to three replacements, insertions or deletions."""
    lines = list(base)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(lines)))
        end = draw(st.integers(start, min(len(lines), start + 3)))
        lines[start:end] = draw(st.lists(LINE, max_size=3))
    return lines


@st.composite
def texts(draw: st.DrawFn, lines: list[bytes]) -> bytes:
    """The lines as a file: perhaps without the last newline, with a byte order mark, or with other line endings."""
    text = b"".join(lines)
    if draw(st.integers(0, 4)) == 0:
        text = text.removesuffix(b"\n")
    if draw(st.integers(0, 4)) == 0:
        text = text.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + text if draw(st.integers(0, 6)) == 0 else text


@st.composite
def versions(draw: st.DrawFn) -> Versions:
    """Three versions whose sides come from the base by edits."""
    base = draw(FILE)
    sides = [draw(texts(draw(edited(base)))) for _ in range(2)]
    path = draw(st.sampled_from(["a.py", "a.c", "notes"]))
    return Versions(path, draw(texts(base)), sides[0], sides[1])
