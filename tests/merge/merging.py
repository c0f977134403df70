"""Real merges with the driver: repositories whose branches conflict, and the processes that merge them."""

import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-P", "-m", "devagent.merge.driver"]


def environment(**more: str) -> dict[str, str]:
    """The environment without git's variables, with this devagent to be found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}
    return {**kept, "PYTHONPATH": str(ROOT), "LC_ALL": "C", **more}


def git(root: Path, *args: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    """Run git in the repository."""
    run = functools.partial(subprocess.run, cwd=root, capture_output=True, text=True, errors="surrogateescape")
    return run(["git", *args], check=check, env=environment(**env))


def branch(root: Path, name: str, files: dict[str, str | bytes]) -> None:
    """Commit the files on a new branch that starts at the first commit, and go back to main."""
    git(root, "checkout", "-q", "-b", name, git(root, "rev-list", "--max-parents=0", "HEAD").stdout.strip())
    commit(root, files)
    git(root, "checkout", "-q", "main")


def commit(root: Path, files: dict[str, str | bytes]) -> None:
    """Commit the files where HEAD is."""
    for path, content in files.items():
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "edit")


def drive(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the driver as a process of its own."""
    return subprocess.run(
        [*PYTHON, *args], cwd=folder, check=False, capture_output=True, text=True, env=environment(**env)
    )


def write_versions(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> None:
    """Three files `O`, `A` and `B`, as git hands them over."""
    for name, text in (("O", base), ("A", ours), ("B", theirs)):
        (folder / name).write_bytes(text)
