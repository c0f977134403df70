"""Which conflicted files of the work tree are still as git wrote them, so that writing them loses nobody's work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.markers import Style
from devagent.merge.versions import Versions
from devagent.proposal.plan import digest
from devagent.repo.attributes import Attributes
from devagent.repo.checkout import Checkout, OnDisk
from devagent.repo.conflicts import Unmerged
from devagent.repo.git import Repository
from devagent.repo.remerge import line_merged, remerged, without_labels
from devagent.repo.rerere import answers
from devagent.repo.snapshot import worktree_blobs
from devagent.workflows.conflicts.own import Written, at_hand

_MOST_ANSWERS = 1_000
"""Of `git rerere`, the latest; a cache holds those of two months."""


@dataclass(frozen=True)
class Seen:
    """A file in conflict as it is in the work tree.

    Arguments:
        file: `None` where there is none.
        edited: whether it is other than git, devagent's merge driver or an earlier `devagent resolve` left it.
        stored: what it would be as a blob.
        written: what an earlier `devagent resolve` wrote there, where it is still that.
        recalled: whether it is an answer of `git rerere`.
    """

    file: OnDisk | None
    edited: bool
    stored: bytes = b""
    written: Written | None = None
    recalled: bool = False


def look(repo: Repository, entries: Sequence[Unmerged], attributes: Mapping[str, Attributes]) -> dict[str, Seen]:
    """The files of these conflicts, and whether each is as git or devagent left it."""
    checkout = Checkout(repo.root)
    files = {entry.path: checkout.read(entry.path) for entry in entries}
    contents = repo.git.blobs(blob.id for entry in entries for blob in entry.blobs)
    stored = _stored(repo, [path for path, file in files.items() if file])
    by_git, by_us = remerged(repo, entries), at_hand(repo)
    known = {answer.after for answer in answers(repo, _MOST_ANSWERS)}
    found = {}
    for entry in entries:
        file, written = files[entry.path], by_us.get(entry.path)
        if file and written and digest(file.content) == written.digest:
            found[entry.path] = Seen(file, False, stored.get(entry.path, file.content), written)
            continue
        forms = {file.content, stored.get(entry.path, file.content)} if file else set()
        binary = attributes[entry.path].merge == "binary"
        untouched = _is_untouched(repo, entry, forms, contents, by_git[entry.path], binary=binary)
        found[entry.path] = Seen(file, not untouched, recalled=not untouched and not forms.isdisjoint(known))
    return found


def _stored(repo: Repository, paths: Sequence[str]) -> dict[str, bytes]:
    """What files would be as blobs."""
    blobs = worktree_blobs(repo, paths)
    contents = repo.git.blobs(blob.id for blob in blobs.values())
    return {path: contents[blob.id] for path, blob in blobs.items()}


def _is_untouched(
    repo: Repository,
    entry: Unmerged,
    now: set[bytes],
    contents: Mapping[str, bytes],
    by_git: Sequence[bytes],
    *,
    binary: bool,
) -> bool:
    if not now:
        # git leaves nothing in the work tree where neither side has the path.
        return not (entry.ours or entry.theirs)
    if not (entry.ours and entry.theirs) or binary:
        # git leaves one of the versions as it is.
        return any(contents[blob.id] in now for blob in entry.blobs)
    bare = {without_labels(text) for text in now}
    known = (*by_git, *_by_driver(entry, contents))
    return any(without_labels(text) in bare for text in known) or any(
        without_labels(text) in bare for text in line_merged(repo, entry)
    )


def _by_driver(entry: Unmerged, contents: Mapping[str, bytes]) -> list[bytes]:
    """What devagent's merge driver leaves: what is certain is resolved, the rest has markers."""
    base, ours, theirs = (contents[blob.id] if blob else b"" for blob in entry.stages)
    merged = merge_text(Versions(entry.path, base, ours, theirs), accept=Confidence.CERTAIN)
    return [merged.content(style=style) for style in Style]
