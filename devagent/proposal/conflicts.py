"""Plans for conflicts that are settled: the files, and the entries of the index that stop being in conflict."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from devagent.proposal.reach import Reached
from devagent.proposal.writing import Written, files_of_resolution, placed, refuse
from devagent.repo.checkout import OnDisk
from devagent.repo.conflicts import Stages
from devagent.repo.conversion import checked_out
from devagent.repo.git import Repository
from devagent.repo.index import EMPTY, Restaging, Slots, check_index_is_free, slots
from devagent.repo.objects import SYMLINK, Blob
from devagent.repo.paths import check_link


@dataclass(frozen=True)
class Settled:
    """A path that is resolved, as a whole or in part.

    Arguments:
        stages: the conflict as the index had it; `None` where it had none, so that nothing is staged.
        seen: the file as it was when that was resolved.
        becomes: what it becomes; `None` where it goes.
        raw: the bytes that the file becomes, where they are known other than by way of the blob.
        whole: whether no conflict is left in it, so that it is staged.
    """

    path: str
    stages: Stages | None
    seen: OnDisk | None
    becomes: Blob | None
    whole: bool
    raw: bytes | None = None


def planned(repo: Repository, settled: Sequence[Settled]) -> tuple[Written, Reached]:
    """What settling these paths changes. Raises `UsageError` where something is not as it was when it was resolved."""
    check_index_is_free(repo)
    conflicts = [(path, (None, *path.stages)) for path in settled if path.stages]
    held = slots(repo, [path.path for path, _ in conflicts])
    refuse("staged meanwhile", [path.path for path, stages in conflicts if held[path.path] != stages], "Do it again")
    seen = {path.path: path.seen for path in settled}
    files = files_of_resolution(repo, seen, {path.path: _on_disk(repo, path) for path in settled})
    restaged = (Restaging(path.path, stages, _merged(path.becomes)) for path, stages in conflicts if path.whole)
    return files, Reached(restaged=tuple(restaged))


def _merged(blob: Blob | None) -> Slots:
    return (blob, None, None, None) if blob else EMPTY


def _on_disk(repo: Repository, settled: Settled) -> OnDisk | None:
    blob, now = settled.becomes, settled.seen
    if blob is None:
        return None
    content = checked_out(repo, settled.path, blob) if settled.raw is None else settled.raw
    if blob.mode == SYMLINK:
        check_link(settled.path, os.fsdecode(content))
        return OnDisk(content, SYMLINK)
    return placed(content, blob.mode, now, same_mode=now is not None and now.mode == blob.mode)
