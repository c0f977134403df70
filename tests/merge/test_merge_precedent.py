"""What people made of such a conflict before."""

from dataclasses import replace

from devagent.merge.decision import Confidence
from devagent.merge.engine import PROVEN, STEPS, merge_text
from devagent.merge.evenly import merge_evenly
from devagent.merge.keeping import keeping_both
from devagent.merge.precedent import ALIKE, SAME, Memory, Precedent, in_markers, in_merge, may_hold
from devagent.merge.regions import Conflict, Spans
from devagent.merge.versions import Versions, split_lines

NOWHERE = Spans(range(0), range(0), range(0))


def version(number: str) -> tuple[bytes, ...]:
    return (f'VERSION = "{number}"\n'.encode(),)


def conflict(base: str, ours: str, theirs: str) -> Conflict:
    return Conflict(version(base), version(ours), version(theirs), NOWHERE)


def precedent(base: str, ours: str, theirs: str, made: str, where: str = "merge 1 of 2026-01-01") -> Precedent:
    return Precedent(version(base), version(ours), version(theirs), version(made), where)


def file(number: str, name: str = "f") -> bytes:
    return f'import os\n\n\nVERSION = "{number}"\n\n\ndef {name}():\n    return os\n'.encode()


def test_the_same_conflict_gets_the_same_answer_whichever_side_is_which() -> None:
    memory = Memory([precedent("1", "2", "3", "9")])
    for ours, theirs in (("2", "3"), ("3", "2")):
        decision = memory.decision(conflict("1", ours, theirs))
        assert decision and decision.lines == version("9")
        assert (decision.how, decision.confidence) == (SAME, Confidence.LIKELY)
        assert decision.why == "the same conflict as in merge 1 of 2026-01-01"


def test_another_base_is_another_conflict_unless_it_is_not_known() -> None:
    known = precedent("1", "2", "3", "9")
    assert Memory([known], sides_count=False).decision(conflict("0", "2", "3")) is None
    unknown = replace(known, base=None)
    assert Memory([unknown]).decision(conflict("0", "2", "3"))


def test_where_people_disagree_nothing_is_known() -> None:
    memory = Memory([precedent("1", "2", "3", "9"), precedent("1", "3", "2", "8")])
    assert memory.decision(conflict("1", "2", "3")) is None


def test_what_was_always_done_with_other_versions_is_done_again() -> None:
    memory = Memory(
        [
            precedent("1.1", "2.0-dev", "1.2", "2.0-dev", "merge b of 2026-02-01"),
            precedent("1.0", "1.9.9rc1", "1.1", "1.9.9rc1", "merge a of 2026-01-01"),
        ]
    )
    decision = memory.decision(conflict("1.2", "2.1-dev", "1.3"))
    assert decision and (decision.how, decision.lines) == (ALIKE, version("2.1-dev"))
    assert decision.why == "ours, as in merge b of 2026-02-01 and 1 more, where only versions differ from this one"


def test_once_is_not_always() -> None:
    for known in (1, 2):
        memory = Memory([precedent("1.1", "2.0", "1.2", "2.0", "the same merge")] * known)
        decision = memory.decision(conflict("1.2", "2.1", "1.3"))
        assert decision and (decision.how, decision.confidence) == (SAME, Confidence.LIKELY)


def test_once_this_and_once_that_is_nothing() -> None:
    memory = Memory([precedent("1.1", "2.0", "1.2", "2.0", "b"), precedent("1.0", "1.9", "1.1", "1.1", "a")])
    assert memory.decision(conflict("1.2", "2.1", "1.3")) is None
    invented = Memory([precedent("1.1", "2.0", "1.2", "7", "b"), precedent("1.0", "1.9", "1.1", "7", "a")])
    assert invented.decision(conflict("1.2", "2.1", "1.3")) is None


def test_what_is_alike_says_nothing_where_it_is_not_known_which_side_is_which() -> None:
    known = [precedent("1.1", "2.0", "1.2", "2.0", "b"), precedent("1.0", "1.9", "1.1", "1.9", "a")]
    assert Memory(known, sides_count=False).decision(conflict("1.2", "2.1", "1.3")) is None


