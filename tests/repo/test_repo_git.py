"""The wrapper around git, and finding repositories of every shape."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Git, find_root

MakeRepo = Callable[..., Path]


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "protocol.file.allow=always"]
    return subprocess.run([*command, *args], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_root_is_found_from_a_folder_and_from_a_file_inside(make_repo: MakeRepo) -> None:
    root = make_repo({"a/b.txt": "x"})
    for start in (root, root / "a", root / "a/b.txt"):
        repo = find_root(start)
        assert (repo.root, repo.git_dir, repo.common_dir) == (root, root / ".git", root / ".git")


def test_linked_work_tree_has_its_own_git_dir_and_shares_the_common_one(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"a": "x"})
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    repo = find_root(tmp_path / "linked")
    assert repo.git_dir == root / ".git/worktrees/linked"
    assert repo.common_dir == root / ".git"
    assert repo.head() == find_root(root).head()


def test_submodule_is_a_repository_of_its_own(make_repo: MakeRepo) -> None:
    inner, outer = make_repo({"in": "x"}, name="inner"), make_repo({"out": "x"}, name="outer")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    repo = find_root(outer / "sub")
    assert (repo.root, repo.git_dir) == (outer / "sub", outer / ".git/modules/sub")


def test_repository_without_commits_has_no_head(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert find_root(tmp_path).head() is None


@pytest.mark.parametrize("inside", ["", ".git"])
def test_bare_repository_and_git_folder_have_no_work_tree(tmp_path: Path, inside: str) -> None:
    git(tmp_path, "init", "-q", *([] if inside else ["--bare"]))
    with pytest.raises(UsageError, match="has no work tree"):
        find_root(tmp_path / inside)


def test_folder_outside_any_repository_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not in a git repository\. Go to one, or make one with: git init"):
        find_root(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        find_root(tmp_path / "nothing")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_repository_of_another_user_gives_the_command_that_trusts_it(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "x"})
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(CannotRun, match=r"another user.*git config --global --add safe.directory"):
        find_root(root)


def test_missing_git_is_one_line(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo({"a": "x"})
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotRun, match="git was not found"):
        find_root(root)


def test_old_git_is_refused(make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo({"a": "x"})
    old = tmp_path / "bin/git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 1.8.3.1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(CannotRun, match=r"1\.8\.3\.1 is too old: devagent needs 2\.25"):
        find_root(root)


def test_git_variables_of_the_caller_do_not_get_through(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root, other = make_repo({"a": "x"}), make_repo({"b": "y"}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    repo = find_root(root)
    assert repo.root == root
    assert repo.git.run("ls-files").line == "a"


def test_failure_is_one_line_with_the_reason(make_repo: MakeRepo) -> None:
    with pytest.raises(CannotRun, match="git rev-parse failed: Needed a single revision"):
        Git(make_repo({"a": "x"})).run("rev-parse", "--verify", "nothing")


def test_folder_that_vanished_is_an_error_and_not_another_folder(tmp_path: Path) -> None:
    with pytest.raises((CannotRun, FileNotFoundError)):
        Git(tmp_path / "gone").run("rev-parse", "--show-toplevel")


def test_many_blobs_are_read_byte_for_byte(make_repo: MakeRepo) -> None:
    contents = [b"", b"\n", b"no newline", b"\0binary\n\n", b"x" * 1_000_000]
    repo = find_root(make_repo({str(n): content for n, content in enumerate(contents)}))
    ids = [repo.git.run("rev-parse", f"HEAD:{n}").line for n in range(len(contents))]
    assert repo.git.blobs([*ids, *ids]) == dict(zip(ids, contents, strict=True))
    with pytest.raises(CannotRun, match="no blob"):
        repo.git.blobs(["0" * 40])


def test_names_that_are_no_utf8_survive(make_repo: MakeRepo) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    repo = find_root(make_repo({name: "x"}))
    assert repo.git.run("ls-files", "-z", "--", name).fields == [name]
