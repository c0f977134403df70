"""The conflicts that git sees: the unit that figures count in."""

import pytest

from devagent.errors import CannotRun
from devagent.merge.reference import reference_regions
from devagent.merge.regions import Clean, Conflict, conflicts
from devagent.merge.versions import Versions


def test_sides_and_base_of_a_conflict_are_whole() -> None:
    regions = reference_regions(Versions("f", b"a\nb\n", b"a\nsame\n1\n", b"a\nsame\n2\n"))
    (conflict,) = conflicts(regions)
    assert (conflict.base, conflict.ours, conflict.theirs) == ((b"b\n",), (b"same\n", b"1\n"), (b"same\n", b"2\n"))


def test_markers_of_the_usual_size_are_text() -> None:
    text = b"<<<<<<< a\n=======\n>>>>>>> b\n"
    regions = reference_regions(Versions("f", text + b"x\n", text + b"1\n", text + b"2\n"))
    assert [type(region) for region in regions] == [Clean, Conflict]


def test_a_clean_merge_is_one_region_and_an_empty_one_none() -> None:
    (region,) = reference_regions(Versions("f", b"a\n", b"b\n", b"a\n"))
    assert isinstance(region, Clean) and region.lines == (b"b\n",)
    assert reference_regions(Versions("f", b"a\n", b"", b"")) == ()


def test_what_git_cannot_merge_is_refused() -> None:
    with pytest.raises(CannotRun, match="git merge-file failed"):
        reference_regions(Versions("f", b"\0", b"\0a", b"\0b"))
    with pytest.raises(CannotRun, match="git was not found"):
        reference_regions(Versions("f", b"", b"", b""), git="no-such-git")
