"""A block that one side moved and the other edited: the edit goes where the block is now, or nothing is touched."""

import pytest

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.moved import merge as moved
from devagent.merge.versions import Versions

BLOCK = b"def one():\n    first = 1\n    return first\n"
EDITED = b"def one():\n    first = 2\n    return first\n"
REST = b"\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n"
AT_THE_END = REST + b"\n\n" + BLOCK


def merged(base: bytes, ours: bytes, theirs: bytes, accept: Confidence = Confidence.UNSURE) -> bytes | None:
    done = merge_text(Versions("notes", base, ours, theirs), accept=accept, steps=[moved])
    return done.content() if done.is_clean else None


@pytest.mark.parametrize("swap", [False, True])
def test_the_edit_follows_the_block(swap: bool) -> None:
    sides = (AT_THE_END, EDITED + REST)
    assert merged(BLOCK + REST, *(sides[::-1] if swap else sides)) == REST + b"\n\n" + EDITED


def test_it_is_never_done_without_being_asked() -> None:
    assert merged(BLOCK + REST, AT_THE_END, EDITED + REST, Confidence.LIKELY) is None


def test_a_block_that_was_copied_to_two_places_stays_a_conflict() -> None:
    assert merged(BLOCK + REST, AT_THE_END + b"\n\n" + BLOCK, EDITED + REST) is None


def test_a_block_without_words_is_no_block() -> None:
    base, edited = b"{\n}\n" + REST, b"{\n  x\n}\n" + REST
    assert merged(base, REST + b"\n{\n}\n", edited) != REST + b"\n{\n  x\n}\n"
