"""What git's index holds of an unfinished merge: up to three stages of each path that is in conflict.

The stages are the truth, never the markers in the files: stage 1 is the common ancestor, 2 is "ours", 3 is "theirs".
Which stages there are says what happened; a path that both sides renamed differently stands under three names.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from devagent.repo.git import Repository
from devagent.repo.objects import GITLINK, SYMLINK, Blob

Stages = tuple[Blob | None, Blob | None, Blob | None]


class Status(StrEnum):
    """What happened to a path, in the words of `git status`."""

    BOTH_DELETED = "both deleted"
    ADDED_BY_US = "added by us"
    DELETED_BY_THEM = "deleted by them"
    ADDED_BY_THEM = "added by them"
    DELETED_BY_US = "deleted by us"
    BOTH_ADDED = "both added"
    BOTH_MODIFIED = "both modified"
    MARKED = "conflict markers"
    """No conflict in the index: the file holds markers, and that is all there is."""


_STATUS = {
    (True, False, False): Status.BOTH_DELETED,
    (False, True, False): Status.ADDED_BY_US,
    (True, True, False): Status.DELETED_BY_THEM,
    (False, False, True): Status.ADDED_BY_THEM,
    (True, False, True): Status.DELETED_BY_US,
    (False, True, True): Status.BOTH_ADDED,
    (True, True, True): Status.BOTH_MODIFIED,
    (False, False, False): Status.MARKED,
}


@dataclass(frozen=True)
class Unmerged:
    """A path in conflict, with the blob of each stage; `None` where that version does not have it."""

    path: str
    base: Blob | None
    ours: Blob | None
    theirs: Blob | None

    @property
    def stages(self) -> Stages:
        """The blobs of stages 1, 2 and 3."""
        return self.base, self.ours, self.theirs

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """The blobs that there are."""
        return tuple(blob for blob in self.stages if blob)

    @property
    def status(self) -> Status:
        """What happened to the path."""
        base, ours, theirs = (blob is not None for blob in self.stages)
        return _STATUS[base, ours, theirs]

    @property
    def is_submodule(self) -> bool:
        """Whether it is a submodule in one of the versions."""
        return any(blob.mode == GITLINK for blob in self.blobs)

    @property
    def is_symlink(self) -> bool:
        """Whether it is a symlink in one of the versions."""
        return any(blob.mode == SYMLINK for blob in self.blobs)

    @property
    def mode(self) -> str | None:
        """The mode that the merged file gets: the one that a side changed. `None` where both did, differently."""
        if self.ours is None or self.theirs is None:
            return None
        ours, theirs = self.ours.mode, self.theirs.mode
        if ours == theirs or (self.base and theirs == self.base.mode):
            return ours
        return theirs if self.base and ours == self.base.mode else None


@dataclass(frozen=True)
class Renames:
    """One file that the sides renamed differently: its old name, and what each side calls it now."""

    old: str
    ours: str
    theirs: str


def unmerged(repo: Repository) -> tuple[Unmerged, ...]:
    """Every path that the index has in conflict, in git's order."""
    return from_listing(repo.git.run("ls-files", "--unmerged", "-z").fields)


def larger_than(repo: Repository, entries: Iterable[Unmerged], most: int) -> frozenset[str]:
    """The paths of which a version has more than so many bytes."""
    paths = [(blob.id, entry.path) for entry in entries if not entry.is_submodule for blob in entry.blobs]
    asked = "".join(f"{blob}\n" for blob, _ in paths).encode()
    sizes = repo.git.run("cat-file", "--batch-check=%(objectsize)", stdin=asked).line.split("\n")
    told = zip(paths, sizes, strict=False)
    return frozenset(path for (_, path), size in told if size.isdecimal() and int(size) > most)


def from_listing(lines: Iterable[str]) -> tuple[Unmerged, ...]:
    """The paths of a listing in git's form, `MODE ID STAGE<tab>PATH` for each stage."""
    found: dict[str, list[Blob | None]] = {}
    for line in lines:
        head, path = line.split("\t", 1)
        mode, blob, stage = head.split()
        found.setdefault(path, [None, None, None])[int(stage) - 1] = Blob(blob, mode)
    return tuple(Unmerged(path, *stages) for path, stages in found.items())


def renames(entries: Sequence[Unmerged]) -> tuple[Renames, ...]:
    """The files that the sides renamed differently, where the index lets no doubt which names belong together."""
    by_status: dict[Status, list[Unmerged]] = {status: [] for status in Status}
    for entry in entries:
        by_status[entry.status].append(entry)
    olds, ours, theirs = (
        by_status[status] for status in (Status.BOTH_DELETED, Status.ADDED_BY_US, Status.ADDED_BY_THEM)
    )
    if len(olds) == len(ours) == len(theirs) == 1:
        return (Renames(olds[0].path, ours[0].path, theirs[0].path),)
    # git puts the same merged text under both new names.
    found = []
    for old in olds:
        twins = [(our, their) for our in ours for their in theirs if our.ours and our.ours == their.theirs]
        fitting = [(our, their) for our, their in twins if _alone(our, their, twins)]
        if len(olds) == 1 and len(fitting) == 1:
            found.append(Renames(old.path, fitting[0][0].path, fitting[0][1].path))
    return tuple(found)


def _alone(our: Unmerged, their: Unmerged, twins: Collection[tuple[Unmerged, Unmerged]]) -> bool:
    return sum(our in twin or their in twin for twin in twins) == 1
