"""`devagent resolve`: what is proposed for the conflicts of the operation in progress."""

from collections.abc import Sequence
from dataclasses import replace

from devagent.errors import UsageError
from devagent.merge.semantic.finding import Finding
from devagent.repo.attributes import attributes
from devagent.repo.conflicts import Unmerged, larger_than, renames, unmerged
from devagent.repo.git import Repository
from devagent.repo.operation import UnderWay, histories, merge_bases, under_way
from devagent.workflows.conflicts.before import before
from devagent.workflows.conflicts.crosswise import ancestors
from devagent.workflows.conflicts.marked import settle_marked, with_markers
from devagent.workflows.conflicts.resolution import FileResolution, Resolution
from devagent.workflows.conflicts.semantics import Merging, base_of, files_staged, sought, with_resolved
from devagent.workflows.conflicts.settling import Scene, labels_of, settle
from devagent.workflows.conflicts.untouched import look

MOST_BYTES = 20_000_000
"""A file of which a version is larger is not merged."""


def propose(repo: Repository, paths: Sequence[str] = ()) -> Resolution:
    """What is proposed for the conflicts at these paths (files and folders; by default all). Nothing changes.

    Where the index has no conflict, files with markers are taken as they are. Raises `UsageError` where a path has
    neither, or for a merge of several branches at once.
    """
    entries = unmerged(repo)
    state = under_way(repo)
    if entries and state.heads > 1:
        raise UsageError("this merges more than two branches at once", hint="Merge them one after the other")
    if not entries:
        return Resolution(state, settle_marked(repo, paths or with_markers(repo)))
    meant = _meant(entries, paths)
    others = len(entries) - len(meant)
    files = settle(meant, _scene(repo, state, entries, meant))
    return with_doubts(Resolution(state, files, others=others, semantic=_semantic(repo, state, entries, files)))


def reconsidered(repo: Repository, result: Resolution) -> Resolution:
    """A resolution whose files were settled otherwise since `propose`, with its semantic conflicts sought anew."""
    entries = unmerged(repo)
    if result.state is None or not entries:
        return result
    return with_doubts(replace(result, semantic=_semantic(repo, result.state, entries, result.files)))


def with_doubts(result: Resolution) -> Resolution:
    """The resolution with nothing certain in the files that a semantic conflict is about."""
    spots = [spot for each in result.semantic for spot in (each.at, each.was, each.now) if spot is not None]
    doubtful = {spot.path for spot in spots}
    return replace(result, files=tuple(file.doubted if file.path in doubtful else file for file in result.files))


def _semantic(
    repo: Repository, state: UnderWay, entries: Sequence[Unmerged], files: Sequence[FileResolution]
) -> tuple[Finding, ...]:
    """The semantic conflicts of the operation, as far as both sides and what they started from are known."""
    base = base_of(repo, state)
    if not (base and state.ours.commit and state.theirs.commit):
        return ()
    listed, texts = with_resolved(files_staged(repo), files)
    open_paths = {entry.path for entry in entries} - set(listed)
    return sought(repo, Merging(state.ours, state.theirs, base, listed, texts, open_paths)).findings


def _scene(repo: Repository, state: UnderWay, entries: Sequence[Unmerged], meant: Sequence[Unmerged]) -> Scene:
    scene = scene_of(repo, state, entries, meant, merge_bases(repo, state))
    looked_at = [entry for entry in meant if not entry.is_submodule and entry.path not in scene.large]
    return replace(scene, seen=look(repo, looked_at, scene.attributes))


def scene_of(
    repo: Repository,
    state: UnderWay,
    entries: Sequence[Unmerged],
    meant: Sequence[Unmerged],
    bases: Sequence[str],
) -> Scene:
    """What is known of some of the conflicts of an operation, the work tree apart; `bases` are its merge bases."""
    names = [entry.path for entry in meant]
    large = larger_than(repo, meant, MOST_BYTES)
    small = [entry for entry in meant if entry.path not in large]
    return Scene(
        labels=labels_of(state),
        contents=_contents(repo, small),
        attributes=attributes(repo, names),
        ancestors=ancestors(repo, bases, [entry.path for entry in small if _is_text_of_both(entry)]),
        histories=histories(repo, state, names),
        renames=renames(entries),
        swapped=state.swapped,
        large=large,
        before=before(repo, state, names),
    )


def _contents(repo: Repository, entries: Sequence[Unmerged]) -> dict[str, bytes]:
    return repo.git.blobs(blob.id for entry in entries if not entry.is_submodule for blob in entry.blobs)


def _is_text_of_both(entry: Unmerged) -> bool:
    return bool(entry.ours and entry.theirs) and not entry.is_submodule


def _meant(entries: Sequence[Unmerged], paths: Sequence[str]) -> tuple[Unmerged, ...]:
    """The conflicts at paths, each a file or a folder."""
    if not paths:
        return tuple(entries)
    for path in paths:
        if not any(_is_at(entry, path) for entry in entries):
            raise UsageError(f"{path} has no conflict", hint="See git status")
    return tuple(entry for entry in entries if any(_is_at(entry, path) for path in paths))


def _is_at(entry: Unmerged, path: str) -> bool:
    return path in ("", ".") or entry.path == path or entry.path.startswith(path.rstrip("/") + "/")