def test_an_earlier_merge_is_read_without_the_blank_lines_around() -> None:
    texts = Versions("a.py", file("1.0"), file("2.0"), file("1.1"))
    (found,) = in_merge(texts, file("2.0"), "here")
    assert (found.made, found.taken) == (version("2.0"), "ours")
    (other,) = in_merge(texts, file("3.0"), "here")
    assert (other.made, other.taken) == (version("3.0"), None)


def test_an_earlier_merge_with_other_line_ends_is_read_alike() -> None:
    base, ours, theirs = (file(number).replace(b"\n", b"\r\n") for number in ("1.0", "2.0", "1.1"))
    (found,) = in_merge(Versions("a.py", base, ours, theirs), ours, "here")
    assert found.made == version("2.0")


def test_a_merge_with_markers_in_it_says_nothing() -> None:
    texts = Versions("a.py", file("1.0"), file("2.0"), file("1.1"))
    assert in_merge(texts, b"<<<<<<< a\n", "here") == []


def test_markers_without_a_base_are_read() -> None:
    marked = b"import os\n<<<<<<<\nx = 1\n=======\nx = 2\n>>>>>>>\ny = 0\n"
    (found,) = in_markers("a.py", marked, b"import os\nx = 3\ny = 0\n", "rerere")
    assert (found.base, found.ours, found.theirs, found.made) == (None, (b"x = 1\n",), (b"x = 2\n",), (b"x = 3\n",))
    assert in_markers("a.py", b"no marker\n", b"", "rerere") == []
    assert in_markers("a.py", b"<<<<<<<\nbroken\n", b"", "rerere") == []


def test_an_earlier_file_is_only_merged_again_if_it_has_such_lines() -> None:
    wanted = [conflict("1.2", "2.1", "1.3")]
    assert may_hold(wanted, Versions("a.py", file("1.0"), file("2.0"), file("1.1")))
    assert may_hold(wanted, Versions("a.py", file("1.0"), file("1.1"), file("2.0")))
    assert not may_hold(wanted, Versions("a.py", b"x = 1\n", b"x = 2\n", b"x = 3\n"))
    deletion = Conflict(version("1"), (), (b"other = 1\n",), NOWHERE)
    assert not may_hold([deletion], Versions("a.py", file("1.0"), file("2.0"), file("1.1")))


def test_as_a_step_it_comes_before_guesses_and_after_proofs() -> None:
    known = [precedent("1.0", "2.0", "1.1", "1.1")]
    texts = Versions("a.py", file("1.0"), file("2.0"), file("1.1"))
    steps = (*PROVEN, Memory(known).step, *STEPS[len(PROVEN) :])
    merged = merge_text(texts, accept=Confidence.LIKELY, steps=steps)
    assert merged.content() == file("1.1")
    assert [decision.how for decision in merged.decisions] == [SAME]
    assert not keeping_both(merged).is_clean, "a side's change is left out: a person decides"


def test_what_is_usual_may_leave_a_side_out() -> None:
    known = [precedent("1.0", "1.9", "1.1", "1.9", "a"), precedent("1.1", "2.0", "1.2", "2.0", "b")]
    texts = Versions("a.py", file("1.2"), file("2.1"), file("1.3"))
    steps = (*PROVEN, Memory(known).step, *STEPS[len(PROVEN) :])
    assert keeping_both(merge_text(texts, accept=Confidence.LIKELY, steps=steps)).content() == file("2.1")


def test_in_a_rebase_the_same_conflict_counts_too() -> None:
    both = split_lines(b'VERSION = "2.0"\nVERSION = "1.1"\n')
    known = Precedent(version("1.0"), version("2.0"), version("1.1"), both, "here")
    texts = Versions("a.txt", file("1.0"), file("1.1"), file("2.0"))
    merged = merge_evenly(texts, accept=Confidence.LIKELY, known=(Memory([known], sides_count=False).step,))
    assert [decision.lines for decision in merged.decisions] == [both]


def test_nothing_known_is_nothing_said() -> None:
    assert not Memory(())
    assert Memory(()).decision(conflict("1", "2", "3")) is None
