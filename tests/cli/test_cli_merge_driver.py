"""`devagent merge install`, `status`, `explain` and `uninstall`, as a person meets them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import CommandLine

MakeRepo = Callable[..., Path]
BASE = "import os\n\n\ndef f(x):\n    return g(x,1)\n\n\nLIMIT = 1\n"
OURS = BASE.replace("g(x,1)", "g(x, 2)").replace("LIMIT = 1", "LIMIT = 2")
THEIRS = BASE.replace("g(x,1)", "g( x,2 )").replace("LIMIT = 1", "LIMIT = 3")
STATUS = "git merges here without devagent. To change that: devagent merge install\n"


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    """A repository whose branches `side` and `main` conflict twice, once in white space only."""
    root = make_repo({"a.py": BASE})
    run(root, "checkout", "-q", "-b", "side")
    (root / "a.py").write_text(THEIRS)
    run(root, "commit", "-qam", "theirs")
    run(root, "checkout", "-q", "main")
    (root / "a.py").write_text(OURS)
    run(root, "commit", "-qam", "ours")
    return root


def run(root: Path, *args: str, check: bool = True) -> str:
    return subprocess.run(["git", *args], cwd=root, check=check, capture_output=True, text=True).stderr


def test_before_it_is_installed_status_says_how_and_exits_with_1(devagent: CommandLine, root: Path) -> None:
    ended = devagent("merge", "status", at=root)
    assert (ended.code, ended.out, ended.err) == (1, STATUS, "")


def test_installing_says_what_it_wrote_and_once_more_that_there_is_nothing_to_do(
    devagent: CommandLine, root: Path
) -> None:
    first = devagent("merge", "install", at=root)
    assert first.code == 0
    assert f"set merge.devagent.driver in {root / '.git' / 'config'}\n" in first.out
    assert f"added patterns to {root / '.git' / 'info' / 'attributes'}\n" in first.out
    assert " *.py " in first.out
    assert devagent("merge", "install", at=root).out.startswith("nothing to change\n")
    assert devagent("merge", "status", "--json", at=root).json["installed"] is True


def test_a_merge_is_told_in_one_line_and_explained_on_request(devagent: CommandLine, root: Path) -> None:
    devagent("merge", "install", at=root)
    told = run(root, "merge", "side", check=False)
    assert "devagent: a.py: resolved by white space; 1 conflict left (devagent merge explain a.py)\n" in told
    ended = devagent("merge", "explain", "a.py", at=root)
    assert (ended.code, ended.err) == (0, "")
    first, *_ = ended.out.splitlines()
    assert first == "a.py: 1 decision, 1 conflict left"
    assert "line 5 of our side: white space (certain, 99%)\n  both sides have the same text" in ended.out
    assert "line 8 of our side: left to you" in ended.out
    assert len(devagent("merge", "explain", "a.py", "--json", at=root).json["conflicts"]) == 2


def test_in_a_rebase_it_is_told_whose_the_sides_are_and_what_is_left_out(devagent: CommandLine, root: Path) -> None:
    devagent("merge", "install", at=root)
    run(root, "checkout", "-q", "side")
    run(root, "rebase", "main", check=False)
    lines = devagent("merge", "explain", "a.py", at=root).out.splitlines()
    assert lines[1] == "in a rebase: ours is the branch that your commits are put onto, theirs is your own commit"
    assert lines[lines.index("  left out:") + 1].endswith(("│ LIMIT = 2", "│ LIMIT = 3"))
    text = (root / "a.py").read_text()
    assert "<<<<<<< HEAD\n" in text and " (theirs)\n" in text


def test_a_file_that_it_knows_nothing_of_is_told_with_those_it_knows(devagent: CommandLine, root: Path) -> None:
    ended = devagent("merge", "explain", "b.py", at=root)
    assert ended.code == 2
    assert ended.told.startswith("the merge driver kept nothing about b.py: it only keeps")


def test_uninstalling_takes_all_of_it_out(devagent: CommandLine, root: Path) -> None:
    before = (root / ".git" / "config").read_bytes()
    devagent("merge", "install", at=root)
    run(root, "merge", "side", check=False)
    ended = devagent("merge", "uninstall", at=root)
    assert ended.code == 0 and ended.out.endswith(STATUS)
    assert (root / ".git" / "config").read_bytes() == before
    assert not (root / ".git" / "info" / "attributes").exists()
    assert not (root / ".git" / "devagent" / "merge").exists()
    assert devagent("merge", "uninstall", at=root).out == f"nothing to change\n{STATUS}"


def test_outside_of_a_repository_that_is_what_it_says(devagent: CommandLine, tmp_path: Path) -> None:
    ended = devagent("merge", "install", at=tmp_path)
    assert ended.code == 2 and "is not in a git repository" in ended.told
