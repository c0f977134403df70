"""What an apply or an undo changes, as plain data: files, folders, a ref, the index. It is what the record holds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from devagent.journal.files import write_atomically
from devagent.repo.checkout import OnDisk
from devagent.repo.index import Restaging, Slots
from devagent.repo.objects import Blob, TreeChange

PLAN = "plan.json"


@dataclass(frozen=True)
class Side:
    """A path before or after. `digest` is the sha256 of the content, by which the record holds it."""

    mode: str
    digest: str
    permissions: int | None = None
    owner: tuple[int, int] | None = None

    @classmethod
    def of(cls, file: OnDisk) -> "Side":
        """The side that a file stands for."""
        return cls(file.mode, digest(file.content), file.permissions, file.owner)

    def matches(self, file: OnDisk | None) -> bool:
        """Whether a file is on this side: same kind, same bytes, executable or not."""
        return file is not None and (self.mode, self.digest) == (file.mode, digest(file.content))


@dataclass(frozen=True)
class Change:
    """What becomes of one path; `None` where it does not exist."""

    path: str
    before: Side | None
    after: Side | None


@dataclass(frozen=True)
class Folder:
    """A folder that is made or removed; `permissions` of one that is made are left to the umask if `None`."""

    path: str
    permissions: int | None = None


@dataclass(frozen=True)
class Move:
    """What becomes of a ref; `None` where it does not exist."""

    ref: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Commit:
    """A commit for `git commit` to make: what it changes on top of HEAD, and its message.

    Which commit comes of it is not known beforehand, because hooks may change both. `merges` is its second parent, if
    it has one.
    """

    changes: tuple[TreeChange, ...]
    message: str
    merges: str = ""


@dataclass(frozen=True)
class Plan:
    """All that an apply or an undo changes in a work tree and its repository. Folders stand outermost first.

    `staged` are entries of the index. While `commit` is set it is still to be made, and `move.after` says nothing.
    `merged` are paths that are written otherwise than proposed, because they had changed. `restaged` are conflicts of
    the index that are settled, or come back; `during` says which stopped operation they belong to, and `unlearnt` are
    those (path, id) that `git rerere` knew no answer to.
    """

    run: str
    git_dir: str
    changes: tuple[Change, ...] = ()
    made: tuple[Folder, ...] = ()
    emptied: tuple[Folder, ...] = ()
    staged: tuple[TreeChange, ...] = ()
    move: Move | None = None
    commit: Commit | None = None
    merged: tuple[str, ...] = ()
    restaged: tuple[Restaging, ...] = ()
    during: str = ""
    unlearnt: tuple[tuple[str, str], ...] = ()
    id: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the work tree that it changes."""
        return tuple(change.path for change in self.changes)

    def reversed(self) -> "Plan":
        """The plan that takes this one back."""
        move = self.move and Move(self.move.ref, self.move.after, self.move.before)
        return replace(
            self,
            changes=tuple(Change(c.path, c.after, c.before) for c in self.changes),
            made=self.emptied,
            emptied=self.made,
            # Before there is a commit, neither a ref nor the index has been touched.
            staged=() if self.commit else tuple(TreeChange(c.path, c.after, c.before) for c in self.staged),
            move=None if self.commit else move,
            commit=None,
            restaged=tuple(Restaging(r.path, r.after, r.before) for r in self.restaged),
        )

    def committed(self, commit: str, holds: Mapping[str, Blob], reworked: Mapping[str, Side]) -> "Plan":
        """The plan once `git commit` has made `commit`, which holds these blobs at the paths of `self.commit`.

        A hook may have put other blobs there; the index gets them too, where it was to hold the same as the commit. And
        `reworked` files are no longer as they were written.
        """
        assert self.commit and self.move
        planned = {change.path: change.after for change in self.commit.changes}
        staged = tuple(
            replace(c, after=holds.get(c.path)) if c.path in planned and planned[c.path] == c.after else c
            for c in self.staged
        )
        changes = tuple(replace(c, after=reworked.get(c.path, c.after)) for c in self.changes)
        return replace(self, changes=changes, move=replace(self.move, after=commit), staged=staged, commit=None)

    def write(self, folder: Path) -> None:
        """Put it into a record, in one step."""
        write_atomically(folder / PLAN, json.dumps(asdict(self), indent=1).encode())

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """The plan of a record."""
        data = json.loads((folder / PLAN).read_bytes())
        commit, move = data.get("commit"), data.get("move")
        return cls(
            run=data["run"],
            git_dir=data["git_dir"],
            changes=tuple(Change(c["path"], _side(c["before"]), _side(c["after"])) for c in data["changes"]),
            made=tuple(Folder(**folder) for folder in data["made"]),
            emptied=tuple(Folder(**folder) for folder in data["emptied"]),
            staged=_tree_changes(data.get("staged", ())),
            move=Move(**move) if move else None,
            commit=_commit(commit) if commit else None,
            merged=tuple(data.get("merged", ())),
            restaged=tuple(
                Restaging(r["path"], _slots(r["before"]), _slots(r["after"])) for r in data.get("restaged", ())
            ),
            during=data.get("during", ""),
            unlearnt=tuple((path, known) for path, known in data.get("unlearnt", ())),
            id=data["id"],
        )


def digest(content: bytes) -> str:
    """The sha256 of a content, as hex."""
    return hashlib.sha256(content).hexdigest()


def _side(data: dict[str, Any] | None) -> Side | None:
    if data is None:
        return None
    owner = data["owner"]
    return Side(**{**data, "owner": tuple(owner) if owner else None})


def _commit(data: dict[str, Any]) -> Commit:
    return Commit(_tree_changes(data["changes"]), data["message"], data.get("merges", ""))


def _tree_changes(data: Iterable[dict[str, Any]]) -> tuple[TreeChange, ...]:
    return tuple(TreeChange(c["path"], _blob(c["before"]), _blob(c["after"])) for c in data)


def _blob(data: dict[str, str] | None) -> Blob | None:
    return Blob(**data) if data else None


def _slots(data: Iterable[dict[str, str] | None]) -> Slots:
    merged, base, ours, theirs = (_blob(blob) for blob in data)
    return merged, base, ours, theirs
