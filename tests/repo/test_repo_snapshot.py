"""Snapshots hold what the user sees and change nothing that the user has."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Entry, read_tree
from devagent.repo.snapshot import snapshot, worktree_blobs

MakeRepo = Callable[..., Path]


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "protocol.file.allow=always"]
    return subprocess.run([*command, *args], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def contents(repo: Repository, commit: str) -> dict[str, bytes]:
    return {path: entry.content for path, entry in read_tree(repo, commit).files.items()}


def busy_repo(make_repo: MakeRepo) -> Repository:
    """Staged, unstaged, untracked, ignored and deleted files at once."""
    root = make_repo({"staged": "1", "unstaged": "1", "deleted": "1", "same": "1", ".gitignore": "ignored\n"})
    (root / "staged").write_text("2")
    git(root, "add", "staged")
    (root / "staged").write_text("3")
    (root / "unstaged").write_text("2")
    (root / "untracked").write_text("new")
    (root / "ignored").write_text("no")
    (root / "deleted").unlink()
    return find_root(root)


def test_worktree_holds_uncommitted_and_untracked_files_and_no_ignored_ones(make_repo: MakeRepo) -> None:
    repo = busy_repo(make_repo)
    taken = snapshot(repo)
    assert contents(repo, taken.commit) == {
        **{".gitignore": b"ignored\n", "same": b"1", "staged": b"3"},
        **{"unstaged": b"2", "untracked": b"new"},
    }
    assert taken.parent == repo.head()
    assert taken.skipped == ()


def test_index_and_head_are_themselves(make_repo: MakeRepo) -> None:
    repo = busy_repo(make_repo)
    old = {".gitignore": b"ignored\n", "same": b"1", "deleted": b"1", "unstaged": b"1"}
    assert contents(repo, snapshot(repo, "index").commit) == {**old, "staged": b"2"}
    assert contents(repo, snapshot(repo, "HEAD").commit) == {**old, "staged": b"1"}
    assert snapshot(repo, "HEAD").commit == repo.head()


def test_nothing_the_user_has_is_touched(make_repo: MakeRepo) -> None:
    repo = busy_repo(make_repo)
    status, index = git(repo.root, "status", "--porcelain"), (repo.git_dir / "index").read_bytes()
    refs, files = git(repo.root, "for-each-ref"), sorted(p.name for p in repo.git_dir.iterdir())
    for base in ("worktree", "index", "HEAD"):
        snapshot(repo, base)  # type: ignore[arg-type]
    assert (repo.git_dir / "index").read_bytes() == index
    assert sorted(p.name for p in repo.git_dir.iterdir()) == files
    assert git(repo.root, "for-each-ref") == refs
    assert git(repo.root, "status", "--porcelain") == status


def test_equal_content_has_an_equal_id_and_a_clean_checkout_is_its_head(make_repo: MakeRepo) -> None:
    repo = busy_repo(make_repo)
    assert snapshot(repo) == snapshot(repo)
    assert snapshot(repo, when=5) == snapshot(repo, when=5) != snapshot(repo)
    clean = find_root(make_repo({"a": "x"}, name="clean"))
    assert snapshot(clean).commit == clean.head()


def test_edit_in_the_same_instant_as_staging_is_seen(make_repo: MakeRepo) -> None:
    # git's racy case: same size, same times; only that the file is not older than the index gives the edit away.
    root = make_repo({"a": "x"})
    git(root, "config", "core.trustctime", "false")
    instant = (1_700_000_000, 1_700_000_000)
    (root / "a").write_text("one")
    os.utime(root / "a", instant)
    git(root, "add", "a")
    os.utime(root / ".git/index", instant)
    (root / "a").write_text("two")
    os.utime(root / "a", instant)
    repo = find_root(root)
    assert contents(repo, snapshot(repo).commit)["a"] == b"two"


def test_secrets_large_files_and_inner_repositories_stay_out_with_a_note(make_repo: MakeRepo) -> None:
    root = make_repo({".env": "tracked stays"})
    for name in (".env.local", "deploy/id_rsa", "server.pem", "credentials-prod.json", ".env.example"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("-----BEGIN PRIVATE KEY-----\n")
    (root / "big").write_bytes(b"x" * 2000)
    git(root, "init", "-q", "inner")
    (root / "inner/file").write_text("x")
    repo = find_root(root)
    taken = snapshot(repo, max_bytes=1000)
    assert set(contents(repo, taken.commit)) == {".env", ".env.example"}
    assert sorted(taken.skipped) == [
        ".env.local is left out: it looks like a secret",
        "big is left out: it is too large",
        "credentials-prod.json is left out: it looks like a secret",
        "deploy/id_rsa is left out: it looks like a secret",
        "inner/ is left out: it is a repository of its own",
        "server.pem is left out: it looks like a secret",
    ]


def test_ignored_files_are_part_of_it_where_they_are_named_and_never_secrets(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "1", ".gitignore": "build/\n*.log\n.env\n"})
    for name in ("build/gen/api.py", "build/other.py", "run.log", ".env", "build/gen/deploy.pem"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("-----BEGIN PRIVATE KEY-----" if name.endswith("pem") else "x")
    repo = find_root(root)
    taken = snapshot(repo, include=["build/gen", "*.log", ".env"])
    assert set(contents(repo, taken.commit)) == {".gitignore", "a", "build/gen/api.py", "run.log"}
    assert sorted(taken.skipped) == [
        ".env is left out: it looks like a secret",
        "build/gen/deploy.pem is left out: it looks like a secret",
    ]
    assert set(contents(repo, snapshot(repo).commit)) == {".gitignore", "a"}


def test_modes_symlinks_and_strange_names_are_kept(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "x"})
    name = os.fsdecode(b"caf\xe9 \n\t\"'.txt")
    (root / name).write_bytes(b"\xff\0")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("nowhere")
    repo = find_root(root)
    files = read_tree(repo, snapshot(repo).commit).files
    assert files[name] == Entry(b"\xff\0")
    assert files["run.sh"].mode == "100755"
    assert files["link"] == Entry(b"nowhere", "120000")


def test_submodules_are_left_out_of_the_files_and_kept_in_the_tree(make_repo: MakeRepo) -> None:
    inner, outer = make_repo({"in": "x"}, name="inner"), make_repo({"out": "x"}, name="outer")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    repo = find_root(outer)
    taken = snapshot(repo)
    assert set(contents(repo, taken.commit)) == {".gitmodules", "out"}
    assert "160000 commit" in git(outer, "ls-tree", taken.commit, "sub")


def test_repository_without_commits_has_a_worktree_but_no_head(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    repo = find_root(tmp_path)
    assert contents(repo, snapshot(repo).commit) == {}
    (tmp_path / "a").write_text("x")
    taken = snapshot(repo)
    assert taken.parent is None
    assert contents(repo, taken.commit) == {"a": b"x"}
    with pytest.raises(UsageError, match="no commit yet"):
        snapshot(repo, "HEAD")


def test_sparse_checkout_keeps_what_is_not_checked_out(make_repo: MakeRepo) -> None:
    root = make_repo({"in/a": "1", "out/b": "1"})
    git(root, "sparse-checkout", "set", "in")
    assert not (root / "out").exists()
    (root / "in/a").write_text("2")
    (root / "stray").write_text("new")
    repo = find_root(root)
    assert contents(repo, snapshot(repo).commit) == {"in/a": b"2", "out/b": b"1", "stray": b"new"}


def test_unfinished_merge_has_a_worktree_but_no_index(make_repo: MakeRepo) -> None:
    root = make_repo({"a": "1\n"})
    git(root, "checkout", "-qb", "other")
    (root / "a").write_text("2\n")
    git(root, "commit", "-qam", "theirs")
    git(root, "checkout", "-q", "main")
    (root / "a").write_text("3\n")
    git(root, "commit", "-qam", "ours")
    subprocess.run(["git", "merge", "other"], cwd=root, check=False, capture_output=True)
    repo = find_root(root)
    assert b"<<<<<<<" in contents(repo, snapshot(repo).commit)["a"]
    with pytest.raises(UsageError, match="unmerged"):
        snapshot(repo, "index")


def test_hooks_and_file_system_monitors_of_the_repository_do_not_run(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"a": "1"})
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spy.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(spy))
    for hook in ("post-index-change", "reference-transaction", "pre-commit"):
        (root / ".git/hooks" / hook).symlink_to(spy)
    (root / "a").write_text("2")
    snapshot(find_root(root))
    assert not (tmp_path / "ran").exists()


def test_worktree_blobs_are_those_of_a_snapshot(make_repo: MakeRepo) -> None:
    root = make_repo({"crlf": b"a\r\n", "lf": b"a\n", ".gitattributes": "lf text eol=crlf\n"})
    (root / "lf").write_bytes(b"b\r\n")
    (root / "new").write_bytes(b"n")
    repo = find_root(root)
    blobs = worktree_blobs(repo, ["crlf", "lf", "new"])
    assert {path: repo.git.blobs([blob.id])[blob.id] for path, blob in blobs.items()} == {
        **{"crlf": b"a\r\n", "lf": b"b\n", "new": b"n"},
    }
    assert worktree_blobs(repo, []) == {}


def with_filter(root: Path, name: str, command: str) -> None:
    for program in ("clean", "smudge"):
        git(root, "config", f"filter.{name}.{program}", command)
    git(root, "config", f"filter.{name}.required", "true")


def test_no_filter_of_the_configuration_runs_and_its_files_stay_as_in_the_index(
    make_repo: MakeRepo, tmp_path: Path
) -> None:
    root = make_repo({"a.bin": "one", "b.py": "1", ".gitattributes": "*.bin filter=spy\n*.txt filter=unknown\n"})
    with_filter(root, "spy", f"touch {tmp_path}/ran; cat")
    for name in ("a.bin", "new.bin", "new.txt", "b.py"):
        (root / name).write_text("two")
    repo = find_root(root)
    taken = snapshot(repo)
    files = contents(repo, taken.commit)
    assert (files["a.bin"], files["b.py"], files["new.txt"]) == (b"one", b"two", b"two")
    assert "new.bin" not in files
    assert sorted(taken.skipped) == [
        "a.bin is taken as it is in the index: it has the git filter spy",
        "new.bin is left out: it has the git filter spy",
    ]
    worktree_blobs(repo, ["a.bin", "b.py"])
    repo.git.run("cat-file", "--filters", "HEAD:a.bin")
    assert not (tmp_path / "ran").exists()


def test_pointers_of_large_files_are_left_alone(make_repo: MakeRepo) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12\n"
    root = make_repo({"big.bin": pointer, ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    with_filter(root, "lfs", "git-lfs-is-not-here")
    (root / "big.bin").write_bytes(b"twelve bytes")
    repo = find_root(root)
    taken = snapshot(repo)
    assert contents(repo, taken.commit)["big.bin"] == pointer.encode()
    assert taken.skipped == ("big.bin is taken as it is in the index: it has the git filter lfs",)


def test_work_tree_that_a_configuration_puts_elsewhere_is_refused(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"a": "1"})
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "diary").write_text("private")
    git(root, "config", "core.worktree", str(tmp_path / "home"))
    with pytest.raises(UsageError, match=r"core\.worktree"):
        find_root(root)


def test_partial_clone_fetches_nothing(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"a": "1"})
    (blob,) = git(root, "rev-parse", "HEAD:a").splitlines()
    for key, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::touch {tmp_path}/ran",
        "protocol.ext.allow": "always",
    }.items():
        git(root, "config", key, value)
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    repo = find_root(root)
    with pytest.raises(CannotRun, match="the content of a is not here: this is a partial clone"):
        read_tree(repo, repo.head() or "")
    assert not (tmp_path / "ran").exists()
