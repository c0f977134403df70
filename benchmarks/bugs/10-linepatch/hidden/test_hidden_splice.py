import pytest

from linepatch import apply_patch, make_patch, reverse_patch
from linepatch.errors import HunkFailed
from linepatch.model import Hunk
from linepatch.splice import splice


def test_growth_adds_up_over_hunks():
    lines = [str(number) for number in range(1, 31)]
    hunks = [Hunk(2, ("2",), ("2", "a", "b")), Hunk(10, ("10",), ("10", "c", "d")), Hunk(20, ("20",), ("X",))]
    result = splice(lines, hunks, reach=0)
    assert result.index("X") == 23
    assert len(result) == 34


def test_displacement_adds_up_too():
    lines = ["n"] * 2 + ["a", "b"] + ["n"] * 2 + ["c", "d"] + ["n"] * 2 + ["e"]
    hunks = [Hunk(1, ("a",), ("A",)), Hunk(3, ("c",), ("C",)), Hunk(5, ("e",), ("E",))]
    assert "".join(splice(lines, hunks)) == "nnAbnnCdnnE"


def test_input_is_left_alone_and_failure_is_numbered():
    lines = ["a", "b", "c"]
    with pytest.raises(HunkFailed) as caught:
        splice(lines, [Hunk(1, ("a",), ("x", "y")), Hunk(3, ("z",), ())])
    assert caught.value.number == 2
    assert lines == ["a", "b", "c"]


def test_round_trip():
    old = {"f": "".join(f"{n}\n" for n in range(60))}
    rows = [str(n) for n in range(60) if n not in (5, 6, 7, 8, 40)]
    rows[30:30] = ["p", "q", "r", "s", "t"]
    new = {"f": "".join(row + "\n" for row in rows)}
    change = make_patch(old, new)
    assert apply_patch(old, change, reach=0) == new
    assert reverse_patch(new, change, reach=0) == old
