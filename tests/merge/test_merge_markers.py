"""Conflict markers: what is written can be read again, and is what git writes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from threeway_edits import versions

from devagent.merge import line_merge
from devagent.merge.envelope import opened
from devagent.merge.markers import BrokenMarkers, Style, has_markers, parse, render
from devagent.merge.regions import Conflict, conflicts
from devagent.merge.versions import Labels, Versions

BASE, OURS, THEIRS = b"1\n2\n3\n", b"1\nsame\nours\n3\n", b"1\nsame\ntheirs\n3\n"


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("size", [7, 12])
def test_the_text_is_what_git_writes_in_each_style(tmp_path: Path, style: Style, size: int) -> None:
    for name, text in (("base", BASE), ("ours", OURS), ("theirs", THEIRS)):
        (tmp_path / name).write_bytes(text)
    command = ["git", "-c", f"merge.conflictStyle={style}", "merge-file", "-p", f"--marker-size={size}"]
    flags = [] if style is Style.MERGE else [f"--{style}"]
    labels = ["-L", "HEAD", "-L", "old", "-L", "side"]
    done = subprocess.run([*command, *flags, *labels, "ours", "base", "theirs"], cwd=tmp_path, capture_output=True)
    regions = line_merge.merge(Versions("f", BASE, OURS, THEIRS))
    assert render(regions, Labels("HEAD", "old", "side"), style=style, size=size) == done.stdout


@given(given=versions())
@settings(max_examples=200, deadline=None)
def test_conflicts_survive_being_written_and_read(given: Versions) -> None:
    body = opened(given).versions
    regions = line_merge.merge(body)
    text = render(regions, Labels("a b", "c", ""), style=Style.ZDIFF3)
    marked = parse(text)
    if marked is None:
        assert not any(conflicts(regions))
        return
    assert marked.labels == Labels("a b", "c", "")
    assert [(c.base, c.ours, c.theirs) for c in conflicts(marked.regions)] == [
        (c.base, c.ours, c.theirs) for c in conflicts(regions)
    ]
    assert render(marked.regions, marked.labels, style=Style.ZDIFF3) == text


def test_the_versions_of_a_marked_file_are_its_sides_and_its_base() -> None:
    marked = parse(b"x\n<<<<<<< o\n1\n||||||| b\n2\n=======\n3\n>>>>>>> t\ny\n")
    assert marked is not None
    found = marked.versions("f.py")
    assert (found.base, found.ours, found.theirs) == (b"x\n2\ny\n", b"x\n1\ny\n", b"x\n3\ny\n")


def test_a_heading_of_equals_signs_is_no_marker() -> None:
    assert parse(b"Title\n=======\n") is None
    assert not has_markers(b"Title\n=======\n")


def test_markers_of_another_size_are_text() -> None:
    marked = parse(b"<" * 9 + b" a\n<<<<<<< not mine\n" + b"=" * 9 + b"\n" + b">" * 9 + b" b\n", 9)
    assert marked is not None
    (conflict,) = marked.regions
    assert isinstance(conflict, Conflict) and conflict.ours == (b"<<<<<<< not mine\n",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"<<<<<<< a\n=======\n", "line 1"),
        (b"x\n>>>>>>> a\n", "line 2"),
        (b"<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c\n", "line 2"),
        (b"<<<<<<< a\n||||||| b\n||||||| b\n=======\n>>>>>>> c\n", "line 3"),
    ],
)
def test_markers_that_do_not_belong_together_are_refused_with_their_line(text: bytes, line: str) -> None:
    with pytest.raises(BrokenMarkers, match=line):
        parse(text)
