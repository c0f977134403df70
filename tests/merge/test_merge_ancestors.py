"""Several common ancestors as one."""

from hypothesis import given
from hypothesis import strategies as st

from devagent.merge.ancestors import common_ancestor
from devagent.merge.markers import has_markers

BASE = b"one\ntwo\nthree\nfour\nfive\n"
TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d"]), max_size=6).map(b"".join)


def test_one_ancestor_is_itself() -> None:
    assert common_ancestor("a.txt", BASE, [b"anything"]) == b"anything"


def test_what_each_ancestor_changed_is_in_it() -> None:
    texts = [BASE.replace(b"one", b"ONE"), BASE.replace(b"five", b"FIVE")]
    assert common_ancestor("a.txt", BASE, texts) == b"ONE\ntwo\nthree\nfour\nFIVE\n"


def test_what_they_disagree_about_is_as_it_was_before() -> None:
    texts = [BASE.replace(b"three", b"3"), BASE.replace(b"three", b"iii").replace(b"one", b"ONE")]
    assert common_ancestor("a.txt", BASE, texts) == b"ONE\ntwo\nthree\nfour\nfive\n"


def test_what_they_have_in_common_in_such_a_place_does_not_stand_beside_what_it_replaced() -> None:
    texts = [BASE.replace(b"three", b"3"), BASE.replace(b"three", b"3\nand more")]
    assert common_ancestor("a.txt", BASE, texts) == BASE


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3))
def test_it_never_holds_markers_and_loses_nothing_that_all_have(origin: bytes, texts: list[bytes]) -> None:
    found = common_ancestor("a.txt", origin, texts)
    assert not has_markers(found)
    if len(set(texts)) == 1:
        assert found == texts[0]
