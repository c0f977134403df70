"""The user's branches are moved only from where they were seen."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import CannotRun, UsageError
from devagent.repo import branches
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import commit_tree, tree_of

MakeRepo = Callable[..., Path]


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": "1\n"}))


def git(repo: Repository, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=repo.root, check=True, capture_output=True, text=True).stdout.strip()


def another(repo: Repository) -> str:
    head = repo.head() or ""
    return commit_tree(repo, tree_of(repo, head), head, "next\n", 5)


def test_where_head_stands(repo: Repository, tmp_path: Path) -> None:
    assert branches.current_ref(repo) == "refs/heads/main"
    assert branches.standing(repo, "refs/heads/main") == repo.head()
    assert branches.standing(repo, "refs/heads/none") is None
    assert branches.standing(repo, "HEAD") is None
    git(repo, "checkout", "-q", "--detach")
    assert branches.current_ref(repo) == "HEAD"
    assert branches.standing(repo, "HEAD") == repo.head()
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(empty)], check=True)
    assert branches.current_ref(find_root(empty)) == "refs/heads/trunk"
    assert branches.standing(find_root(empty), "refs/heads/trunk") is None


def test_a_ref_is_made_moved_and_deleted_only_from_where_it_was_seen(repo: Repository) -> None:
    head, following, ref = repo.head(), another(repo), "refs/heads/new"
    branches.move_ref(repo, ref, None, head, "test")
    with pytest.raises(CannotRun):
        branches.move_ref(repo, ref, None, following, "test")
    branches.move_ref(repo, ref, head, following, "test")
    with pytest.raises(CannotRun):
        branches.move_ref(repo, ref, head, None, "test")
    assert branches.standing(repo, ref) == following
    branches.move_ref(repo, ref, following, None, "test")
    assert branches.standing(repo, ref) is None


@pytest.mark.parametrize("name", ["", "-d", "a..b", "a b", "x.lock", "a/", "@{1}", "main"])
def test_a_name_that_cannot_be_a_new_branch_is_refused(repo: Repository, name: str) -> None:
    with pytest.raises(UsageError, match="branch"):
        branches.branch_ref(repo, name)


def test_a_name_that_can_be_one_is_a_ref(repo: Repository) -> None:
    assert branches.branch_ref(repo, "fix/größe") == "refs/heads/fix/größe"


@pytest.mark.parametrize(("mark", "said"), [("MERGE_HEAD", "a merge"), ("rebase-merge", "a rebase"), ("MARK", "")])
def test_what_is_under_way_is_named(repo: Repository, mark: str, said: str) -> None:
    (repo.git_dir / mark).write_text("")
    assert branches.unfinished(repo) == said


def test_remotes_and_work_trees_that_have_a_commit_or_a_branch(repo: Repository, tmp_path: Path) -> None:
    head = repo.head() or ""
    assert branches.remote_branches(repo, head) == []
    git(repo, "update-ref", "refs/remotes/origin/main", head)
    assert branches.remote_branches(repo, head) == ["origin/main"]
    assert branches.remote_branches(repo, another(repo)) == []
    git(repo, "worktree", "add", "-q", "-b", "there", str(tmp_path / "linked"))
    assert branches.checked_out_at(repo, "refs/heads/there") == str(tmp_path / "linked")
    assert branches.checked_out_at(repo, "refs/heads/nowhere") == ""


def test_a_commit_of_the_user_bears_their_name(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    made = branches.commit_as_user(repo, tree_of(repo, "HEAD"), [repo.head()], "Über\n\nKey: value\n")
    assert git(repo, "show", "-s", "--format=%an %ae %cn %P", made) == f"Test test@example.invalid Test {repo.head()}"
    assert branches.message_of(repo, made) == "Über\n\nKey: value\n"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    made = branches.commit_as_user(repo, tree_of(repo, "HEAD"), [None], "x\n")
    assert git(repo, "show", "-s", "--format=%an %cn %P", made) == "Somebody Test"


def test_a_user_without_a_name_is_told_how_to_give_one(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    branches.check_identity(repo)
    git(repo, "config", "user.useConfigOnly", "true")
    git(repo, "config", "--unset", "user.email")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.delenv("EMAIL", raising=False)
    with pytest.raises(UsageError, match=r"git does not know who commits.*git config user\.name"):
        branches.check_identity(repo)
