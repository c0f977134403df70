"""A file that devagent resolved in part and nobody edited since: what was decided then stays, and the rest is open.

The file in the work tree has other bytes than git left there, but not by anybody's hand: the record of the run says so.
What was decided, by a person or not, is put into the conflicts once more; where that does not give the very bytes that
are there, nothing is taken for known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from devagent.merge.markers import Style
from devagent.repo.remerge import without_labels
from devagent.workflows.conflicts.resolution import FileResolution, Hunk, chosen_by_user, texts


def as_left(file: FileResolution, story: Sequence[Mapping[str, Any]], stored: bytes) -> FileResolution | None:
    """The file with its conflicts settled as they were; `None` where that cannot be told.

    Arguments:
        file: what would be proposed for it from the beginning.
        story: what was recorded of each of its conflicts.
        stored: the file as it is now, as git stores it.
    """
    if file.merged is None or len(story) != len(file.hunks):
        return None
    for hunk, told in zip(file.hunks, story, strict=True):
        file = _as_told(file, hunk, told)
    assert file.merged
    now = without_labels(stored)
    rendered = (file.merged.content(style=style, size=file.marker_size) for style in Style)
    return replace(file, written=file.merged) if any(without_labels(content) == now for content in rendered) else None


def _as_told(file: FileResolution, hunk: Hunk, told: Mapping[str, Any]) -> FileResolution:
    if not told["settled"]:
        return file.opened(hunk) if hunk.settled else file
    said = told["decision"]
    if hunk.settled and hunk.decision and texts(hunk.decision.lines) == said["lines"]:
        return file
    lines = tuple(line.encode(errors="surrogateescape") + b"\n" for line in said["lines"])
    return file.settled(hunk, chosen_by_user(hunk.conflict, lines, said["why"]))
