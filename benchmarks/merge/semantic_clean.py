"""Real merges without a conflict, in which both sides changed files of one package: nothing may be told of them."""

import posixpath
import time
from collections.abc import Iterator
from dataclasses import dataclass

from clones import Clone

from devagent.merge.semantic.finding import Finding
from devagent.merge.semantic.rules import rules_for
from devagent.merge.semantic.search import Blobs, semantic_conflicts
from devagent.merge.semantic.view import Contents


@dataclass(frozen=True)
class Looked:
    """One merge: what was found in it, how many files its sides changed, and its seconds of processor time."""

    merge: str
    findings: tuple[Finding, ...]
    files: int
    seconds: float


def clean_merges(clone: Clone, most: int, *, last_first: bool = False) -> Iterator[tuple[str, str, str, str, str]]:
    """The first clean merges by their ids: merge, base, the two sides, and the tree that git makes of them."""
    taken = 0
    for merge, ours, theirs in sorted(clone.merges(), reverse=last_first):
        base = clone.base(ours, theirs)
        if not base or not _share_a_package(clone, base, ours, theirs):
            continue
        tree = clone.merged(ours, theirs)
        if tree:
            yield merge, base, ours, theirs, tree
            taken += 1
        if taken == most:
            return


def _share_a_package(clone: Clone, base: str, ours: str, theirs: str) -> bool:
    folders = [
        {posixpath.dirname(path) for path in clone.changed(base, side) if rules_for(path)} for side in (ours, theirs)
    ]
    return bool(folders[0] & folders[1])


def look(clone: Clone, merge: str, base: str, ours: str, theirs: str, tree: str) -> Looked:
    """What is found in one merge."""
    blobs = Blobs(*(clone.files(each) for each in (base, ours, theirs, tree)))
    started = time.process_time()
    found = semantic_conflicts(blobs, Contents(clone.blobs))
    return Looked(merge, found.findings, found.files, time.process_time() - started)
