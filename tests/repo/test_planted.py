"""What was planted in a `.git` is told, and what people put there themselves is no news."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.repo.git import find_root
from devagent.repo.planted import planted

MakeRepo = Callable[..., Path]


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def config(root: Path, text: str) -> None:
    with (root / ".git/config").open("a") as file:
        file.write(text)


def test_an_ordinary_repository_has_nothing_planted(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"a": "x"})
    git(tmp_path, "clone", "-q", str(root), "clone")
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    for place in (root, tmp_path / "clone", tmp_path / "linked"):
        assert planted(find_root(place)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("core.editor", "vim"), ("core.editor", "code --wait"), ("core.pager", "less -FRX")),
        ("core.fsmonitor", "true"),
        *(("core.sshCommand", "ssh -i ~/.ssh/id_work -o IdentitiesOnly=yes"), ("gpg.program", "/usr/local/bin/gpg2")),
        *(("gpg.ssh.program", "/opt/1Password/op-ssh-sign"), ("pager.log", "false"), ("diff.external", "difft")),
        *(("submodule.sub.update", "rebase"), ("core.hooksPath", ".husky/_"), ("alias.st", "!git status -sb")),
        *(("credential.helper", "!gh auth git-credential"), ("filter.lfs.process", "git-lfs filter-process")),
        *(("merge.ours.driver", "true"), ("remote.origin.uploadpack", "git-upload-pack")),
    ],
)
def test_what_people_set_for_themselves_is_no_news(make_repo: MakeRepo, key: str, value: str) -> None:
    root = make_repo({"a": "x"})
    git(root, "config", key, value)
    (root / ".git/hooks").mkdir(exist_ok=True)
    (root / ".git/hooks/pre-commit").write_text("#!/bin/sh\n")
    assert planted(find_root(root)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("core.pager", "touch /tmp/ran"), ("core.editor", "./evil"), ("core.fsmonitor", ".git/watch")),
        *(("core.sshCommand", "ssh -o ProxyCommand=x; touch /tmp/ran"), ("gpg.program", "sh -c 'id'")),
        *(("pager.status", "$(id)"), ("diff.external", "python3 evil.py"), ("remote.origin.uploadpack", "touch x")),
        *(("submodule.a.b.update", "!touch /tmp/ran"), ("core.askPass", "evil/ask"), ("core.gitProxy", "a | b")),
    ],
)
def test_a_program_that_nobody_sets_for_himself_is_named_by_its_key(make_repo: MakeRepo, key: str, value: str) -> None:
    root = make_repo({"a": "x"})
    git(root, "config", key, value)
    (line,) = planted(find_root(root))
    assert f"own git settings name programs ({key.lower() if key.count('.') == 1 else key}): none is run" in line


def test_what_another_file_of_git_holds_is_seen_and_a_long_list_is_cut(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "x"})
    config(root, "[include]\n\tpath = more\n[extensions]\n\tworktreeConfig = true\n")
    (root / ".git/more").write_text("[pager]\n\tlog = ./a\n\tdiff = ./a\n\tshow = ./a\n\tlog = ./b\n")
    (root / ".git/config.worktree").write_text("[core]\n\teditor = ./a\n")
    assert "(pager.log, pager.diff, pager.show and 1 more)" in planted(find_root(root))[0]


def test_the_user_s_own_configuration_is_no_news(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").write_text("[core]\n\tpager = sh -c 'mine'\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "own"))
    assert planted(find_root(make_repo({"a": "x"}))) == []


def test_a_broken_configuration_is_for_git_to_tell(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "x"})
    repo = find_root(root)
    config(root, "[core\n")
    assert planted(repo) == []


def test_objects_of_another_repository_are_named(make_repo: MakeRepo) -> None:
    root, other = make_repo({"a": "x"}), make_repo({"b": "y"}, name="other")
    (root / ".git/objects/info").mkdir(exist_ok=True)
    (root / ".git/objects/info/alternates").write_text(f"# a comment\n{other}/.git/objects\n")
    assert planted(find_root(root)) == [
        f"this repository borrows git objects from {other}/.git/objects: the sandbox gets the files of the snapshot, "
        "and no objects"
    ]
