"""A checkout with every kind of change in it, and `kill -9` at any step of applying or undoing them.

Shared by tests/proposal/test_apply.py (a sample of the steps) and benchmarks/kill_apply.py (all of them).
As a program: `python crash_scenario.py ROOT apply|undo|recover STEP` does the action and kills itself at that step.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from devagent.proposal.apply import apply, recover, undo
from devagent.proposal.candidate import Candidate, Origin, Proposal
from devagent.proposal.store import find_run, new_run, publish
from devagent.proposal.transaction import Step
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Content, Entry, changed_paths, commit_changes
from devagent.repo.snapshot import snapshot

_SOURCES = Path(__file__).parents[2]
WHEN = 1_700_000_000
FILES = {
    "modified.py": b"one\ntwo\nthree\n",
    "deleted.py": b"gone soon\n",
    "windows.txt": b"one\r\ntwo\r\nthree\r\n",
    "latin1.txt": "caf\u00e9 ol\u00e9\n".encode("latin-1"),
    "bom.txt": b"\xef\xbb\xbfone\ntwo",
    "image.bin": bytes(range(256)) * 40,
    "script.sh": b"#!/bin/sh\n",
    "tool.sh": b"#!/bin/sh\necho tool\n",
    "only/here/alone.txt": b"the folder goes with me\n",
    "becomes_folder": b"a file\n",
    "becomes_file/inner.txt": b"in a folder\n",
    "kept/untouched.txt": b"stay\n",
}
CHANGES: dict[str, Content | None] = {
    "modified.py": Entry(b"one\nTWO\nthree\n"),
    "deleted.py": None,
    "windows.txt": Entry(b"one\r\nTWO\r\nthree\r\n"),
    "latin1.txt": Entry("caf\u00e9 ol\u00e9 \u00fc\n".encode("latin-1")),
    "bom.txt": Entry(b"\xef\xbb\xbfone\nTWO"),
    "image.bin": Entry(bytes(reversed(range(256))) * 40),
    "script.sh": Entry(b"#!/bin/sh\n", "100755"),
    "tool.sh": Entry(b"tool", "120000"),
    "new/deep/added.py": Entry(b"added = True\n"),
    "new/empty.txt": Entry(b""),
    "link": Entry(b"kept/untouched.txt", "120000"),
    "only/here/alone.txt": None,
    "becomes_folder": None,
    "becomes_folder/inner.txt": Entry(b"inside now\n"),
    "becomes_file/inner.txt": None,
    "becomes_file": Entry(b"a file now\n"),
}


@dataclass(frozen=True)
class Photograph:
    """All that a person can see of a checkout: every file and folder, and git's index."""

    entries: dict[str, tuple[str, bytes]]
    index: bytes


def photograph(root: Path) -> Photograph:
    """The checkout as it is now, without what is in .git."""
    entries: dict[str, tuple[str, bytes]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] != ".git":
            entries[name] = (oct(path.lstat().st_mode), _content(path))
    return Photograph(entries, (root / ".git" / "index").read_bytes())


def build(root: Path) -> Repository:
    """A repository with uncommitted and untracked work in it, and one published proposal."""
    root.mkdir(parents=True)
    _git(root, "init", "-q", "-b", "main")
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "script.sh").chmod(0o600)
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-qm", "first")
    (root / "kept/untouched.txt").write_bytes(b"edited, not committed\n")
    (root / "untracked.txt").write_bytes(b"mine\n")
    (root / "empty").mkdir()
    repo = find_root(root)
    propose(repo, CHANGES)
    return repo


def propose(repo: Repository, changes: dict[str, Content | None]) -> Proposal:
    """A published, verified proposal that makes `changes` on top of the work tree as it is."""
    base = snapshot(repo).commit
    commit = commit_changes(repo, base, changes, "candidate\n", WHEN)
    changed = tuple(change.path for change in changed_paths(repo, base, commit))
    candidate = Candidate(commit, base, changed, Origin("lite"))
    return publish(repo, Proposal(new_run(repo).id, candidate, verified=True), "A change", when=WHEN)


@dataclass(frozen=True)
class Crash:
    """What a kill at one step led to. `ended` is "before" or "after", or what else was seen."""

    step: int
    ended: str


class Scenario:
    """The scenario in a folder of its own, to be crashed over and over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = build(folder / "template").root
        work = self._fresh("apply")
        self.before = photograph(work.root)
        apply(work, find_run(work).proposal())
        self.after = photograph(work.root)

    def steps(self, action: str) -> int:
        """How many steps an action has."""
        work = self._fresh(action)
        seen: list[str] = []
        _act(work, action, seen.append)
        return len(seen)

    def crash(self, action: str, step: int, *, crash_recovery: bool = False) -> Crash:
        """Kill an action at a step (from 1), and perhaps its recovery half-way, then recover and look."""
        work = self._fresh(action)
        start, end = (self.before, self.after) if action == "apply" else (self.after, self.before)
        assert run_and_kill(work.root, action, step) == -signal.SIGKILL
        if crash_recovery:
            run_and_kill(work.root, "recover", 1 + step % 7)
        recover(work)
        now = photograph(work.root)
        left = [p.name for p in (work.git_dir / "devagent").iterdir() if p.name not in ("runs", "apply.lock")]
        if left and not all(name.startswith("preparing-") for name in left):
            return Crash(step, f"left {left}")
        return Crash(step, "before" if now == start else "after" if now == end else "neither")

    def _fresh(self, action: str) -> Repository:
        work = self._folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self._template, work, symlinks=True)
        repo = find_root(work)
        if action == "undo":
            apply(repo, find_run(repo).proposal())
        return repo


def run_and_kill(root: Path, action: str, step: int) -> int:
    """Run an action in another process that kills itself at a step; gives its exit code, negative for a signal."""
    command = [sys.executable, __file__, str(root), action, str(step)]
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(_SOURCES)}).returncode


def _act(repo: Repository, action: str, step: Step) -> None:
    if action == "apply":
        apply(repo, find_run(repo).proposal(), step=step)
    elif action == "undo":
        undo(repo, find_run(repo), step=step)
    else:
        recover(repo, step=step)


def _content(path: Path) -> bytes:
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        return os.fsencode(path.readlink())
    return path.read_bytes() if stat.S_ISREG(kind) else b""


def _git(root: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=root, check=True, capture_output=True)


def _main(root: str, action: str, kill_at: str) -> None:
    left = int(kill_at)

    def step(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _act(find_root(Path(root)), action, step)


if __name__ == "__main__":
    _main(*sys.argv[1:])
