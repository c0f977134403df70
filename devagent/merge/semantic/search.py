"""The semantic conflicts of a merge: clean text, broken meaning.

One side removed, renamed, moved or changed what the other side newly uses. Nothing is run: names are followed through
the symbols of all versions, and what is not surely resolved is not told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from devagent.merge.semantic.crossing import Crossing
from devagent.merge.semantic.dangling import dangling
from devagent.merge.semantic.duplicates import duplicates
from devagent.merge.semantic.finding import Finding
from devagent.merge.semantic.mismatch import misfits
from devagent.merge.semantic.obligations import obligations
from devagent.merge.semantic.rules import rules_for
from devagent.merge.semantic.unbound import unbound
from devagent.merge.semantic.view import Contents, View

MOST_FILES = 3_000
"""So many files may both sides together have changed; a merge of more is not looked at."""


@dataclass(frozen=True)
class Sought:
    """What was found. `note` says why it was not looked for; it is empty where it was.

    Arguments:
        files: how many files were compared: those that a side changed.
    """

    findings: tuple[Finding, ...] = ()
    files: int = 0
    note: str = ""


@dataclass(frozen=True)
class Blobs:
    """The four versions of all files: the id of the content of each, by path."""

    base: Mapping[str, str]
    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    merged: Mapping[str, str]


def semantic_conflicts(
    blobs: Blobs, contents: Contents, *, ours: str = "ours", theirs: str = "theirs", open_paths: Collection[str] = ()
) -> Sought:
    """The semantic conflicts of a merge, by path and line.

    Arguments:
        ours: what our side is called; `theirs` likewise.
        open_paths: the files in which a conflict is left; nothing is told of them.
    """
    changed = _changed(blobs)
    if len(changed) > MOST_FILES:
        return Sought(files=len(changed), note=f"{len(changed):,} files changed, more than {MOST_FILES:,}")
    base, mine, other = (View(each, contents) for each in (blobs.base, blobs.ours, blobs.theirs))
    for view in (base, mine, other):
        view.load(changed)
    found: dict[tuple[str, str, str], Finding] = {}
    both = not open_paths
    merged = View(blobs.merged, contents) if both else None
    for user, changer, names in ((mine, other, (ours, theirs)), (other, mine, (theirs, ours))):
        result = merged or View(_with_open(blobs.merged, user.blobs, open_paths), contents)
        crossing = Crossing(base, user, changer, result, *names)
        searches = (dangling, unbound, misfits, obligations)
        of_all = [*(finding for search in searches for finding in search(crossing))]
        if user is mine:
            of_all += duplicates(crossing)
        for finding in of_all:
            if finding.at.path not in open_paths:
                found.setdefault((str(finding.at), finding.name, finding.kind), finding)
    ordered = sorted(found.values(), key=lambda each: (each.at.path, each.at.line, each.name))
    return Sought(tuple(ordered), len(changed))


def _changed(blobs: Blobs) -> list[str]:
    """The files that a side changed, in a language that is known, sorted."""
    paths = {*blobs.base, *blobs.ours, *blobs.theirs}
    return sorted(
        path
        for path in paths
        if len({blobs.base.get(path), blobs.ours.get(path), blobs.theirs.get(path)}) > 1 and rules_for(path)
    )


def _with_open(merged: Mapping[str, str], user: Mapping[str, str], paths: Collection[str]) -> dict[str, str]:
    """The merged files with those in which a conflict is left as one side has them."""
    found = {path: blob for path, blob in merged.items() if path not in paths}
    return found | {path: user[path] for path in paths if path in user}
