"""Hidden refs of runs."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import UsageError
from devagent.repo import refs
from devagent.repo.git import find_root
from devagent.repo.objects import Entry, commit_changes

MakeRepo = Callable[..., Path]


def test_refs_are_put_moved_listed_and_deleted_by_run(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"a": "1"}))
    head = repo.head() or ""
    new = commit_changes(repo, head, {"a": Entry(b"2")}, "m\n", 1)
    refs.put(repo, "one", "base", head)
    refs.put(repo, "one", "base", head)
    refs.put(repo, "one", "candidate/1", head)
    refs.put(repo, "one", "candidate/1", new)
    refs.put(repo, "one-more", "base", head)
    assert refs.listed(repo, "one") == {"base": head, "candidate/1": new}
    assert refs.read(repo, "one", "candidate/1") == new
    refs.delete(repo, "one")
    assert refs.listed(repo, "one") == {}
    assert refs.read(repo, "one", "base") is None
    assert refs.listed(repo, "one-more") == {"base": head}
    refs.delete(repo, "never")


def test_commits_survive_packing_and_garbage_collection(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "1"})
    repo = find_root(root)
    kept = commit_changes(repo, repo.head() or "", {"a": Entry(b"2")}, "kept\n", 1)
    lost = commit_changes(repo, repo.head() or "", {"a": Entry(b"3")}, "lost\n", 1)
    refs.put(repo, "one", "base", kept)
    subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=root, check=True)
    subprocess.run(["git", "pack-refs", "--all", "--prune"], cwd=root, check=True)
    assert refs.listed(repo, "one") == {"base": kept}
    assert repo.git.run("cat-file", "-e", kept, check=False).returncode == 0
    assert repo.git.run("cat-file", "-e", lost, check=False).returncode != 0
    refs.delete(repo, "one")
    assert refs.listed(repo, "one") == {}


@pytest.mark.parametrize(("run", "name"), [("..", "x"), ("a", "../x"), ("a", "-d"), ("a b", "x"), ("a", "x.lock")])
def test_names_that_leave_the_run_are_refused(make_repo: MakeRepo, run: str, name: str) -> None:
    repo = find_root(make_repo({"a": "1"}))
    with pytest.raises(UsageError, match="cannot be part of a ref"):
        refs.put(repo, run, name, repo.head() or "")
