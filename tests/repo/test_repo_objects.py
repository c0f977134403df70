"""Trees, commits and patches in the object store."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Content, Entry, changed_paths, commit_changes, diff, patch, paths, read_tree

MakeRepo = Callable[..., Path]
WHEN = 1_700_000_000


def change(repo: Repository, changes: dict[str, Content | None], base: str = "") -> str:
    return commit_changes(repo, base or repo.head() or "", changes, "message\n", WHEN)


def test_changes_are_committed_beside_the_index(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"keep": "1", "edit": "1", "drop/x": "1"}))
    index = (repo.git_dir / "index").read_bytes()
    changes: dict[str, Content | None] = {
        "edit": Entry(b"a\r\nb", "100755"),
        "drop/x": None,
        "new/file": Entry(b"\0\xff"),
        "new/link": Entry(b"../keep", "120000"),
    }
    commit = change(repo, changes)
    assert read_tree(repo, commit).files == {
        **{"keep": Entry(b"1"), "edit": Entry(b"a\r\nb", "100755")},
        **{"new/file": Entry(b"\0\xff"), "new/link": Entry(b"../keep", "120000")},
    }
    assert commit == change(repo, changes)
    assert paths(repo, commit) == ["edit", "keep", "new/file", "new/link"]
    assert {c.path for c in changed_paths(repo, repo.head() or "", commit)} == set(changes)
    assert (repo.git_dir / "index").read_bytes() == index


def test_file_becomes_a_folder_and_back(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"a": "1"}))
    folder = change(repo, {"a": None, "a/b": Entry(b"2")})
    assert paths(repo, folder) == ["a/b"]
    assert paths(repo, change(repo, {"a/b": None, "a": Entry(b"3")}, folder)) == ["a"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (".git/config", "lies in .git"),
        ("x/.GIT/y", "lies in .git"),
        ("../x", "part"),
        ("/x", "absolute"),
        ("README", "one name"),
        ("SRC/new", "one name"),
        ("src", "is a file"),
        ("readme/x", "is a file"),
    ],
)
def test_unsafe_or_clashing_path_is_refused(make_repo: MakeRepo, path: str, why: str) -> None:
    repo = find_root(make_repo({"readme": "1", "src/a": "1"}))
    with pytest.raises(UsageError, match=why):
        change(repo, {path: Entry(b"x")})


def test_symlink_that_leads_out_is_refused(make_repo: MakeRepo) -> None:
    with pytest.raises(UsageError, match="leads out"):
        change(find_root(make_repo({"a": "1"})), {"l": Entry(b"../../etc/passwd", "120000")})


def test_submodule_and_what_is_in_it_are_refused(make_repo: MakeRepo) -> None:
    inner, outer = make_repo({"in": "x"}, name="inner"), make_repo({"out": "x"}, name="outer")
    add = ["git", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub"]
    subprocess.run(add, cwd=outer, check=True, capture_output=True)
    repo = find_root(outer)
    staged = repo.git.run("write-tree").line
    base = repo.git.run("-c", "user.name=T", "-c", "user.email=t@x", "commit-tree", staged, "-m", "x").line
    for path in ("sub", "sub/in"):
        with pytest.raises(UsageError, match="submodule"):
            change(repo, {path: Entry(b"x")}, base)


def test_large_files_are_left_out_with_a_note(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"big": "x" * 5000, "small": "x"}))
    found = read_tree(repo, repo.head() or "", max_bytes=1000)
    assert set(found.files) == {"small"}
    assert found.skipped == ("big: 5,000 bytes, more than 1,000",)


def test_diff_reads_well_and_runs_no_program_of_the_repository(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"ä.py": "one\n", "b.bin": b"\0", ".gitattributes": "*.py diff=spy\n"})
    repo = find_root(root)
    for name in ("diff.external", "diff.spy.textconv", "diff.spy.command"):
        repo.git.run("config", name, f"touch {tmp_path}/ran; echo")
    repo.git.run("config", "color.ui", "always")
    old, new = repo.head() or "", change(repo, {"ä.py": Entry(b"two\xff\n"), "b.bin": Entry(b"\0\1")})
    text = diff(repo, old, new)
    assert "+++ b/ä.py\n@@ -1 +1 @@\n-one\n+two\ufffd\n" in text
    assert "Binary files a/b.bin and b/b.bin differ" in text
    assert not (tmp_path / "ran").exists()


FILES = st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=40), min_size=1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=FILES, after=FILES)
def test_patch_applies_to_exactly_the_new_files(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("repo")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    repo = find_root(root)
    empty = repo.git.run("hash-object", "-w", "-t", "tree", "--stdin").line
    start = repo.git.run("-c", "user.name=T", "-c", "user.email=t@x", "commit-tree", empty, "-m", "x").line
    old = change(repo, {path: Entry(content) for path, content in before.items()}, start)
    gone: dict[str, Content | None] = {path: None for path in before if path not in after}
    new = change(repo, gone | {path: Entry(content) for path, content in after.items()}, old)
    for path, content in before.items():
        (root / path).write_bytes(content)
    if text := patch(repo, old, new):
        subprocess.run(["git", "-c", "core.autocrlf=false", "apply", "-"], cwd=root, input=text, check=True)
    assert {path.name: path.read_bytes() for path in root.iterdir() if path.name != ".git"} == after


def test_names_that_are_no_utf8_can_be_changed(make_repo: MakeRepo) -> None:
    name = os.fsdecode(b"caf\xe9")
    repo = find_root(make_repo({name: "1"}))
    assert read_tree(repo, change(repo, {name: Entry(b"2")})).files == {name: Entry(b"2")}
