"""The installed driver in odd places: names, encodings, attributes, folders and the commands besides `git merge`."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from merging import ROOT, branch, commit, environment, git

from devagent.merge.installation import install, status
from devagent.merge.records import folder_of, recalled
from devagent.repo.git import find_root

Make = Callable[[Mapping[str, str | bytes]], Path]
Texts = tuple[str | bytes, str | bytes, str | bytes]
PATTERNS = ("*.c", "*.py")
SPACED = ("x();\n", "f(a, b);\n", "f(a,b);\n")
SETTLED = b"f(a,b);\n"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver that git starts finds this devagent."""
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])


def conflicting(make_repo: Make, name: str = "x.c", texts: Texts = SPACED, attributes: str = "") -> Path:
    """A repository with the driver, where the branch `side` and main conflict."""
    root = make_repo({name: texts[0], ".gitattributes": attributes})
    branch(root, "side", {name: texts[2]})
    commit(root, {name: texts[1]})
    install(find_root(root), PATTERNS)
    return root


@pytest.mark.parametrize(
    "name", ["a b.c", 'it\'s "$(touch hit)" `touch hit` %A %%.c', "a\nb\tc.c", "-x.c", "caf\xe9.c", "\udcff.c"]
)
def test_any_name_will_do(make_repo: Make, name: str) -> None:
    root = conflicting(make_repo, name)
    before = sorted(root.iterdir())
    git(root, "merge", "-q", "side", "-m", "merged")
    assert (root / name).read_bytes() == SETTLED
    assert sorted(root.iterdir()) == before
    assert recalled(folder_of(root / ".git"), root, root / name)["path"] == name


def test_line_endings_and_encodings_of_the_work_tree_come_back(make_repo: Make) -> None:
    base, ours, theirs = (text.replace("\n", "\r\n").encode("utf-16-le") for text in SPACED)
    attributes = "*.c text eol=crlf working-tree-encoding=UTF-16LE\n"
    root = conflicting(make_repo, texts=(base, ours, theirs), attributes=attributes)
    git(root, "merge", "-q", "side", "-m", "merged")
    assert (root / "x.c").read_bytes() == "f(a,b);\r\n".encode("utf-16-le")
    assert git(root, "status", "--porcelain").stdout == ""


def test_a_conflict_in_a_file_with_crlf_keeps_it(make_repo: Make) -> None:
    root = conflicting(make_repo, texts=(b"a\r\nb\r\n", b"a\r\n1\r\n", b"a\r\n2\r\n"))
    git(root, "merge", "side", check=False)
    assert b"\r\n1\r\n" in (root / "x.c").read_bytes() and b"\r\n2\r\n" in (root / "x.c").read_bytes()


def test_both_sides_may_have_added_the_file(make_repo: Make) -> None:
    root = make_repo({"other": ""})
    branch(root, "side", {"x.c": SPACED[2]})
    commit(root, {"x.c": SPACED[1]})
    install(find_root(root), PATTERNS)
    git(root, "merge", "-q", "side", "-m", "merged")
    assert (root / "x.c").read_bytes() == SETTLED


def test_the_attribute_for_the_marker_size_and_zdiff3_are_obeyed(make_repo: Make) -> None:
    texts = ("a\nb\nc\n", "a\nx\n1\nc\n", "a\nx\n2\nc\n")
    root = conflicting(make_repo, texts=texts, attributes="*.c conflict-marker-size=11\n")
    git(root, "config", "merge.conflictStyle", "zdiff3")
    git(root, "merge", "side", check=False)
    text = (root / "x.c").read_text()
    assert text == f"a\nx\n{'<' * 11} HEAD\n1\n{'|' * 11} base\nb\n{'=' * 11}\n2\n{'>' * 11} side\nc\n"


def test_short_markers_in_a_version_are_seen_where_markers_are_short(make_repo: Make) -> None:
    marked = "<<<< a\nx();\n====\ny();\n>>>> b\n"
    texts = tuple(text + "1\n2\n3\n" + marked for text in SPACED)
    root = conflicting(make_repo, texts=(texts[0], texts[1], texts[2]), attributes="*.c conflict-marker-size=4\n")
    assert git(root, "merge", "side", check=False).returncode == 1
    assert "f(a, b);\n====\nf(a,b);" in (root / "x.c").read_text()


def test_from_a_folder_below_and_from_a_hook_s_environment_it_is_the_same(make_repo: Make) -> None:
    root = conflicting(make_repo)
    (root / "below").mkdir()
    git(root / "below", "merge", "-q", "side", "-m", "merged", GIT_DIR="../.git", GIT_WORK_TREE="..")
    assert (root / "x.c").read_bytes() == SETTLED
    assert recalled(folder_of(root / ".git"), root, root / "x.c")["path"] == "x.c"


