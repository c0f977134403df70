import pytest

from linepatch import HunkFailed, PatchError, apply_patch, make_patch, reverse_patch


def numbered(count):
    return [f"line {number}" for number in range(1, count + 1)]


def text(lines):
    return "".join(line + "\n" for line in lines)


def patch(*parts):
    return "\n".join(("--- a/f", "+++ b/f", *parts)) + "\n"


def test_one_hunk():
    change = patch("@@ -2,1 +2,1 @@", "-line 2", "+LINE 2")
    assert apply_patch({"f": text(numbered(3))}, change) == {"f": "line 1\nLINE 2\nline 3\n"}


def test_two_hunks_of_the_same_length():
    change = patch("@@ -2,1 +2,1 @@", "-line 2", "+x", "@@ -9,1 +9,1 @@", "-line 9", "+y")
    after = apply_patch({"f": text(numbered(10))}, change)["f"].splitlines()
    assert (after[1], after[8], len(after)) == ("x", "y", 10)


def test_lines_moved_down_a_little():
    change = patch("@@ -2,1 +2,1 @@", "-line 2", "+x")
    after = apply_patch({"f": text(["new", *numbered(4)])}, change)["f"].splitlines()
    assert after == ["new", "line 1", "x", "line 3", "line 4"]


def test_lines_moved_too_far():
    change = patch("@@ -2,1 +2,1 @@", "-line 2", "+x")
    with pytest.raises(HunkFailed) as caught:
        apply_patch({"f": text(["new"] * 3 + numbered(4))}, change)
    assert caught.value.number == 1


def test_a_hunk_below_many_added_lines():
    before = {"f": text(numbered(20))}
    lines = numbered(20)
    lines[2:2] = ["a", "b", "c", "d", "e"]
    lines[19] = "changed"
    after = {"f": text(lines)}
    assert apply_patch(before, make_patch(before, after)) == after


def test_a_hunk_below_many_removed_lines():
    before = {"f": text(numbered(30))}
    lines = numbered(30)
    del lines[3:9]
    lines[18] = "changed"
    after = {"f": text(lines)}
    assert apply_patch(before, make_patch(before, after)) == after


def test_repeated_lines_are_changed_at_the_right_place():
    before = {"f": text(["a", "x", "-", "-", "-", "x", "x", "x", "b"])}
    change = patch("@@ -1,1 +1,2 @@", " a", "+new", "@@ -7,1 +8,1 @@", "-x", "+X")
    after = apply_patch(before, change)["f"].splitlines()
    assert after == ["a", "new", "x", "-", "-", "-", "x", "X", "x", "b"]


def test_a_moved_hunk_takes_the_next_one_along():
    lines = ["n1", "n2", *numbered(4), "n3", "n4", *numbered(20)[4:]]
    change = patch("@@ -3,1 +3,1 @@", "-line 3", "+x", "@@ -12,1 +12,1 @@", "-line 12", "+y")
    after = apply_patch({"f": text(lines)}, change)["f"].splitlines()
    assert (after[4], after[15]) == ("x", "y")


def test_new_and_removed_files():
    before = {"old": "1\n2\n", "same": "s\n"}
    after = {"new": "3\n", "same": "s\n"}
    change = make_patch(before, after)
    assert apply_patch(before, change) == after
    assert reverse_patch(after, change) == before


def test_missing_file():
    with pytest.raises(PatchError):
        apply_patch({}, patch("@@ -1,1 +1,1 @@", "-a", "+b"))
