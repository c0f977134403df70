"""Plans for the files of the work tree: what an apply writes there, and what an undo puts back.

A file that changed meanwhile is merged where that is clean; else nothing is planned at all, and the refusal names it.
"""

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from devagent.errors import UsageError
from devagent.proposal.plan import Change, Folder, Plan, Side, digest
from devagent.repo.checkout import Checkout, OnDisk
from devagent.repo.conversion import replacement
from devagent.repo.git import Repository
from devagent.repo.objects import GITLINK, SYMLINK, Entry, FileMode, TreeChange
from devagent.repo.paths import check_link, check_path, clashes, parents
from devagent.repo.snapshot import worktree_blobs
from devagent.repo.sparse import left_out
from devagent.repo.threeway import Conflict, carry, merge


@dataclass(frozen=True)
class Written:
    """The part of a plan that concerns the work tree, and the contents (by digest) that its record needs."""

    changes: tuple[Change, ...] = ()
    made: tuple[Folder, ...] = ()
    emptied: tuple[Folder, ...] = ()
    merged: tuple[str, ...] = ()
    contents: dict[str, bytes] = field(default_factory=dict)


NO_FILES = Written()


def check_wanted(repo: Repository, wanted: Sequence[TreeChange]) -> None:
    """Raise `UsageError` for changes that are none, or that devagent makes in no repository."""
    if not wanted:
        raise UsageError("the proposal changes nothing")
    root = repo.root.resolve()
    for change in wanted:
        check_path(change.path)
        if any(Path(root, change.path).is_relative_to(folder) for folder in (repo.git_dir, repo.common_dir)):
            raise UsageError(f"unsafe path {change.path!r}", why="it lies in git's own folder")
        if GITLINK in (change.before and change.before.mode, change.after and change.after.mode):
            raise UsageError(f"{change.path} is a submodule", why="devagent does not change submodules")


def files_of_apply(repo: Repository, run: str, wanted: Sequence[TreeChange]) -> Written:
    """What the proposal of `run`, which wants these changes, writes into the work tree.

    Raises `UsageError`, with nothing written, where that is not clean or something is in the way.
    """
    checkout = Checkout(repo.root)
    hint = "Widen it with git sparse-checkout add FOLDER, or go round it with --branch NAME"
    refuse("outside the sparse checkout", left_out(repo, [change.path for change in wanted]), hint)
    now = {change.path: checkout.read(change.path) for change in wanted}
    carried = carry(repo, wanted, worktree_blobs(repo, [path for path, file in now.items() if file]))
    hint = f"Start a new run, or {_by_hand(run, carried.conflicts)}"
    refuse("changed since the run started, where the proposal changes it too", carried.conflicts, hint)
    after = {change.path: _after(repo, change, now[change.path]) for change in carried.changes}
    changes = _changes(now, after)
    written = Written(changes, _made(checkout, changes), _emptied(checkout, changes), carried.merged, _all(now, after))
    _check_room(checkout, written)
    _check_names(checkout, written)
    return written


def files_of_undo(repo: Repository, record: Path, plan: Plan) -> Written:
    """What taking back the apply of `plan`, whose record is given, writes into the work tree.

    Raises `UsageError`, with nothing written, where that is not clean or something is in the way.
    """
    checkout = Checkout(repo.root)
    now = {change.path: checkout.read(change.path) for change in plan.changes}
    after: dict[str, OnDisk | None] = {}
    merged, conflicts = [], []
    for change in plan.changes:
        file, was, becomes = now[change.path], _file(record, change.after), _file(record, change.before)
        if change.after.matches(file) if change.after else file is None:
            after[change.path] = becomes
            continue
        try:
            after[change.path] = _merged(repo, file, was, becomes)
            merged.append(change.path)
        except Conflict:
            conflicts.append(change.path)
    again = f"Keep what is there, or start these files again with: git checkout -m -- {shlex.join(conflicts)}"
    hint = again if plan.restaged else f"To {_by_hand(plan.run, conflicts, ' -R')}"
    refuse("changed since it was applied, where the proposal changed it too", conflicts, hint)
    changes = _changes(now, after)
    ours = {folder.path for folder in plan.made}
    emptied = tuple(folder for folder in _emptied(checkout, changes) if folder.path in ours)
    written = Written(changes, _made(checkout, changes, plan.emptied), emptied, tuple(merged), _all(now, after))
    _check_room(checkout, written)
    return written


def files_of_resolution(
    repo: Repository, seen: Mapping[str, OnDisk | None], after: Mapping[str, OnDisk | None]
) -> Written:
    """What a resolution writes, where every file is still as it was `seen`. Raises `UsageError` otherwise."""
    checkout = Checkout(repo.root)
    for path in after:
        check_path(path)
    refuse("changed meanwhile", [path for path in after if checkout.read(path) != seen[path]], "Do it again")
    changes = _changes(seen, after)
    written = Written(changes, _made(checkout, changes), _emptied(checkout, changes), (), _all(seen, after))
    _check_room(checkout, written)
    return written


