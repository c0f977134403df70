"""One file for `git mergetool`: what can be resolved is, and what is left is for the editor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from devagent.errors import UsageError
from devagent.journal.files import write_atomically
from devagent.merge.engine import merge_text
from devagent.merge.keeping import keeping_both
from devagent.merge.markers import Style, has_markers
from devagent.merge.versions import Labels, Versions
from devagent.repo.git import Git
from devagent.repo.remerge import merged_by_lines, without_labels
from devagent.workflows.conflicts.marked import labels_in
from devagent.workflows.conflicts.settling import ACCEPT, ANCESTOR


@dataclass(frozen=True)
class Tooled:
    """What became of the file. `edited`: it was no longer as git left it, so that nothing was put into it."""

    resolved: int
    left: int
    edited: bool = False


def resolve_file(git: Git, base: Path, ours: Path, theirs: Path, target: Path) -> Tooled:
    """Put what can be resolved into `target`, the file with git's markers, with diff3 markers around the rest.

    Raises `UsageError` where a file cannot be read, or is binary.
    """
    versions = Versions(target.as_posix(), _read(base, missing=b""), _read(ours), _read(theirs))
    if versions.is_binary:
        raise UsageError(f"{target} is binary", why="there are no lines to merge", hint="Take one side: git checkout")
    now = _read(target)
    if without_labels(now) not in {without_labels(text) for text in _untouched(git, versions)}:
        return Tooled(0, 1 if has_markers(now) else 0, edited=True)
    labelled = replace(versions, labels=labels_in(now) or Labels(base=ANCESTOR))
    merged = keeping_both(merge_text(labelled, accept=ACCEPT))
    write_atomically(target, merged.content(style=Style.DIFF3), target.stat().st_mode & 0o777)
    return Tooled(len(merged.decisions), len(merged.unresolved))


def finished(target: Path, edit: Callable[[Path], None]) -> bool:
    """Open the editor; gives whether no marker is left afterwards."""
    edit(target)
    return not has_markers(_read(target))


def _untouched(git: Git, versions: Versions) -> list[bytes]:
    by_driver = merge_text(versions)
    return [*merged_by_lines(git, versions.base, versions.ours, versions.theirs)] + [
        by_driver.content(style=style) for style in Style
    ]


def _read(path: Path, *, missing: bytes | None = None) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if missing is not None:
            return missing
        raise UsageError(f"there is no file {path}") from None
