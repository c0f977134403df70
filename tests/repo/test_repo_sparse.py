"""Paths outside a sparse checkout are known, whether or not there is such a file yet."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.repo.git import find_root
from devagent.repo.sparse import left_out

MakeRepo = Callable[..., Path]
PATHS = ["top", "in/a", "in/new", "in/deep/new", "out/b", "out/new", "new"]


def git(root: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (("--cone", "in"), ["out/b", "out/new"]),
        (("--no-cone", "/in/"), ["new", "out/b", "out/new", "top"]),
        (("--no-cone", "/*", "!/out/"), ["out/b", "out/new"]),
    ],
)
def test_left_out_is_what_git_leaves_out(make_repo: MakeRepo, how: tuple[str, ...], expected: list[str]) -> None:
    root = make_repo({"top": "1", "in/a": "1", "out/b": "1"})
    assert left_out(find_root(root), PATHS) == []
    git(root, "sparse-checkout", "set", *how)
    index = (root / ".git/index").read_bytes()
    assert left_out(find_root(root), PATHS) == expected
    assert (root / ".git/index").read_bytes() == index
    assert not (root / "out").exists()
