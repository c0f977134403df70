"""Conflicts that a merge by structure makes smaller."""

import pytest

from devagent.merge import line_merge, structure
from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.limits import Limits
from devagent.merge.regions import Clean, Conflict, Regions, conflicts
from devagent.merge.structure.narrowing import Row
from devagent.merge.versions import Versions

BASE = b"def work():\n    first = start(1)\n    second = go(2)\n    return second\n"
BESIDE = Versions(
    "a.py",
    BASE,
    BASE.replace(b"start(1)", b"start(1, ready=True)").replace(b"go(2)", b"go(20)"),
    BASE.replace(b"go(2)", b"go(30)"),
)
STEPS = (structure.merge,)


def narrowed(versions: Versions) -> Regions:
    return structure.merge(versions, line_merge.merge(versions), Limits())


def test_what_only_one_side_changed_leaves_the_conflict() -> None:
    (conflict,) = conflicts(line_merge.merge(BESIDE))
    (smaller,) = conflicts(narrowed(BESIDE))
    assert conflict.size == 6
    assert (smaller.base, smaller.ours, smaller.theirs) == (
        (b"    second = go(2)\n",),
        (b"    second = go(20)\n",),
        (b"    second = go(30)\n",),
    )
    assert smaller.number == conflict.number


def test_the_part_that_is_settled_can_be_opened_again() -> None:
    (part,) = (region for region in narrowed(BESIDE) if isinstance(region, Clean) and region.decision)
    assert part.lines == (b"    first = start(1, ready=True)\n",)
    assert part.was is not None
    assert part.was.theirs == part.was.base == (b"    first = start(1)\n",)


def test_parts_that_are_not_sure_enough_are_one_conflict_in_the_file() -> None:
    certain = merge_text(BESIDE, accept=Confidence.CERTAIN, steps=STEPS).content()
    assert certain == merge_text(BESIDE, steps=()).content()
    assert certain.count(b"<<<<<<<") == 1
    likely = merge_text(BESIDE, accept=Confidence.LIKELY, steps=STEPS).content()
    assert likely.count(b"<<<<<<<") == 1
    assert likely.index(b"ready=True") < likely.index(b"<<<<<<<")


def test_a_conflict_in_the_same_list_does_not_hold_up_another() -> None:
    lines = [b"import a\n", b"\n", b"\n", b"x = 1\n", b"\n", b"print(x)\n"]
    ours = [b"import a\n", b"import b\n", b"\n", b"\n", b"x = 2\n", b"\n", b"print(x)\n"]
    theirs = [b"import a\n", b"import c\n", b"\n", b"\n", b"x = 3\n", b"\n", b"print(x)\n"]
    versions = Versions("a.py", *map(b"".join, (lines, ours, theirs)))
    (left,) = conflicts(narrowed(versions))
    assert left.ours == (b"x = 2\n",)


@pytest.mark.parametrize("swap", [False, True])
def test_the_change_of_one_side_is_cut_where_the_other_side_ends(swap: bool) -> None:
    row = Row((b"a\n", b"b\n"), (b"a\n", b"b\n"), (b"A\n", b"B\n", b"C\n"), (b"A\n", b"B\n", b"C\n"))
    end = (6, 7, 10)
    if swap:
        row, end = Row(row.base, row.theirs, row.ours, row.merged), (6, 8, 9)
    first, rest = row.cut((5, 6, 8), end)
    assert (first.base, first.merged) == ((b"a\n",), (b"A\n", b"B\n"))
    assert rest is not None
    assert (rest.base, rest.merged) == ((b"b\n",), (b"C\n",))


def test_a_row_that_both_sides_changed_is_not_cut() -> None:
    row = Row((b"a\n",), (b"b\n", b"c\n"), (b"c\n",), (b"b\n", b"c\n"))
    assert row.cut((0, 0, 0), (1, 1, 1)) == (row, None)


def test_a_conflict_that_gets_no_smaller_stays_as_it_is() -> None:
    versions = Versions("a.py", b"x = 1\n", b"x = 2\n", b"x = 3\n")
    lines = line_merge.merge(versions)
    assert structure.merge(versions, lines, Limits()) == lines
    assert all(isinstance(region, Conflict) for region in lines)


def test_a_row_that_one_side_changed_is_cut_whichever_side_that_is() -> None:
    base, changed = (b"a\n", b"b\n"), (b"a\n",)
    first, rest = Row(base, changed, base, changed).cut((0, 0, 0), (1, 1, 1))
    assert (first, rest) == (Row(*[(b"a\n",)] * 4), Row((b"b\n",), (), (b"b\n",), ()))
    first, rest = Row(base, base, changed, changed).cut((0, 0, 0), (1, 1, 1))
    assert (first, rest) == (Row(*[(b"a\n",)] * 4), Row((b"b\n",), (b"b\n",), (), ()))