def refuse(why: str, paths: Iterable[str], hint: str = "") -> None:
    """Raise a `UsageError` that names the paths, if there are any."""
    named = list(paths)
    if named:
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        raise UsageError("nothing was written", why=f"{why}: {', '.join(named[:5])}{more}", hint=hint)


def _changes(now: Mapping[str, OnDisk | None], after: Mapping[str, OnDisk | None]) -> tuple[Change, ...]:
    return tuple(Change(path, _side(now[path]), _side(after[path])) for path in now)


def _all(*files: Mapping[str, OnDisk | None]) -> dict[str, bytes]:
    return {digest(file.content): file.content for group in files for file in group.values() if file}


def _after(repo: Repository, change: TreeChange, now: OnDisk | None) -> OnDisk | None:
    old, new = change.before, change.after
    if new is None:
        return None
    content = replacement(repo, change.path, now.content if now else None, old, new)
    if content is None:
        raise UsageError("nothing was written", why=f"git does not see all that was changed in {change.path}")
    if new.mode == SYMLINK:
        check_link(change.path, os.fsdecode(content))
        return OnDisk(content, new.mode)
    # With core.fileMode off the file may be executable where git says that it is not.
    return placed(content, new.mode, now, same_mode=old is not None and old.mode == new.mode)


def _merged(repo: Repository, now: OnDisk | None, was: OnDisk | None, becomes: OnDisk | None) -> OnDisk | None:
    result = merge(repo.git, _entry(now), _entry(was), _entry(becomes))
    if result is None or result == _entry(becomes):
        return becomes
    return placed(result.content, result.mode, now, same_mode=now is not None and now.mode == result.mode)


def placed(content: bytes, mode: str, now: OnDisk | None, *, same_mode: bool) -> OnDisk:
    """A file with a content, with the permissions and the owner of the one that is there."""
    if now is None or now.permissions is None:
        return OnDisk(content, mode)
    if same_mode:
        return OnDisk(content, now.mode, now.permissions, now.owner)
    return OnDisk(content, mode, _with_mode(now.permissions, mode), now.owner)


def _with_mode(permissions: int, mode: str) -> int:
    """Executable for those who may read, or for nobody."""
    return permissions | (permissions & 0o444) >> 2 if mode == "100755" else permissions & ~0o111


def _entry(file: OnDisk | None) -> Entry | None:
    return Entry(file.content, cast(FileMode, file.mode)) if file else None


def _side(file: OnDisk | None) -> Side | None:
    return Side.of(file) if file else None


def _file(record: Path, side: Side | None) -> OnDisk | None:
    if side is None:
        return None
    return OnDisk((record / side.digest).read_bytes(), side.mode, side.permissions, side.owner)


def _emptied(checkout: Checkout, changes: Iterable[Change]) -> tuple[Folder, ...]:
    """The folders that hold nothing once all deletions are made; git keeps none of these either."""
    needed = {folder for c in changes if c.after for folder in parents(c.path)}
    gone = {c.path for c in changes if c.after is None}
    found = []
    for folder in sorted({f for path in gone for f in parents(path)} - needed, key=lambda f: -f.count("/")):
        permissions = checkout.folder_permissions(folder)
        if permissions is not None and all(f"{folder}/{name}" in gone for name in checkout.names(folder)):
            gone.add(folder)
            found.append(Folder(folder, permissions))
    return tuple(reversed(found))


def _made(checkout: Checkout, changes: Iterable[Change], known: Iterable[Folder] = ()) -> tuple[Folder, ...]:
    """The folders that are to be made; with the permissions of the `known` ones."""
    needed = {folder for c in changes if c.after for folder in parents(c.path)}
    folders = {path: Folder(path) for path in needed} | {folder.path: folder for folder in known}
    missing = [folder for path, folder in folders.items() if checkout.folder_permissions(path) is None]
    return tuple(sorted(missing, key=lambda folder: (folder.path.count("/"), folder.path)))


def _check_room(checkout: Checkout, written: Written) -> None:
    leaving = _leaving(written)
    troubles = ((c.path, checkout.obstacle(c.path, leaving)) for c in written.changes if c.after)
    refuse("cannot be written", (f"{path} ({trouble})" for path, trouble in troubles if trouble))


def _check_names(checkout: Checkout, written: Written) -> None:
    added = [c.path for c in written.changes if c.before is None and c.after]
    folders = {"", *(folder for path in added for folder in parents(path))}
    there = [f"{folder}/{name}".lstrip("/") for folder in folders for name in checkout.names(folder)]
    clashing = clashes(added, set(there) - _leaving(written))
    refuse("cannot be written", (f"{name} (some file systems take it for {other})" for name, other in clashing))


def _leaving(written: Written) -> set[str]:
    return {c.path for c in written.changes if c.after is None} | {folder.path for folder in written.emptied}


def _by_hand(run: str, paths: Sequence[str], options: str = "") -> str:
    """How git brings a patch together with what was changed meanwhile: it wants the files as its index has them."""
    return f"merge by hand: git add {shlex.join(paths)} && devagent show --patch {run} | git apply -3{options}"
