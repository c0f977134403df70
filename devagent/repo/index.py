"""git's index: which blobs it holds, and new ones for some paths, put there in one step under git's own lock.

The lock is a hard link to a file of devagent's. So whoever finds it after a crash can tell it from another program's.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Repository
from devagent.repo.objects import Blob, TreeChange, scratch_index

Slots = tuple[Blob | None, Blob | None, Blob | None, Blob | None]
"""What the index holds of a path, by stage: 0 of a merged file; 1, 2 and 3 of one in conflict."""
EMPTY: Slots = (None, None, None, None)


@dataclass(frozen=True)
class Restaging:
    """What becomes of a path that is in conflict before, or after."""

    path: str
    before: Slots
    after: Slots


def slots(repo: Repository, paths: Collection[str]) -> dict[str, Slots]:
    """What the index holds of each of these paths, in conflict or not."""
    found = {path: list(EMPTY) for path in paths}
    for line in repo.git.run("ls-files", "--stage", "-z").fields:
        head, path = line.split("\t", 1)
        mode, blob, stage = head.split()
        if path in found:
            found[path][int(stage)] = Blob(blob, mode)
    return {path: (held[0], held[1], held[2], held[3]) for path, held in found.items()}


def staged_blobs(repo: Repository, paths: Collection[str]) -> dict[str, Blob]:
    """What the index holds at `paths`. Raises `UsageError` where one of them is unmerged."""
    wanted, found = set(paths), {}
    for line in repo.git.run("ls-files", "--stage", "-z").fields:
        head, path = line.split("\t", 1)
        mode, blob, stage = head.split()
        if path in wanted:
            if stage != "0":
                raise UsageError("nothing was written", why=f"{path} is unmerged", hint="Finish the merge first")
            found[path] = Blob(blob, mode)
    return found


def tree_blobs(repo: Repository, commit: str | None, paths: Collection[str]) -> dict[str, Blob]:
    """What a commit holds at `paths`; nothing for `None`."""
    if commit is None:
        return {}
    wanted, found = set(paths), {}
    for line in repo.git.run("ls-tree", "-r", "-z", "--full-tree", commit).fields:
        head, path = line.split("\t", 1)
        mode, _, blob = head.split()
        if path in wanted:
            found[path] = Blob(blob, mode)
    return found


def tree_with(repo: Repository, commit: str | None, changes: Iterable[TreeChange]) -> str:
    """The id of the tree of a commit (of none: the empty one) in which `changes` have been made."""
    with scratch_index(repo) as env:
        _fill(repo, commit, changes, env)
        return repo.git.run("write-tree", env=env).line


def staged_tree(repo: Repository, changes: Iterable[TreeChange]) -> str:
    """The id of the tree of the index in which `changes` have been made, each at a path in conflict, or at any other.

    Raises `UsageError` where another path is in conflict.
    """
    with scratch_index(repo, copied=True) as env:
        _restage(repo, [Restaging(c.path, EMPTY, (c.after, None, None, None)) for c in changes], env)
        if repo.git.run("ls-files", "--unmerged", "-z", env=env).stdout:
            raise UsageError("the index has unmerged files", hint="Resolve them first")
        return repo.git.run("write-tree", env=env).line


def index_of(repo: Repository, commit: str | None, changes: Iterable[TreeChange], index: Path) -> None:
    """Make the file `index` an index of a commit in which `changes` have been made, for commands that read files."""
    env = {"GIT_INDEX_FILE": str(index)}
    _copy(repo.git_dir / "index", index)
    _fill(repo, commit, changes, env)
    _refresh(repo, env)


def write_index(
    repo: Repository, changes: Sequence[TreeChange], token: Path, restaged: Sequence[Restaging] = ()
) -> None:
    """Put what `changes` and `restaged` have after them into the index, all at once.

    Arguments:
        token: a file of devagent's on the same file system; the lock is a link to it, and the new index is made beside.

    Raises `CannotRun` where another program holds the index.
    """
    lock, index = repo.git_dir / "index.lock", repo.git_dir / "index"
    # A name of its own: the git that a killed devagent started may still be at work on that one's.
    fresh = token.with_name(f"index.{os.getpid()}")
    try:
        os.link(token, lock)
    except FileExistsError:
        raise _held(lock) from None
    try:
        _copy(index, fresh)
        env = {"GIT_INDEX_FILE": str(fresh)}
        marks = _marks(repo, [change.path for change in changes if change.after], env)
        _enter(repo, changes, env)
        _restage(repo, restaged, env)
        _refresh(repo, env)
        for option, paths in marks.items():
            repo.git.run("update-index", option, "-z", "--stdin", stdin=os.fsencode("\0".join(paths) + "\0"), env=env)
        _sync(fresh)
        fresh.replace(index)
        _sync(index.parent)
    finally:
        lock.unlink()


def check_index_is_free(repo: Repository) -> None:
    """Raise `CannotRun` where another program holds the index."""
    if (lock := repo.git_dir / "index.lock").exists():
        raise _held(lock)


def release_index(repo: Repository, token: Path) -> None:
    """Remove the lock that a killed `write_index` left; any other stays."""
    lock = repo.git_dir / "index.lock"
    with suppress(FileNotFoundError):
        if lock.samefile(token):
            lock.unlink()
    for leaving in token.parent.glob("index.*"):
        leaving.unlink(missing_ok=True)


def _held(lock: Path) -> CannotRun:
    what = "another git is writing to the index"
    return CannotRun(what, why=f"{lock} exists", hint="Wait for it; if there is none, remove that file")


def _copy(index: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    if index.exists():
        # With its time: git takes every file that is not older than its index as perhaps changed.
        shutil.copy2(index, target)


def _fill(repo: Repository, commit: str | None, changes: Iterable[TreeChange], env: dict[str, str]) -> None:
    repo.git.run("read-tree", *(["--reset", commit] if commit else ["--empty"]), env=env)
    _enter(repo, changes, env)


def _enter(repo: Repository, changes: Iterable[TreeChange], env: dict[str, str]) -> None:
    listed = list(changes)
    # Removals first: where a folder becomes a file, git takes the file only once the folder is gone.
    lines = [f"0 {repo.zero_id}\t{change.path}" for change in listed if change.after is None]
    lines += [f"{change.after.mode} {change.after.id}\t{change.path}" for change in listed if change.after]
    if lines:
        repo.git.run("update-index", "-z", "--index-info", stdin=os.fsencode("\0".join(lines) + "\0"), env=env)


def _restage(repo: Repository, restaged: Iterable[Restaging], env: dict[str, str]) -> None:
    lines = []
    for change in restaged:
        lines.append(f"0 {repo.zero_id}\t{change.path}")
        lines += [f"{blob.mode} {blob.id} {stage}\t{change.path}" for stage, blob in enumerate(change.after) if blob]
    if lines:
        repo.git.run("update-index", "-z", "--index-info", stdin=os.fsencode("\0".join(lines) + "\0"), env=env)


def _marks(repo: Repository, paths: Collection[str], env: dict[str, str]) -> dict[str, list[str]]:
    """The options of `git update-index` that mark some of these paths as they are: a new entry is a plain one."""
    wanted, found = set(paths), dict[str, list[str]]()
    for line in repo.git.run("ls-files", "-v", "-z", env=env).fields:
        tag, path = line[0], line[2:]
        if path in wanted and tag != "H":
            marks = {"--assume-unchanged": tag.islower(), "--skip-worktree": tag in "Ss"}
            for option in (option for option, holds in marks.items() if holds):
                found.setdefault(option, []).append(path)
    return found


def _refresh(repo: Repository, env: dict[str, str]) -> None:
    """Spare the next git command the reading of files. It ends with 1 where something is changed; that is no error."""
    repo.git.run("update-index", "-q", "--refresh", env=env, check=False)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
