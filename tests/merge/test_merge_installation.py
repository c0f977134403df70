"""The installed driver in real repositories: what git does with it, without it, and after it is gone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from merging import branch, commit, environment, git

from devagent.errors import UsageError
from devagent.merge.installation import install, status, uninstall
from devagent.merge.records import folder_of, recalled
from devagent.repo.git import find_root

Make = Callable[[Mapping[str, str | bytes]], Path]
PATTERNS = ("*.c", "*.py")
SPACED = ("x();\n", "f(a, b);\n", "f(a,b);\n")


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver that git starts finds this devagent."""
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])


def conflicting(make_repo: Make, name: str = "x.c", texts: tuple[str, str, str] = SPACED) -> Path:
    """A repository with the driver, where the branch `side` and main conflict."""
    root = make_repo({name: texts[0]})
    branch(root, "side", {name: texts[2]})
    commit(root, {name: texts[1]})
    install(find_root(root), PATTERNS)
    return root


def test_git_merge_uses_it(make_repo: Make) -> None:
    root = conflicting(make_repo)
    done = git(root, "merge", "-q", "side", "-m", "merged")
    assert "devagent: x.c: resolved by white space (devagent merge explain x.c)\n" in done.stderr
    assert (root / "x.c").read_text() == "f(a,b);\n"
    assert git(root, "status", "--porcelain").stdout == ""


@pytest.mark.parametrize("command", ["rebase", "cherry-pick"])
def test_so_do_rebase_and_cherry_pick(make_repo: Make, command: str) -> None:
    root = conflicting(make_repo)
    git(root, command, "side")
    assert (root / "x.c").read_text() == "f(a,b);\n"


def test_a_conflict_is_left_with_the_labels_and_in_the_style_that_the_user_chose(make_repo: Make) -> None:
    root = conflicting(make_repo, texts=("a\nb\n", "a\n1\n", "a\n2\n"))
    git(root, "config", "merge.conflictStyle", "diff3")
    assert git(root, "merge", "side", check=False).returncode == 1
    text = (root / "x.c").read_text()
    assert text == "a\n<<<<<<< HEAD\n1\n||||||| base\nb\n=======\n2\n>>>>>>> side\n"
    assert git(root, "ls-files", "-u").stdout.count("\n") == 3
    assert sorted(path.name for path in root.iterdir()) == [".git", "x.c"]


def test_a_clean_merge_does_not_even_start_python(make_repo: Make) -> None:
    root = conflicting(make_repo, texts=("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n"))
    break_python(root)
    done = git(root, "merge", "-q", "side", "-m", "merged")
    assert (root / "x.c").read_text() == "A\nb\nc\nD\n"
    assert "No such file" not in done.stderr


