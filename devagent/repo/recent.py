"""What changed lately: the files of the last commits, and the lines that two states differ in."""

import os
import re

from devagent.repo.git import Repository

COMMITS = 50
_TELLING = 30
"""A commit of more files than that says nothing of any of them."""
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
_FILE = re.compile(rb"^\+\+\+ (?:b/)?(.*?)\t?$")
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def last_changes(repo: Repository, commit: str, *, commits: int = COMMITS) -> dict[str, int]:
    """How many commits ago each file was changed last, the newest being 1; only the last `commits` are looked at.

    What a merge brought in counts where it was committed. The first commit and those of very many files are left out.
    """
    count = f"--max-count={commits}"
    flags = ("--min-parents=1", "--max-parents=1", "--name-only", "--no-renames", "--format=%x01", "-z")
    output = repo.git.run("log", count, *flags, commit, "--", check=False)
    found: dict[str, int] = {}
    for ago, names in enumerate(output.stdout.split(b"\x01")[1:], 1):
        changed = [name for name in names.replace(b"\n", b"\0").split(b"\0") if name]
        for name in changed if len(changed) <= _TELLING else ():
            found.setdefault(os.fsdecode(name), ago)
    return found


def changed_lines(repo: Repository, old: str, new: str) -> dict[str, frozenset[int]]:
    """The lines of each file in `new` that are not as in `old`; where lines were taken out, those around the place."""
    if old == new:
        return {}
    output = repo.git.run("diff-tree", "-r", "-p", "-U0", *_PLAIN, old, new, "--")
    found: dict[str, set[int]] = {}
    path = ""
    for line in output.stdout.split(b"\n"):
        if named := _FILE.match(line):
            path = os.fsdecode(named[1])
        elif path and (hunk := _HUNK.match(line)):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            found.setdefault(path, set()).update(range(start, start + (count or 2)))
    return {path: frozenset(lines) for path, lines in found.items() if path != "/dev/null"}
