"""Trees, blobs, commits and patches: what is read from and added to the object store, beside the user's index."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from devagent.config.resources import scratch_folder
from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Repository
from devagent.repo.paths import check_link, check_path, clashes, parents

FileMode = Literal["100644", "100755", "120000"]
SYMLINK: FileMode = "120000"
GITLINK = "160000"
_WHO = {"NAME": "devagent", "EMAIL": "devagent@localhost"}


class Content(Protocol):
    """Anything with bytes and a git mode: `Entry` here, `File` in the sandbox."""

    @property
    def content(self) -> bytes:
        """The bytes; of a symlink, its target."""
        ...

    @property
    def mode(self) -> FileMode:
        """The mode as git writes it."""
        ...


@dataclass(frozen=True)
class Entry:
    """A file of a commit. For a symlink (mode 120000) `content` is the target."""

    content: bytes
    mode: FileMode = "100644"


@dataclass(frozen=True)
class Files:
    """The files of a commit by path, and a note for each that was left out."""

    files: dict[str, Entry]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blob:
    """The id and mode of a file in a tree. `mode` is 160000 for a submodule."""

    id: str
    mode: str


@dataclass(frozen=True)
class TreeChange:
    """One path that two trees hold differently; `None` where a tree does not have it."""

    path: str
    before: Blob | None
    after: Blob | None


@contextmanager
def scratch_index(repo: Repository, *, copied: bool = False) -> Iterator[dict[str, str]]:
    """The environment under which git uses an index of its own: empty, or a copy of the work tree's."""
    with scratch_folder("index") as folder:
        index = Path(folder) / "index"
        real = repo.git_dir / "index"
        if copied and real.exists():
            # copy2 keeps the time of the file: git takes every file that is not older than its index as perhaps
            # changed, and a copy that looks newer would hide edits made right after the last `git add`.
            shutil.copy2(real, index)
        yield {"GIT_INDEX_FILE": str(index)}


def commit_tree(repo: Repository, tree: str, parent: str | None, message: str, when: int) -> str:
    """Write a commit by devagent and give its id; the same arguments always give the same id.

    `when` is seconds since the epoch.
    """
    env = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in _WHO.items()}
    env |= {f"GIT_{role}_DATE": f"@{when} +0000" for role in ("AUTHOR", "COMMITTER")}
    parent_args = ["-p", parent] if parent else []
    return repo.git.run("commit-tree", tree, *parent_args, stdin=message.encode(errors="surrogateescape"), env=env).line


def tree_of(repo: Repository, commit: str) -> str:
    """The id of a commit's tree."""
    return repo.git.run("rev-parse", "--verify", f"{commit}^{{tree}}").line


def paths(repo: Repository, commit: str) -> list[str]:
    """The paths of a commit's files and symlinks, sorted as git sorts them; submodules are left out."""
    return [path for path, _, _ in _listing(repo, commit)]


def read_tree(repo: Repository, commit: str, *, max_bytes: int = 20_000_000) -> Files:
    """All files of a commit as git stores them (line endings normalised); submodules are left out.

    A file larger than `max_bytes` is left out with a note.
    """
    kept, skipped = [], []
    for path, blob, size in _listing(repo, commit):
        if size > max_bytes:
            skipped.append(f"{path}: {size:,} bytes, more than {max_bytes:,}")
        else:
            kept.append((path, blob))
    contents = repo.git.blobs(blob.id for _, blob in kept)
    files = {path: Entry(contents[blob.id], cast(FileMode, blob.mode)) for path, blob in kept}
    return Files(files, tuple(skipped))


