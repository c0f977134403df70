"""What leaves out a side's change is for a person to say, unless it is certain."""

import pytest

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.keeping import keeping_both
from devagent.merge.versions import Versions


def merged(path: str, base: str, ours: str, theirs: str) -> tuple[bool, bool]:
    """Whether the engine alone, and what is kept of its answer, leave nothing open."""
    versions = Versions(path, base.encode(), ours.encode(), theirs.encode())
    found = merge_text(versions, accept=Confidence.UNSURE)
    return found.is_clean, keeping_both(found).is_clean


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        ("a.py", "LIMIT = 10\n", "LIMIT = 20\n", "LIMIT = 30\n"),
        ("a.json", '{\n  "name": "a"\n}\n', '{\n  "name": "b"\n}\n', '{\n  "name": "c"\n}\n'),
        ("a.txt", "hello\n", "hi\n", "good day\n"),
    ],
)
def test_two_values_for_one_thing_stay_open(path: str, base: str, ours: str, theirs: str) -> None:
    assert merged(path, base, ours, theirs) == (True, False)


def test_what_keeps_both_sides_is_kept() -> None:
    assert merged("a.py", "import a\n", "import a\nimport b\n", "import a\nimport c\n") == (True, True)


def test_what_is_certain_is_kept() -> None:
    assert merged("a.py", "x = f(1)\n", "x = g(1, 2)\n", "x = g(1,  2)\n") == (True, True)


def test_the_proposal_is_still_there() -> None:
    versions = Versions("a.py", b"LIMIT = 10\n", b"LIMIT = 20\n", b"LIMIT = 30\n")
    (conflict,) = keeping_both(merge_text(versions, accept=Confidence.UNSURE)).unresolved
    assert conflict.proposal is not None and conflict.proposal.alternatives
