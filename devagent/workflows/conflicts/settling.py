"""From the stages of a path in conflict to what is proposed for it: which files are merged, and which are only chosen.

Only a text that both sides have is merged line by line. Whether a file stays that one side deleted, which link or which
binary file is right, is never decided here: that is a choice for a person, and is shown as one.
"""

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from devagent.merge.decision import Confidence
from devagent.merge.engine import STEPS, Step, merge_text
from devagent.merge.evenly import merge_evenly
from devagent.merge.generated import written_by_a_tool
from devagent.merge.keeping import keeping_both
from devagent.merge.markers import has_markers
from devagent.merge.merged import Merged
from devagent.merge.together import rankings
from devagent.merge.versions import Labels, Versions
from devagent.repo.attributes import Attributes
from devagent.repo.conflicts import Renames, Status, Unmerged
from devagent.repo.objects import Blob
from devagent.repo.operation import History, UnderWay
from devagent.workflows.conflicts.again import as_left
from devagent.workflows.conflicts.before import Before
from devagent.workflows.conflicts.resolution import Choice, FileResolution, Outcome, with_merged
from devagent.workflows.conflicts.untouched import Seen

ACCEPT = Confidence.LIKELY
"""The least sure decision that settles a conflict: what is less sure is shown, and left."""

ANCESTOR = "common ancestor"
"""What markers call the base."""


@dataclass(frozen=True)
class Scene:
    """What all files of one operation share.

    Arguments:
        swapped: whether "theirs" is the user's own work, as in a rebase.
        contents: the content of every blob that the stages name, by id.
        seen: by path, the file in the work tree; one that is not as git left it is not written.
        large: the paths whose contents are not looked at.
        ancestors: by path, a common ancestor that is better than stage 1, which is itself in conflict.
        before: what was done before with such conflicts.
    """

    labels: Labels
    contents: Mapping[str, bytes]
    attributes: Mapping[str, Attributes] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    ancestors: Mapping[str, bytes] = field(default_factory=dict)
    histories: Mapping[str, History] = field(default_factory=dict)
    renames: Sequence[Renames] = ()
    swapped: bool = False
    large: Collection[str] = ()
    before: Before | None = None


def labels_of(state: UnderWay) -> Labels:
    """What the versions are called in messages and markers."""
    return Labels(ours=state.ours.name, base=ANCESTOR, theirs=state.theirs.name)


def settle(entries: Iterable[Unmerged], scene: Scene) -> tuple[FileResolution, ...]:
    """What is proposed for each path."""
    files = [(entry, _unmerged(entry, scene)) for entry in entries]
    rankings = _rankings([entry for entry, left in files if left is None], scene)
    return tuple(left or _settled(entry, scene, rankings[entry.path]) for entry, left in files)


def _rankings(entries: Sequence[Unmerged], scene: Scene) -> Mapping[str, Step]:
    """By path, the last step of its merge: what people do in one file they often do in all. Not in a rebase."""
    if scene.swapped:
        return dict.fromkeys((entry.path for entry in entries), STEPS[-1])
    steps = rankings([_versions(entry, scene) for entry in entries])
    return {entry.path: step for entry, step in zip(entries, steps, strict=True)}


def _unmerged(entry: Unmerged, scene: Scene) -> FileResolution | None:
    """A path that is left as it is, or to be chosen; `None` if it is merged line by line."""
    file, seen = _file(entry, scene), scene.seen.get(entry.path)
    attributes = scene.attributes.get(entry.path, Attributes())
    if seen and seen.recalled:
        hint = f"look at it, and git add it; or git rerere forget {shlex.quote(entry.path)}"
        return _left(file, f"git rerere has put its earlier answer there: {hint}", outcome=Outcome.EDITED)
    if seen and seen.edited:
        hint = f"git add it when it is right, or start again with: git checkout -m -- {shlex.quote(entry.path)}"
        return _left(file, f"not as git left it: {hint}", outcome=Outcome.EDITED)
    file = _with_seen(file, seen)
    if entry.is_submodule:
        return _left(file, "a submodule: check out the commit that is right in it, and git add it")
    if entry.path in scene.large:
        return _left(file, "too large to be merged here")
    if attributes.filter:
        side = f"git checkout --ours (or --theirs) -- {shlex.quote(entry.path)}, and git add it"
        return _left(file, f"it goes through the git filter {attributes.filter}, which is not run here: {side}")
    if choices := _choices(entry, scene):
        return _left(file, _why_chosen(entry, scene), choices)
    if reason := _not_by_lines(entry, scene, attributes):
        return _left(file, reason, _sides(entry, scene.labels))
    return None


def _file(entry: Unmerged, scene: Scene) -> FileResolution:
    return FileResolution(
        entry,
        Outcome.LEFT,
        mode=entry.mode or "100644",
        marker_size=scene.attributes.get(entry.path, Attributes()).marker_size,
        history=scene.histories.get(entry.path, History()),
    )


