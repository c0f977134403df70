"""A checkout with every kind of change in it, and `kill -9` at any step of applying or undoing them.

Shared by tests/proposal (a sample of the steps) and benchmarks/kill_apply.py (all of them).
"""

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devagent.proposal.apply import apply, recover, undo
from devagent.proposal.candidate import Candidate, Origin, Proposal
from devagent.proposal.reach import Reach
from devagent.proposal.store import find_run, new_run, publish
from devagent.proposal.transaction import Step
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Content, Entry, changed_paths, commit_changes
from devagent.repo.snapshot import snapshot

REACHES = {"files": Reach(), "index": Reach(index=True), "commit": Reach(commit=True), "branch": Reach(branch="made")}
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
    """All that a person can see of a checkout: every file and folder, what is staged, where HEAD and the branches are.

    A branch is the tree and the message of its commit, because the same commit made later has another id.
    """

    entries: dict[str, tuple[str, bytes]]
    staged: str
    branches: str


def photograph(root: Path) -> Photograph:
    """The checkout as it is now, without what is in .git."""
    entries: dict[str, tuple[str, bytes]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] != ".git":
            entries[name] = (oct(path.lstat().st_mode), _content(path))
    branches = _git(root, "for-each-ref", "--format=%(HEAD) %(refname) %(tree) %(contents)", "refs/heads")
    return Photograph(entries, _git(root, "ls-files", "--stage"), branches)


def build(root: Path, changes: dict[str, Content | None] = CHANGES) -> Repository:
    """A repository with uncommitted and untracked work in it, and one published proposal."""
    root.mkdir(parents=True)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "config", "user.name", "Test")
    _git(root, "config", "user.email", "test@example.invalid")
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "script.sh").chmod(0o600)
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "first")
    (root / "kept/untouched.txt").write_bytes(b"edited, not committed\n")
    (root / "staged.txt").write_bytes(b"staged, not committed\n")
    _git(root, "add", "staged.txt")
    (root / "untracked.txt").write_bytes(b"mine\n")
    (root / "empty").mkdir()
    repo = find_root(root)
    propose(repo, changes)
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

    def __init__(self, folder: Path, reach: str = "files", changes: dict[str, Content | None] = CHANGES) -> None:
        self._folder, self._reach = folder, reach
        self._template = build(folder / "template", changes).root
        work = self._fresh("apply")
        self.before = photograph(work.root)
        _act(work, "apply", reach)
        self.after = photograph(work.root)

    def steps(self, action: str) -> int:
        """How many steps an action has."""
        work = self._fresh(action)
        seen: list[str] = []
        _act(work, action, self._reach, seen.append)
        return len(seen)

    def crash(self, action: str, step: int, *, crash_recovery: bool = False) -> Crash:
        """Kill an action at a step (from 1), and perhaps its recovery half-way, then recover and look."""
        work = self._fresh(action)
        start, end = (self.before, self.after) if action == "apply" else (self.after, self.before)
        assert run_and_kill(work.root, action, self._reach, step) == -signal.SIGKILL
        if crash_recovery:
            run_and_kill(work.root, "recover", self._reach, 1 + step % 7)
        recover(work)
        now = photograph(work.root)
        left = [p.name for p in (work.git_dir / "devagent").iterdir() if p.name not in ("runs", "apply.lock")]
        left += [p.name for p in work.git_dir.glob("*.lock")]
        if left and not all(name.startswith("preparing-") for name in left):
            return Crash(step, f"left {left}")
        return Crash(step, "before" if now == start else "after" if now == end else "neither")

    def _fresh(self, action: str) -> Repository:
        work = self._folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self._template, work, symlinks=True)
        repo = find_root(work)
        if action == "undo":
            _act(repo, "apply", self._reach)
        return repo


def run_and_kill(root: Path, action: str, reach: str, step: int) -> int:
    """Do it in another process that kills itself at a step; gives its exit code, negative for a signal."""
    child = killed_at(lambda steps: _act(find_root(root), action, reach, steps), step)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(act: Callable[[Step], object], step: int) -> int:
    """Start something in another process that kills itself at a step (0: at none); gives the process."""
    if child := os.fork():
        return child

    def counted(_: str) -> None:
        nonlocal step
        step -= 1
        if step == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        act(counted)
    finally:
        os._exit(0)


def _act(repo: Repository, action: str, reach: str, step: Step = lambda _: None) -> None:
    if action == "apply":
        apply(repo, find_run(repo).proposal(), reach=REACHES[reach], step=step)
    elif action == "undo":
        undo(repo, find_run(repo), step=step)
    else:
        recover(repo, step=step)


def _content(path: Path) -> bytes:
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        return os.fsencode(path.readlink())
    return path.read_bytes() if stat.S_ISREG(kind) else b""


def _git(root: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout
