"""What changed lately."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from devagent.repo.git import find_root
from devagent.repo.recent import changed_lines, last_changes
from devagent.repo.snapshot import snapshot

MakeRepo = Callable[..., Path]


def commit(root: Path, path: str, text: str) -> None:
    (root / path).write_text(text)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "next"], cwd=root, check=True)


def test_files_are_told_by_how_many_commits_ago_they_changed_and_the_first_commit_says_nothing(
    make_repo: MakeRepo,
) -> None:
    root = make_repo({"a.py": "1\n", "b c.py": "1\n", "old.py": "1\n"})
    commit(root, "a.py", "2\n")
    commit(root, "b c.py", "2\n")
    commit(root, "a.py", "3\n")
    repo = find_root(root)
    assert last_changes(repo, repo.head() or "") == {"a.py": 1, "b c.py": 2}
    assert last_changes(repo, repo.head() or "", commits=1) == {"a.py": 1}


def test_a_commit_of_very_many_files_says_nothing_of_them(make_repo: MakeRepo) -> None:
    root = make_repo({"a.py": "1\n"})
    for number in range(40):
        (root / f"n{number}.py").write_text("1\n")
    commit(root, "a.py", "2\n")
    repo = find_root(root)
    assert last_changes(repo, repo.head() or "") == {}


def test_changed_lines_are_those_of_the_new_state_and_those_around_what_was_taken_out(make_repo: MakeRepo) -> None:
    root = make_repo({"a.py": "".join(f"{n}\n" for n in range(1, 11)), "b.py": "1\n"})
    repo = find_root(root)
    (root / "a.py").write_text("1\nTWO\n3\n4\n5\n6\n7\n9\n10\n")
    (root / "b.py").unlink()
    (root / "ü.py").write_text("new\n")
    state = snapshot(repo)
    assert changed_lines(repo, repo.head() or "", state.commit) == {
        "a.py": frozenset({2, 7, 8}),
        "ü.py": frozenset({1}),
    }
    assert changed_lines(repo, state.commit, state.commit) == {}
