"""The merge as a library: what the parallel branches of a team are merged with."""

import pytest

from devagent.merge.decision import Confidence, Origin
from devagent.merge.engine import PROVEN, merge_text
from devagent.merge.keeping import keeping_both
from devagent.merge.versions import Labels, Versions

BASE = b"import os\n\n\ndef area(a, b):\n    return a * b\n"
CODER = b"import os\nimport sys\n\n\ndef area(a, b):\n    return a * b\n"
TESTER = b"import os\nimport re\n\n\ndef area(a, b):\n    return a * b\n"


def test_two_members_of_a_team_change_one_file_and_all_of_it_is_told() -> None:
    versions = Versions("shapes.py", BASE, CODER, TESTER, Labels("coder", "start", "tester"))
    merged = merge_text(versions, accept=Confidence.LIKELY, steps=PROVEN)
    assert merged.is_clean
    assert merged.content() == b"import os\nimport sys\nimport re\n\n\ndef area(a, b):\n    return a * b\n"
    (decision,) = merged.decisions
    assert decision.how.startswith("import union") and decision.confidence is not Confidence.UNSURE
    assert dict(zip(decision.lines, decision.origins, strict=True)) == {
        b"import re\n": Origin.THEIRS,
        b"import sys\n": Origin.OURS,
    }


def test_what_is_less_sure_than_asked_for_is_left_with_what_would_be_proposed() -> None:
    versions = Versions("limit.py", b"LIMIT = 1\n", b"LIMIT = 2\n", b"LIMIT = 3\n", Labels("coder", "start", "tester"))
    merged = merge_text(versions)
    (conflict,) = merged.unresolved
    assert not merged.is_clean and merged.decisions == ()
    assert conflict.proposal is not None and conflict.proposal.confidence is not Confidence.CERTAIN
    assert merged.content() == b"<<<<<<< coder\nLIMIT = 2\n=======\nLIMIT = 3\n>>>>>>> tester\n"


def test_an_answer_that_drops_a_member_s_work_can_be_opened_again() -> None:
    versions = Versions("limit.py", b"LIMIT = 1\n", b"LIMIT = 2\n", b"LIMIT = 3\n")
    answered = merge_text(versions, accept=Confidence.UNSURE)
    assert answered.is_clean
    assert [conflict.proposal is not None for conflict in keeping_both(answered).unresolved] == [True]


@pytest.mark.parametrize("accept", list(Confidence))
def test_a_version_with_markers_is_merged_by_lines_only(accept: Confidence) -> None:
    marked = b"<<<<<<<<< Temporary merge branch 1\nx();\n=========\ny();\n>>>>>>>>> Temporary merge branch 2\n"
    merged = merge_text(
        Versions("x.c", b"g();\n1\n2\n" + marked, b"f(a, b);\n1\n2\n", b"f(a,b);\n1\n2\n"), accept=accept
    )
    assert len(merged.unresolved) == 1 and merged.decisions == ()