def test_a_merge_without_a_work_tree_uses_it_too(make_repo: Make) -> None:
    root = conflicting(make_repo)
    git(root, "config", "core.bare", "true")
    done = git(root / ".git", "merge-tree", "--write-tree", "main", "side", check=False)
    assert done.returncode == 0, done.stderr
    assert git(root / ".git", "show", f"{done.stdout.strip()}:x.c").stdout.encode() == SETTLED
    assert not [*root.rglob(".merge_file*")]


def test_a_conflict_that_is_made_again_is_settled_again(make_repo: Make) -> None:
    """`git checkout -m` goes through the driver; the index keeps the conflict."""
    root = conflicting(make_repo, texts=("a\nb\nc\n", "a\n1\nc\n", "a\n2\nc\n"))
    git(root, "merge", "side", check=False)
    marked = (root / "x.c").read_bytes()
    (root / "x.c").write_bytes(b"lost\n")
    git(root, "checkout", "-m", "--", "x.c")
    assert (root / "x.c").read_bytes().count(b"\n") == marked.count(b"\n")
    assert git(root, "ls-files", "-u").stdout.count("\n") == 3


def test_a_recorded_resolution_is_taken_over(make_repo: Make) -> None:
    """rerere hands texts with markers to the driver."""
    root = conflicting(make_repo, texts=("a\nb\nc\n", "a\n1\nc\n", "a\n2\nc\n"))
    git(root, "config", "rerere.enabled", "true")
    git(root, "merge", "side", check=False)
    (root / "x.c").write_text("a\n12\nc\n")
    git(root, "commit", "-q", "-am", "merged")
    git(root, "reset", "-q", "--hard", "HEAD^")
    commit(root, {"x.c": "above\na\n1\nc\n"})
    git(root, "merge", "side", check=False)
    assert (root / "x.c").read_text() == "above\na\n12\nc\n"


def test_where_the_story_cannot_be_kept_the_merge_is_done_all_the_same(make_repo: Make) -> None:
    root = conflicting(make_repo)
    (root / ".git" / "devagent").write_text("in the way")
    done = git(root, "merge", "-q", "side", "-m", "merged")
    assert done.stderr == "devagent: x.c: resolved by white space\n"
    assert (root / "x.c").read_bytes() == SETTLED


def test_merges_at_the_same_time_do_not_disturb_each_other(make_repo: Make, tmp_path: Path) -> None:
    root = conflicting(make_repo)
    trees = [tmp_path / f"tree{number}" for number in range(3)]
    for tree in trees:
        git(root, "worktree", "add", "-q", "--detach", str(tree), "main")
    merging = [
        subprocess.Popen(["git", "merge", "-q", "side", "-m", "m"], cwd=tree, env=environment(), stderr=-3)
        for tree in trees
    ]
    assert [merge.wait() for merge in merging] == [0, 0, 0]
    assert {(tree / "x.c").read_bytes() for tree in trees} == {SETTLED}
    assert recalled(folder_of(root / ".git"), root, root / "x.c")["path"] == "x.c"


@pytest.mark.parametrize("where", ["core.attributesFile", "a folder that is not checked out"])
def test_merge_settings_that_stand_elsewhere_are_kept_too(make_repo: Make, tmp_path: Path, where: str) -> None:
    root = make_repo({"in/list.c": "", "in/.gitattributes": "", "other.c": ""})
    if where == "core.attributesFile":
        (tmp_path / "attributes").write_text("list.c merge=union\n")
        git(root, "config", "core.attributesFile", str(tmp_path / "attributes"))
    else:
        commit(root, {"in/.gitattributes": "list.c merge=union\n"})
        git(root, "sparse-checkout", "set", "--no-cone", "/other.c")
        assert not (root / "in").exists()
    assert install(find_root(root), PATTERNS).now.kept == ('"/in/list.c"',)
    assert install(find_root(root), PATTERNS).changes == ()


def test_a_name_with_any_kind_of_line_end_is_written_down_once(make_repo: Make) -> None:
    root = make_repo({"a\x0b\x1c\r\n.c": "", ".gitattributes": "*.c merge=union\n"})
    assert len(install(find_root(root), PATTERNS).now.kept) == 1
    assert install(find_root(root), PATTERNS).changes == ()
    assert len(status(find_root(root)).kept) == 1


def test_the_same_environment_under_another_name_runs_its_own_devagent(make_repo: Make, tmp_path: Path) -> None:
    """Two devagents on one machine: the one that was installed is run, whatever stands first on the PATH."""
    root = conflicting(make_repo)
    first = tmp_path / "bin"
    first.mkdir()
    (first / "python3").write_text("#!/bin/sh\nexit 9\n")
    (first / "python3").chmod(0o755)
    git(root, "merge", "-q", "side", "-m", "merged", PATH=f"{first}{os.pathsep}{os.environ['PATH']}")
    assert (root / "x.c").read_bytes() == SETTLED
    assert shlex.quote(sys.executable) in git(root, "config", "merge.devagent.driver").stdout
    assert str(ROOT) not in git(root, "config", "merge.devagent.driver").stdout
