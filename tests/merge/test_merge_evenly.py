"""Where the sides mean something else, what was learnt about sides does not count."""

from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.evenly import merge_evenly
from devagent.merge.versions import Versions

LINES = st.lists(st.sampled_from([b"a = 1\n", b"a = 2\n", b"b()\n", b"\n", b"import x\n", b"import y\n"]), max_size=8)
TEXTS = LINES.map(b"".join)


def test_what_is_proven_counts() -> None:
    versions = Versions("a.py", b"f(a, b)\n", b"g(a, b)\n", b"g(a,  b)\n")
    assert merge_evenly(versions, accept=Confidence.LIKELY).content() == b"g(a, b)\n"


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_it_settles_no_more_than_the_engine_does(base: bytes, ours: bytes, theirs: bytes) -> None:
    versions = Versions("a.py", base, ours, theirs)
    evenly = merge_evenly(versions, accept=Confidence.LIKELY)
    assert len(merge_text(versions, accept=Confidence.LIKELY).unresolved) <= len(evenly.unresolved)
