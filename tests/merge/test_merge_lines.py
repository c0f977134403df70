"""The merge by lines: the same as git's where both are clean, and nothing that no version has."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from threeway_edits import versions

from devagent.merge import line_merge
from devagent.merge.regions import Clean, Conflict, Regions, Source, is_clean
from devagent.merge.versions import Lines, Versions, split_lines


def merged(base: str, ours: str, theirs: str) -> Regions:
    return line_merge.merge(Versions("f", base.encode(), ours.encode(), theirs.encode()))


def text_of(regions: Regions) -> bytes:
    return b"".join(line for region in regions if isinstance(region, Clean) for line in region.lines)


def git_merge(folder: Path, given: Versions) -> tuple[int, bytes]:
    for name in ("ours", "base", "theirs"):
        (folder / name).write_bytes(getattr(given, name))
    command = ["git", "merge-file", "-p", "-q", "ours", "base", "theirs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout


@given(given=versions())
@settings(max_examples=200, deadline=None)
def test_the_regions_tile_all_three_versions(given: Versions) -> None:
    regions = line_merge.merge(given)
    for name in ("base", "ours", "theirs"):
        lines, at = split_lines(getattr(given, name)), 0
        for region in regions:
            span = getattr(region.spans, name)
            assert span.start == at
            at = span.stop
            if isinstance(region, Conflict):
                assert getattr(region, name) == lines[span.start : span.stop]
        assert at == len(lines)


@given(given=versions())
@settings(max_examples=200, deadline=None)
def test_swapping_the_sides_swaps_them_and_changes_nothing_else(given: Versions) -> None:
    there, back = line_merge.merge(given), line_merge.merge(given.swapped)
    assert is_clean(there) == is_clean(back)
    assert text_of(there) == text_of(back)
    sides = [(r.base, r.ours, r.theirs) for r in there if isinstance(r, Conflict)]
    assert sides == [(r.base, r.theirs, r.ours) for r in back if isinstance(r, Conflict)]


@given(given=versions())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_git_and_this_are_both_clean_they_agree(tmp_path: Path, given: Versions) -> None:
    texts = [text.replace(b"\x00", b"") for text in (given.base, given.ours, given.theirs)]
    given = Versions("f", *texts)
    regions = line_merge.merge(given)
    code, output = git_merge(tmp_path, given)
    if code == 0 and is_clean(regions):
        assert text_of(regions) == output


def test_changes_of_one_side_are_taken() -> None:
    regions = merged("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n")
    assert [region.source for region in regions if isinstance(region, Clean)] == [
        Source.OURS,
        Source.BASE,
        Source.THEIRS,
    ]
    assert text_of(regions) == b"A\nb\nc\nD\n"


def test_changes_that_touch_are_a_conflict() -> None:
    assert not is_clean(merged("a\nb\n", "A\nb\n", "a\nB\n"))


def test_lines_that_both_sides_begin_and_end_with_are_taken_out_of_a_conflict() -> None:
    regions = merged("b\n", "x\n1\ny\n", "x\n2\ny\n")
    assert [region.lines if isinstance(region, Clean) else (region.ours, region.theirs) for region in regions] == [
        (b"x\n",),
        ((b"1\n",), (b"2\n",)),
        (b"y\n",),
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_what_one_side_has_in_addition_stays_a_conflict(count: int) -> None:
    """Both added the same line and one side more: that the shorter one was left out on purpose cannot be told."""
    regions = merged("", "x\n", "x\n" + "y\n" * count)
    (conflict,) = (region for region in regions if isinstance(region, Conflict))
    assert conflict.ours == () and conflict.theirs == (b"y\n",) * count


def test_a_chunk_never_loses_a_line_of_a_swapped_merge() -> None:
    base: Lines = split_lines(b"a\nb\nc\n")
    given = Versions("f", b"".join(base), b"a\nc\n", b"a\nb\nc\nd\n")
    assert text_of(line_merge.merge(given)) == text_of(line_merge.merge(replace(given).swapped)) == b"a\nc\nd\n"
