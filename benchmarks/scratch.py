"""What the benchmarks work on: repositories of their own, and a devagent that nobody's settings reach."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

DEVAGENT = str(Path(sys.executable).with_name("devagent"))
"""The command of this interpreter. Not `-m devagent`, which would import what lies in the current folder."""


def make_repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A git repository with these files in one commit."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "All there is")
    return folder


def copy_repository(source: Path, folder: Path) -> Path:
    """A git repository of the files in `source`, with two commits: what is not a test, then the rest."""
    shutil.copytree(source, folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "The code", ":/", ":(exclude)test*")
    commit(folder, "Its tests")
    return folder


def commit(folder: Path, message: str, *paths: str) -> None:
    """Commit what lies in the folder, or these paths of it."""
    git(folder, "add", "-A", "--", *(paths or (":/",)))
    who = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.invalid", "-c", "commit.gpgsign=false")
    git(folder, *who, "commit", "-q", "--no-verify", "-m", message)


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *arguments], cwd=folder, env=clean, check=True, capture_output=True, text=True)
    return done.stdout


def state_of(folder: Path) -> str:
    """All that a run must leave as it was: HEAD, branches, index, and every file of the checkout."""
    kept = git(folder, "rev-parse", "HEAD") + git(folder, "for-each-ref", "refs/heads", "refs/tags", "refs/stash")
    files = sorted(p for p in folder.rglob("*") if p.is_file() and ".git" not in p.relative_to(folder).parts)
    hashes = git(folder, "hash-object", "--no-filters", "--", *map(str, files))
    return "\n".join([kept, git(folder, "ls-files", "--stage"), *map(str, files), hashes])


def clean_environment(configuration: Path) -> dict[str, str]:
    """The environment for a devagent that takes no settings but its defaults; the cache stays the user's.

    Its modules may be kept compiled, as they are where it is installed.
    """
    kept = ("DEVAGENT_CACHE", "DEVAGENT_RUNTIME")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DEVAGENT_") or k in kept}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**inherited, "DEVAGENT_CONFIG": str(configuration)}
