import pytest

from linepatch import PatchSyntax, make_patch
from linepatch.read import read_patch


def test_read_a_patch():
    text = "diff --git a/f b/f\n--- a/f\n+++ b/g\n@@ -3,2 +3,3 @@ def f\n a\n-b\n+c\n+d\n"
    (patch,) = read_patch(text)
    assert (patch.old_path, patch.new_path) == ("f", "g")
    (hunk,) = patch.hunks
    assert (hunk.start, hunk.before, hunk.after) == (3, ("a", "b"), ("a", "c", "d"))


def test_pure_insertion_comes_after_its_line():
    (patch,) = read_patch("--- a/f\n+++ b/f\n@@ -3,0 +4,1 @@\n+x\n")
    assert patch.hunks[0].start == 4


def test_broken_patches():
    for text in ("--- a/f\n", "--- a/f\n+++ b/f\n@@ nope\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n"):
        with pytest.raises(PatchSyntax):
            read_patch(text)


def test_equal_trees_need_no_patch():
    assert make_patch({"f": "x\n"}, {"f": "x\n"}) == ""