def commit_changes(repo: Repository, base: str, changes: Mapping[str, Content | None], message: str, when: int) -> str:
    """A commit on top of `base` in which `changes` have been made; `None` deletes a path. Gives its id.

    Neither the work tree nor the user's index is touched. Raises `UsageError` for a path or symlink that is unsafe,
    lies in a submodule, or differs from another only by case.
    """
    _check_changes(repo, base, changes)
    ids = write_blobs(repo, [c.content for c in changes.values() if c])
    zero = repo.zero_id
    lines = [f"0 {zero}\t{path}" for path, content in changes.items() if content is None]
    lines += [f"{c.mode} {ids[c.content]}\t{path}" for path, c in changes.items() if c]
    with scratch_index(repo) as env:
        repo.git.run("read-tree", base, env=env)
        repo.git.run("update-index", "-z", "--index-info", stdin=os.fsencode("\0".join(lines) + "\0"), env=env)
        tree = repo.git.run("write-tree", env=env).line
    return commit_tree(repo, tree, base, message, when)


def changed_paths(repo: Repository, old: str, new: str) -> list[TreeChange]:
    """What differs between two commits, renames as a deletion and an addition."""
    fields = repo.git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new, "--").fields
    changes = []
    for head, path in zip(fields[::2], fields[1::2], strict=True):
        mode_before, mode_after, before, after, _ = head.removeprefix(":").split()
        changes.append(TreeChange(path, _blob(before, mode_before), _blob(after, mode_after)))
    return changes


def diff(repo: Repository, old: str, new: str, *, context: int = 3) -> str:
    """The difference of two commits as text to read: binary files are named, not shown."""
    flags = ("--no-ext-diff", "--no-textconv", "--no-color", f"-U{context}")
    output = repo.git.run("diff-tree", "-r", "-p", *flags, old, new, "--")
    return output.stdout.decode(errors="replace")


def patch(repo: Repository, old: str, new: str) -> bytes:
    """The difference of two commits as a file that `git apply` takes, byte for byte, binary files included."""
    flags = ("--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    return repo.git.run("diff-tree", "-r", "-p", *flags, old, new, "--").stdout


def write_blobs(repo: Repository, contents: list[bytes]) -> dict[bytes, str]:
    """Put contents into the object store as they are; gives the id of each."""
    unique = list(dict.fromkeys(contents))
    if not unique:
        return {}
    with scratch_folder("blobs") as folder:
        files = [Path(folder) / str(n) for n in range(len(unique))]
        for file, content in zip(files, unique, strict=True):
            file.write_bytes(content)
        names = "".join(f"{file}\n" for file in files)
        ids = repo.git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names.encode()).line.split()
    return dict(zip(unique, ids, strict=True))


def _listing(repo: Repository, commit: str) -> list[tuple[str, Blob, int]]:
    found = []
    for line in repo.git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit).fields:
        head, path = line.split("\t", 1)
        mode, _, blob, size = head.split()
        if size == "BAD":
            raise CannotRun(
                f"the content of {path} is not here",
                why="this is a partial clone, or a damaged one, and devagent fetches nothing",
                hint="Have git fetch it: git fetch --refetch",
            )
        if mode != GITLINK:
            found.append((path, Blob(blob, mode), int(size)))
    return found


def _check_changes(repo: Repository, base: str, changes: Mapping[str, Content | None]) -> None:
    listed = [line.split("\t", 1) for line in repo.git.run("ls-tree", "-r", "-z", "--full-tree", base).fields]
    submodules = {path for head, path in listed if head.startswith(GITLINK)}
    staying = {path for _, path in listed} - {path for path, content in changes.items() if content is None}
    for path, content in changes.items():
        check_path(path)
        if inside := submodules & {*parents(path), path}:
            raise UsageError(f"{path} cannot be changed", why=f"{inside.pop()} is a submodule")
        if content and content.mode == SYMLINK:
            check_link(path, os.fsdecode(content.content))
    written = [path for path, content in changes.items() if content]
    if clash := clashes([path for path in written if path not in staying], staying):
        raise UsageError(f"{clash[0][0]} clashes with {clash[0][1]}", why="some file systems take them for one name")
    files = staying.union(written)
    if nested := sorted(path for path in files if files.intersection(parents(path))):
        raise UsageError(f"{nested[0]} cannot be in the same tree as {parents(nested[0])[-1]}", why="that is a file")


def _blob(blob: str, mode: str) -> Blob | None:
    return None if mode == "000000" else Blob(blob, mode)