@pytest.mark.parametrize("broken", ["the interpreter is gone", "devagent is gone", "it dies"])
def test_where_devagent_fails_git_s_markers_are_there(
    make_repo: Make, broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = conflicting(make_repo)
    if broken == "the interpreter is gone":
        break_python(root)
    else:
        package = tmp_path / "shadow" / "devagent" / "merge"
        package.mkdir(parents=True)
        if broken == "it dies":
            (package.parent / "__init__.py").touch()
            (package / "__init__.py").touch()
            (package / "driver.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
        else:
            (package.parent / "__init__.py").write_text("raise ModuleNotFoundError('devagent')\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "shadow"))
    done = subprocess.run(["git", "merge", "side"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (root / "x.c").read_text() == "<<<<<<< ours\nf(a, b);\n=======\nf(a,b);\n>>>>>>> theirs\n"
    assert git(root, "ls-files", "-u").stdout.count("\n") == 3
    assert sorted(path.name for path in root.iterdir()) == [".git", "x.c"]


def test_an_interrupted_merge_leaves_no_files_but_git_s_own(make_repo: Make, tmp_path: Path) -> None:
    root = conflicting(make_repo)
    started, slow = tmp_path / "started", tmp_path / "slow"
    # One process: a shell would wait for what it starts, which may miss the signal while it is starting.
    slow.write_text(f"#!{sys.executable}\nimport time\nopen({str(started)!r}, 'w').close()\ntime.sleep(60)\n")
    slow.chmod(0o755)
    break_python(root, slow)
    merging = subprocess.Popen(["git", "merge", "side"], cwd=root, start_new_session=True, stdout=-3, stderr=-3)
    while not started.exists():
        time.sleep(0.01)
    os.killpg(merging.pid, signal.SIGINT)
    merging.wait()
    deadline = time.monotonic() + 10
    while (left := [*root.glob(".merge_file_*.*")]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left == []


def test_code_of_the_repository_is_never_imported(make_repo: Make) -> None:
    root = conflicting(make_repo)
    for name in ("os.py", "sys.py", "re.py", "dataclasses.py", "devagent.py", "json.py", "sitecustomize.py"):
        (root / name).write_text("raise SystemExit('taken over')\n")
    done = git(root, "merge", "-q", "side", "-m", "merged")
    assert "taken over" not in done.stderr
    assert (root / "x.c").read_text() == "f(a,b);\n"


def test_a_binary_file_stays_a_conflict_of_its_own(make_repo: Make) -> None:
    root = make_repo({"x.c": b"\0a"})
    branch(root, "side", {"x.c": b"\0b"})
    commit(root, {"x.c": b"\0c"})
    install(find_root(root), PATTERNS)
    assert git(root, "merge", "side", check=False).returncode == 1
    assert (root / "x.c").read_bytes() == b"\0c"


def test_virtual_bases_are_merged_as_text(make_repo: Make) -> None:
    """Two criss-cross merges: git merges the two common ancestors first, and that result is nobody's to improve."""
    root = conflicting(make_repo, texts=("a\nb\nc\n", "a\n1\nc\n", "a\n2\nc\n"))
    git(root, "branch", "old")
    git(root, "merge", "side", check=False)
    (root / "x.c").write_text("a\n12\nc\n")
    git(root, "commit", "-q", "-am", "one")
    git(root, "checkout", "-q", "side")
    git(root, "merge", "old", check=False)
    (root / "x.c").write_text("a\n21\nc\n")
    git(root, "commit", "-q", "-am", "two")
    done = git(root, "merge", "main", check=False)
    assert (done.returncode, done.stderr.count("devagent:")) == (1, 1)
    assert "21\n" in (root / "x.c").read_text() and "12\n" in (root / "x.c").read_text()


def test_it_works_in_a_linked_work_tree(make_repo: Make, tmp_path: Path) -> None:
    root = conflicting(make_repo)
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"), "main")
    git(tmp_path / "linked", "merge", "-q", "side", "-m", "merged")
    assert (tmp_path / "linked" / "x.c").read_text() == "f(a,b);\n"
    assert recalled(folder_of(root / ".git"), root, root / "x.c")["path"] == "x.c"


def test_installing_twice_changes_nothing_the_second_time(make_repo: Make) -> None:
    repo = find_root(make_repo({"x.c": ""}))
    assert len(install(repo, PATTERNS).changes) == 4
    before = state(repo.root)
    assert install(repo, PATTERNS).changes == ()
    assert state(repo.root) == before


def test_uninstalling_leaves_the_repository_as_it_was(make_repo: Make) -> None:
    repo = find_root(make_repo({"x.c": ""}))
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "attributes").write_bytes(b"*.x text\n*.\xe4 -merge")
    before = state(repo.root)
    assert install(repo, PATTERNS).now.is_complete
    uninstall(repo)
    assert state(repo.root) == {**before, "attributes": before["attributes"] + b"\n"}
    assert uninstall(repo).changes == ()


def test_uninstalling_where_there_were_no_attributes_leaves_none(make_repo: Make) -> None:
    repo = find_root(make_repo({"x.c": ""}))
    before = state(repo.root)
    install(repo, PATTERNS)
    uninstall(repo)
    assert state(repo.root) == before


def test_other_patterns_take_the_place_of_the_former_ones(make_repo: Make) -> None:
    repo = find_root(make_repo({"x.c": ""}))
    install(repo, PATTERNS)
    install(repo, ("*.go",))
    assert status(repo).patterns == ("*.go",)


ODD = 'odd "name* [x]?\\.c'


@pytest.mark.parametrize("setting", ["merge=union", "-merge", "merge=text"])
def test_files_with_a_merge_setting_of_their_own_keep_it(make_repo: Make, setting: str) -> None:
    root = make_repo({"list.c": "1\n", "other.c": "", ODD: "", ".gitattributes": f"list.c {setting}\nodd* {setting}\n"})
    repo = find_root(root)
    for _ in range(2):
        now = install(repo, PATTERNS).now
        assert len(now.kept) == 2
        seen = git(root, "check-attr", "-z", "merge", "--", "list.c", "other.c", ODD).stdout.split("\0")[2::3]
        expected = {"merge=union": "union", "-merge": "unset", "merge=text": "text"}[setting]
        assert seen == [expected, "devagent", expected]
    git(root, "rm", "-q", ".gitattributes")
    assert install(repo, PATTERNS).now.kept == ()


def test_a_percent_sign_in_the_interpreter_s_path_survives(
    make_repo: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "a 100%A 'b'"
    odd.mkdir()
    (odd / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (odd / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(odd / "python"))
    root = conflicting(make_repo)
    assert status(find_root(root)).python == str(odd / "python")
    git(root, "merge", "-q", "side", "-m", "merged")
    assert (root / "x.c").read_text() == "f(a,b);\n"


def test_status_tells_that_the_interpreter_is_gone(make_repo: Make) -> None:
    root = conflicting(make_repo)
    break_python(root)
    now = status(find_root(root))
    assert not now.works and not now.is_complete


def test_the_story_of_a_merge_is_private_and_says_what_was_done(make_repo: Make) -> None:
    root = conflicting(make_repo)
    git(root, "merge", "-q", "side", "-m", "merged")
    folder = folder_of(root / ".git")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600]
    (entry,) = recalled(folder, root, root / "x.c")["conflicts"]
    assert (entry["how"], entry["confidence"], entry["text"]) == ("white space", "certain", "f(a,b);\n")
    with pytest.raises(UsageError, match=r"It has: x\.c"):
        recalled(folder, root, root / "y.c")


def test_uninstalling_forgets_the_stories(make_repo: Make) -> None:
    root = conflicting(make_repo)
    git(root, "merge", "-q", "side", "-m", "merged")
    uninstall(find_root(root))
    assert not folder_of(root / ".git").exists()


def test_a_story_that_is_no_story_is_as_good_as_none(make_repo: Make) -> None:
    root = conflicting(make_repo)
    git(root, "merge", "-q", "side", "-m", "merged")
    (file,) = folder_of(root / ".git").iterdir()
    file.write_text(json.dumps(["no story"]))
    with pytest.raises(UsageError, match="kept nothing"):
        recalled(file.parent, root, root / "x.c")


def break_python(root: Path, other: Path = Path("/nowhere/python")) -> None:
    """Let the configured command name another interpreter, by default one that is not there."""
    command = git(root, "config", "merge.devagent.driver").stdout.strip()
    git(root, "config", "merge.devagent.driver", command.replace(sys.executable, str(other)))


def state(root: Path) -> dict[str, bytes]:
    """What installing may change."""
    files = (root / ".git" / "config", root / ".git" / "info" / "attributes")
    return {file.name: file.read_bytes() for file in files if os.path.lexists(file)}
