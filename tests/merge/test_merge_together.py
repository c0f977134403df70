"""The files of one merge speak for each other."""

from devagent.merge.decision import Confidence
from devagent.merge.engine import STEPS, merge_text
from devagent.merge.joint import Leaning
from devagent.merge.together import leaning, rankings
from devagent.merge.versions import Versions

ONE = Versions("a.py", b"x = 1\ny = 2\n", b"x = 1\ny = 3\n", b"x = 1\ny = 4\n")
CLEAN = Versions("b.py", b"x = 1\n", b"x = 2\n", b"x = 1\n")
MARKED = Versions("c.py", b"<<<<<<< a\n=======\n>>>>>>> b\n", b"x = 2\n", b"x = 3\n")


def test_a_file_without_an_open_conflict_says_nothing() -> None:
    assert leaning(ONE).conflicts == 1
    assert leaning(CLEAN) == leaning(MARKED) == Leaning()


def test_every_file_is_merged_with_regard_to_the_others() -> None:
    """Alone as ever; and what is decided is the same in whatever order the other files come."""
    (alone,) = rankings([ONE])
    always = Confidence.UNSURE
    assert merge_text(ONE, accept=always, steps=(*STEPS[:-1], alone)) == merge_text(ONE, accept=always)
    files = [ONE, CLEAN, MARKED]
    first, last = rankings(files)[0], rankings(files[::-1])[-1]
    merged = [merge_text(ONE, accept=always, steps=(*STEPS[:-1], step)) for step in (first, last)]
    assert merged[0] == merged[1] and merged[0].is_clean
