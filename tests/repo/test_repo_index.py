"""Entries of the index: read, written in one step under git's lock, and only for the paths that are meant."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Repository, find_root
from devagent.repo.index import index_of, release_index, staged_blobs, tree_blobs, tree_with, write_index
from devagent.repo.objects import Blob, TreeChange

MakeRepo = Callable[..., Path]


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": "1\n", "b/c": "1\n", "é": "1\n"}))


@pytest.fixture
def token(repo: Repository) -> Path:
    path = repo.git_dir / "devagent" / "token"
    path.parent.mkdir()
    path.write_text("mine")
    return path


def git(repo: Repository, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=repo.root, check=True, capture_output=True, text=True).stdout


def store(repo: Repository, content: bytes) -> Blob:
    return Blob(repo.git.run("hash-object", "-w", "--stdin", stdin=content).line, "100644")


def test_only_the_given_paths_are_written(repo: Repository, token: Path) -> None:
    (repo.root / "other").write_text("staged")
    git(repo, "add", "other")
    had = staged_blobs(repo, ["a", "b/c", "é", "other"])
    two = store(repo, b"2\n")
    changes = [TreeChange("a", had["a"], two), TreeChange("b/c", had["b/c"], None), TreeChange("b", None, two)]
    write_index(repo, changes, token)
    assert staged_blobs(repo, ["a", "b", "b/c", "é", "other"]) == {
        "a": two,
        "b": two,
        "é": had["é"],
        "other": had["other"],
    }
    assert sorted(p.name for p in token.parent.iterdir()) == ["token"]
    assert not (repo.git_dir / "index.lock").exists()


def test_entries_stay_marked_as_the_user_marked_them(repo: Repository, token: Path) -> None:
    git(repo, "update-index", "--assume-unchanged", "a", "é")
    git(repo, "update-index", "--skip-worktree", "b/c", "é")
    had, two = staged_blobs(repo, ["a", "b/c", "é"]), store(repo, b"2\n")
    write_index(repo, [TreeChange(path, blob, two) for path, blob in had.items()], token)
    assert set(staged_blobs(repo, had).values()) == {two}
    assert repo.git.run("ls-files", "-v", "-z").fields == ["h a", "S b/c", "s é"]
    assert git(repo, "status", "--porcelain").splitlines() == ["M  a", "M  b/c", 'M  "\\303\\251"']
    write_index(repo, [TreeChange("a", two, None), TreeChange("new", None, two)], token)
    assert repo.git.run("ls-files", "-v", "-z").fields == ["S b/c", "H new", "s é"]


def test_the_lock_of_another_program_is_respected_and_that_of_a_killed_devagent_removed(
    repo: Repository, token: Path
) -> None:
    lock, index = repo.git_dir / "index.lock", (repo.git_dir / "index").read_bytes()
    lock.write_bytes(b"")
    with pytest.raises(CannotRun, match="another git is writing to the index"):
        write_index(repo, [TreeChange("a", None, None)], token)
    release_index(repo, token)
    assert lock.exists()
    assert (repo.git_dir / "index").read_bytes() == index
    lock.unlink()
    os.link(token, lock)
    release_index(repo, token)
    assert not lock.exists()


def test_a_repository_without_an_index_gets_one(repo: Repository, token: Path) -> None:
    (repo.git_dir / "index").unlink()
    write_index(repo, [TreeChange("a", None, store(repo, b"2\n"))], token)
    assert git(repo, "ls-files") == "a\n"


def test_unmerged_paths_are_refused_and_others_are_not(repo: Repository) -> None:
    blob = store(repo, b"2\n").id
    listed = f"0 {repo.zero_id}\ta\n100644 {blob} 2\ta\n"
    subprocess.run(["git", "update-index", "--index-info"], cwd=repo.root, input=listed, text=True, check=True)
    with pytest.raises(UsageError, match="a is unmerged"):
        staged_blobs(repo, ["a"])
    assert set(staged_blobs(repo, ["é"])) == {"é"}


def test_trees_are_read_and_made_without_the_index(repo: Repository, tmp_path: Path) -> None:
    head, index = repo.head(), (repo.git_dir / "index").read_bytes()
    two = store(repo, b"2\n")
    tree = tree_with(repo, head, [TreeChange("b/c", None, two), TreeChange("a", None, None)])
    assert tree_blobs(repo, tree, ["a", "b/c", "é"]) == {"b/c": two, "é": tree_blobs(repo, head, ["é"])["é"]}
    assert tree_blobs(repo, None, ["a"]) == {}
    alone = tree_with(repo, None, [TreeChange("x", None, two)])
    assert git(repo, "ls-tree", "--name-only", alone) == "x\n"
    index_of(repo, head, [TreeChange("x", None, two)], tmp_path / "index")
    listed = repo.git.run("ls-files", "-z", env={"GIT_INDEX_FILE": str(tmp_path / "index")}).fields
    assert listed == ["a", "b/c", "x", "é"]
    assert (repo.git_dir / "index").read_bytes() == index