def _with_seen(file: FileResolution, seen: Seen | None) -> FileResolution:
    return replace(file, seen=seen.file) if seen else file


def _settled(entry: Unmerged, scene: Scene, ranking: Step) -> FileResolution:
    """A path that is merged line by line."""
    seen = scene.seen.get(entry.path)
    merged = with_merged(_with_seen(_file(entry, scene), seen), _merged(entry, scene, ranking))
    return _again(merged, seen) if seen and seen.written else merged


def _again(file: FileResolution, seen: Seen) -> FileResolution:
    """A file that devagent resolved in part before, with what was decided then."""
    assert seen.written
    found = as_left(file, seen.written.story, seen.stored)
    reason = (
        "devagent wrote it, in a way that cannot be told any more: devagent resolve --restore brings the conflict back"
    )
    return found or _left(replace(file, merged=None), reason, outcome=Outcome.EDITED)


def _left(
    file: FileResolution, reason: str, choices: tuple[Choice, ...] = (), *, outcome: Outcome = Outcome.LEFT
) -> FileResolution:
    return replace(file, outcome=outcome, reason=reason, choices=choices)


def _merged(entry: Unmerged, scene: Scene, ranking: Step) -> Merged:
    """The file, merged. A version that holds markers itself is only merged line by line."""
    versions = _versions(entry, scene)
    if any(has_markers(text) for text in (versions.base, versions.ours, versions.theirs)):
        return merge_text(versions, accept=ACCEPT, steps=())
    if scene.before:
        return keeping_both(scene.before.merged(versions, accept=ACCEPT, ranking=ranking))
    if scene.swapped:
        return keeping_both(merge_evenly(versions, accept=ACCEPT))
    return keeping_both(merge_text(versions, accept=ACCEPT, steps=(*STEPS[:-1], ranking)))


def _versions(entry: Unmerged, scene: Scene) -> Versions:
    base, ours, theirs = (scene.contents[blob.id] if blob else b"" for blob in entry.stages)
    return Versions(entry.path, scene.ancestors.get(entry.path, base), ours, theirs, scene.labels)


def _choices(entry: Unmerged, scene: Scene) -> tuple[Choice, ...]:
    """The ways to settle a path that is no matter of lines; none where it is one."""
    match entry.status:
        case Status.DELETED_BY_THEM:
            return _stays_or_goes(entry.ours, "ours", scene.labels.ours)
        case Status.DELETED_BY_US:
            return _stays_or_goes(entry.theirs, "theirs", scene.labels.theirs)
        case Status.ADDED_BY_US:
            return _stays_or_goes(entry.ours, "ours", scene.labels.ours)
        case Status.ADDED_BY_THEM:
            return _stays_or_goes(entry.theirs, "theirs", scene.labels.theirs)
        case Status.BOTH_DELETED:
            return (Choice("delete", "delete the old name", None),)
    if entry.is_symlink or entry.mode is None:
        return _sides(entry, scene.labels)
    return ()


def _stays_or_goes(blob: Blob | None, name: str, label: str) -> tuple[Choice, ...]:
    return Choice(name, f"keep it as in {label}", blob), Choice("delete", "delete it", None)


def _sides(entry: Unmerged, labels: Labels) -> tuple[Choice, ...]:
    return (
        Choice("ours", f"take it as in {labels.ours}", entry.ours),
        Choice("theirs", f"take it as in {labels.theirs}", entry.theirs),
    )


def _why_chosen(entry: Unmerged, scene: Scene) -> str:
    ours, theirs = scene.labels.ours, scene.labels.theirs
    for renamed in scene.renames:
        if entry.path in (renamed.old, renamed.ours, renamed.theirs):
            return f"{renamed.old} is {renamed.ours} in {ours} and {renamed.theirs} in {theirs}: keep one name"
    match entry.status:
        case Status.DELETED_BY_THEM:
            return f"changed in {ours}, deleted in {theirs}: whether it stays is for you to say"
        case Status.DELETED_BY_US:
            return f"deleted in {ours}, changed in {theirs}: whether it stays is for you to say"
        case Status.ADDED_BY_US:
            return f"only {ours} has it under this name"
        case Status.ADDED_BY_THEM:
            return f"only {theirs} has it under this name"
        case Status.BOTH_DELETED:
            return "both sides moved it away"
    if entry.is_symlink:
        return "a symbolic link in one version or more: there are no lines to merge"
    return "executable on one side and not on the other"


def _not_by_lines(entry: Unmerged, scene: Scene, attributes: Attributes) -> str:
    """Why a file that both sides have is not merged line by line; empty where it is."""
    versions = _versions(entry, scene)
    if attributes.merge == "binary" or versions.is_binary:
        return "binary: there are no lines to merge"
    return written_by_a_tool(versions)
