"""Snapshots: the state a run starts from, as a commit, made without touching index, work tree or stash."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from devagent.errors import UsageError
from devagent.repo.git import Repository
from devagent.repo.objects import Blob, commit_tree, scratch_index, tree_of

Base = Literal["worktree", "index", "HEAD"]

SECRET_NAMES = (
    *(".env", ".env.*", "*.env", ".netrc", "_netrc", ".pgpass", ".npmrc", ".pypirc", ".git-credentials", ".htpasswd"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", ".vault-token", ".dockercfg"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "credentials", "credentials*.json", "client_secret*.json"),
    *("service-account*.json", "service_account*.json", "secrets.json", "secrets.y*ml", "secrets.toml", "secrets.ini"),
    *("*.tfstate", "*.tfvars"),
)
HARMLESS_NAMES = ("*.pub", ".env.example", ".env.sample", ".env.template", ".env.dist", "*.example.env")


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
    repo: Repository, base: Base = "worktree", *, when: int | None = None, max_bytes: int = 50_000_000
) -> Snapshot:
    """Take a snapshot of the work tree (with untracked files that are not ignored), the index, or HEAD.

    Arguments:
        when: time of the commit, seconds since the epoch; by default HEAD's, so that equal content has an equal id.
        max_bytes: untracked files larger than this are left out.

    Untracked files that look like secrets, and repositories inside this one, are left out. Raises `UsageError` where
    there is no HEAD or the index is in the middle of a merge.
    """
    head = repo.head()
    if base == "HEAD":
        if head is None:
            raise UsageError("there is no commit yet", hint="Make one, or use --base worktree")
        return Snapshot(head, tree_of(repo, head), head)
    skipped: tuple[str, ...] = ()
    with scratch_index(repo, copied=True) as env:
        if base == "worktree":
            skipped = _add_all(repo, env, max_bytes)
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


def looks_secret(path: str) -> bool:
    """Whether a file's name suggests that it holds keys or passwords."""
    name = path.rsplit("/", 1)[-1].lower()
    if any(fnmatchcase(name, pattern) for pattern in HARMLESS_NAMES):
        return False
    return any(fnmatchcase(name, pattern) for pattern in SECRET_NAMES)


def _add_all(repo: Repository, env: dict[str, str], max_bytes: int) -> tuple[str, ...]:
    repo.git.run("add", "--update", env=env)
    added, skipped = [], []
    for path in repo.git.run("ls-files", "--others", "--exclude-standard", "-z", env=env).fields:
        trouble = _unwanted(repo.root, path, max_bytes)
        if trouble:
            skipped.append(f"{path}: {trouble}")
        else:
            added.append(path)
    repo.git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=_joined(added), env=env)
    return tuple(skipped)


def _unwanted(root: Path, path: str, max_bytes: int) -> str:
    if path.endswith("/"):
        return "a repository of its own"
    if looks_secret(path):
        return "looks like a secret"
    file = root / path
    if file.is_symlink():
        return ""
    if not os.access(file, os.R_OK):
        return "cannot be read"
    return "too large" if file.stat().st_size > max_bytes else ""


def _joined(names: list[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _time(repo: Repository, commit: str | None) -> int:
    return int(repo.git.run("show", "--no-patch", "--format=%ct", commit, "--").line) if commit else 0
