"""Snapshots: the state a run starts from, as a commit, made without touching index, work tree or stash.

No filter that a git configuration names is run. Files that have one (LFS pointers, encrypted files) stay as they are
in the index, whatever the work tree makes of them.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devagent.errors import UsageError
from devagent.repo.git import Repository
from devagent.repo.objects import Blob, commit_tree, scratch_index, tree_of
from devagent.repo.secret_files import HEAD, looks_secret

Base = Literal["worktree", "index", "HEAD"]


@dataclass(frozen=True)
class Snapshot:
    """A state of the repository as a commit.

    `parent` is HEAD's commit (`None` before the first); where nothing differs from it, `commit` is that very commit.
    `skipped` has one note for each untracked file that was left out. No ref holds the commit until a run makes one.
    """

    commit: str
    tree: str
    parent: str | None
    skipped: tuple[str, ...] = ()


def snapshot(
    repo: Repository,
    base: Base = "worktree",
    *,
    include: Collection[str] = (),
    when: int | None = None,
    max_bytes: int = 50_000_000,
) -> Snapshot:
    """Take a snapshot of the work tree (with untracked files that are not ignored), the index, or HEAD.

    Arguments:
        include: globs (`*` within a folder, `**/` across) and folders of ignored files that belong to the work tree.
        when: time of the commit, seconds since the epoch; by default HEAD's, so that equal content has an equal id.
        max_bytes: untracked files larger than this are left out.

    Untracked and ignored files that look like secrets, and repositories inside this one, are left out. Raises
    `UsageError` where there is no HEAD or the index is in the middle of a merge.
    """
    head = repo.head()
    if base == "HEAD":
        if head is None:
            raise UsageError("there is no commit yet", hint="Make one, or use --base worktree")
        return Snapshot(head, tree_of(repo, head), head)
    skipped: tuple[str, ...] = ()
    with scratch_index(repo, copied=True) as env:
        if base == "worktree":
            skipped = _add_all(repo, env, include, max_bytes)
        elif repo.git.run("ls-files", "--unmerged", "-z", env=env).stdout:
            raise UsageError("the index has unmerged files", hint="Finish the merge, or use --base worktree")
        tree = repo.git.run("write-tree", env=env).line
    if head and tree == tree_of(repo, head):
        return Snapshot(head, tree, head, skipped)
    commit = commit_tree(repo, tree, head, f"devagent: {base}\n", _time(repo, head) if when is None else when)
    return Snapshot(commit, tree, head, skipped)


def worktree_blobs(repo: Repository, paths: Iterable[str]) -> dict[str, Blob]:
    """What a snapshot would hold at `paths`, each of which is a file or symlink of the work tree."""
    names = list(paths)
    with scratch_index(repo, copied=True) as env:
        repo.git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=_joined(names), env=env)
        lines = repo.git.run("ls-files", "--stage", "-z", env=env).fields if names else []
    found = {}
    for line in lines:
        head, path = line.split("\t", 1)
        mode, blob, _ = head.split()
        found[path] = Blob(blob, mode)
    return {path: found[path] for path in names if path in found}


def _add_all(repo: Repository, env: dict[str, str], include: Collection[str], max_bytes: int) -> tuple[str, ...]:
    skipped = _hold_filtered(repo, env)
    repo.git.run("add", "--update", env=env)
    added, others = [], repo.git.run("ls-files", "--others", "--exclude-standard", "-z", env=env).fields
    others += [path for path in _ignored(repo, env, include) if not path.endswith("/")]
    filtered = _filtered(repo, env, others)
    for path in others:
        trouble = _unwanted(repo.root, path, max_bytes)
        if not trouble and path in filtered:
            trouble = f"it has the git filter {filtered[path]}"
        if trouble:
            skipped.append(f"{path} is left out: {trouble}")
        else:
            added.append(path)
    repo.git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=_joined(added), env=env)
    return tuple(skipped)


def _ignored(repo: Repository, env: dict[str, str], include: Collection[str]) -> list[str]:
    """The ignored files that `include` names."""
    if not include:
        return []
    globs = {**env, "GIT_LITERAL_PATHSPECS": "0", "GIT_GLOB_PATHSPECS": "1"}
    named = ("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *include)
    return repo.git.run(*named, env=globs).fields


def _hold_filtered(repo: Repository, env: dict[str, str]) -> list[str]:
    """Keep files with a git filter as the index has them; a note names those that the work tree may have changed."""
    tracked = repo.git.run("ls-files", "-z", env=env).fields if repo.git.filters else []
    held = _filtered(repo, env, tracked)
    if not held:
        return []
    changed = [path for path in repo.git.run("diff-files", "--name-only", "-z", env=env).fields if path in held]
    repo.git.run("update-index", "--skip-worktree", "-z", "--stdin", stdin=_joined(list(held)), env=env)
    return [f"{path} is taken as it is in the index: it has the git filter {held[path]}" for path in changed]


def _filtered(repo: Repository, env: dict[str, str], paths: list[str]) -> dict[str, str]:
    """Those paths that a filter of the configuration would be run on, with its name."""
    if not repo.git.filters or not paths:
        return {}
    answers = repo.git.run("check-attr", "-z", "--stdin", "filter", stdin=_joined(paths), env=env).fields
    found = zip(answers[::3], answers[2::3], strict=True)
    return {path: name for path, name in found if name in repo.git.filters}


_SECRET = "it looks like a secret"


def _unwanted(root: Path, path: str, max_bytes: int) -> str:
    if path.endswith("/"):
        return "it is a repository of its own"
    if looks_secret(path):
        return _SECRET
    file = root / path
    if file.is_symlink():
        return ""
    if not os.access(file, os.R_OK):
        return "it cannot be read"
    if file.stat().st_size > max_bytes:
        return "it is too large"
    with file.open("rb") as content:
        return _SECRET if looks_secret(path, content.read(HEAD)) else ""


def _joined(names: list[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _time(repo: Repository, commit: str | None) -> int:
    return int(repo.git.run("show", "--no-patch", "--format=%ct", commit, "--").line) if commit else 0
