"""Which lines leave out others, and which only look as if they did."""

import pytest

from devagent.code.edits.elision import is_elision, is_lazy


@pytest.mark.parametrize(
    "line",
    [
        "# ... existing code ...",
        "    // ... rest of the function",
        "/* ... */",
        "<!-- ... unchanged ... -->",
        "  {/* ... other items ... */}",
        "# ...",
        "-- ... same as before ...",
        "; …",
        "# rest of the code remains unchanged",
        "// existing imports here",
        "# (rest of file unchanged)",
        "# existing code...",
        "... existing code ...",
    ],
)
def test_a_comment_that_leaves_out_code_is_seen(line: str) -> None:
    assert is_lazy(line)


@pytest.mark.parametrize("line", ["...", "    ...", "  …"])
def test_bare_dots_may_be_code(line: str) -> None:
    assert is_elision(line)
    assert not is_lazy(line)


@pytest.mark.parametrize(
    "line",
    [
        "    ...args,",
        "  [...items, item],",
        "# see the other file...",
        "# Waiting for the rest...",
        "# Other helpers",
        "# The existing value wins.",
        "x = ...",
        "# 1...5",
        '"""..."""',
        "print('...')",
        "// keeps the code short",
        "",
        "# " + "." * 200,
    ],
)
def test_other_lines_are_what_they_say(line: str) -> None:
    assert not is_elision(line)
