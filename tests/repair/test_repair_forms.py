"""The forms that small fixes take: each one is among the candidates for its function.

`forms/<language>.txt` holds them: a name, the code before, `---`, the code after; `===` between two.
"""

import re
from pathlib import Path

import pytest

from devagent.code.language import language_for, parse
from devagent.repair.candidates import Stretch, candidates

FORMS = Path(__file__).parent / "forms"
PATHS = {"python": "a.py", "javascript": "a.js"}


def forms() -> list[tuple[str, str, str, str]]:
    found = []
    for file in sorted(FORMS.glob("*.txt")):
        for block in file.read_text().split("===\n"):
            name, _, rest = block.partition("\n")
            before, after = rest.split("---\n")
            found.append((PATHS[file.stem], name, before, after))
    return found


def tokens(path: str, content: bytes) -> list[bytes]:
    """A file without what layout adds: its leaves, and the depth of the lines where depth has a meaning."""
    language = language_for(path)
    assert language is not None
    pending, leaves = [parse(content, language).root_node], list[bytes]()
    while pending:
        node = pending.pop()
        pending += reversed(node.children)
        if not node.children and node.type != ";":
            leaves.append(re.sub(rb"'", b'"', node.text or b""))
    return leaves


@pytest.mark.parametrize(("path", "name", "before", "after"), forms(), ids=lambda value: str(value)[:30])
def test_the_fix_is_among_the_candidates(path: str, name: str, before: str, after: str) -> None:
    wanted = tokens(path, after.encode())
    stretch = Stretch(path, before.encode(), 1, before.count("\n"))
    assert any(tokens(path, edit.content) == wanted for _, edit in candidates([stretch])), name
