"""The ground of a revision: an earlier proposal, as changes to the snapshot that the new run starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from devagent.repo.git import Repository
from devagent.repo.objects import Blob, Entry, FileMode, changed_paths, commit_changes
from devagent.repo.threeway import carry
from devagent.sandbox.sandbox import File, Tree
from devagent.workflows.place import files_of
from devagent.workflows.request import Revision


@dataclass(frozen=True)
class Ground:
    """An earlier proposal on top of a snapshot: the changes to go on from, and the tests that stay as they are."""

    changes: Mapping[str, File | None]
    own_tests: Mapping[str, File]


def ground_of(repo: Repository, revision: Revision, files: Tree) -> Ground:
    """The ground that a revision names, over the files of its base."""
    proposed = files_of(repo, revision.ground, include=files)
    changes: dict[str, File | None] = {path: file for path, file in proposed.items() if files.get(path) != file}
    changes |= dict.fromkeys(files.keys() - proposed.keys())
    own = {path: file for path in revision.own_tests if (file := changes.pop(path, None)) is not None}
    return Ground(changes, own)


@dataclass(frozen=True)
class Carried:
    """A proposal that was carried over to another snapshot; or the paths at which the two do not go together."""

    commit: str = ""
    clashes: tuple[str, ...] = ()


def carry_over(repo: Repository, base: str, proposal: str, now: str, when: int) -> Carried:
    """The change from `base` to `proposal`, made on top of the snapshot `now`; text files are merged line by line.

    `when` is the time of the new commit, in seconds since the epoch.
    """
    moved = {change.path: change.after for change in changed_paths(repo, base, now)}
    wanted = changed_paths(repo, base, proposal)
    have = {change.path: moved.get(change.path, change.before) for change in wanted}
    carried = carry(repo, wanted, {path: blob for path, blob in have.items() if blob is not None})
    if carried.conflicts:
        return Carried(clashes=carried.conflicts)
    entries = {change.path: _entry(repo, change.after) for change in carried.changes}
    return Carried(commit_changes(repo, now, entries, "devagent: an earlier proposal\n", when))


def _entry(repo: Repository, blob: Blob | None) -> Entry | None:
    return None if blob is None else Entry(repo.git.blobs([blob.id])[blob.id], cast(FileMode, blob.mode))
