"""Files with conflict markers and no stages in the index: they were committed or staged, or another tool wrote them.

The markers are then all there is. With the base between them (diff3) a file is resolved as any other; without it nobody
can tell what each side changed, and only a person can choose. It is written, and not staged.
"""

from collections.abc import Sequence
from dataclasses import replace

from devagent.errors import UsageError
from devagent.merge.engine import merge_text
from devagent.merge.envelope import Envelope
from devagent.merge.keeping import keeping_both
from devagent.merge.markers import MARKER_SIZE, BrokenMarkers, Style, parse
from devagent.merge.merged import Merged
from devagent.merge.versions import Labels
from devagent.repo.attributes import attributes
from devagent.repo.checkout import Checkout
from devagent.repo.conflicts import Unmerged
from devagent.repo.git import Repository
from devagent.workflows.conflicts.resolution import FileResolution, Outcome, with_merged
from devagent.workflows.conflicts.settling import ACCEPT, ANCESTOR

_AS_IT_IS = Envelope(bom=False, crlf=None, final_newline=None)
_WITHOUT_A_BASE = "its markers do not show the base, which it takes to tell what each side changed"


def with_markers(repo: Repository) -> list[str]:
    """The tracked files that hold conflict markers and are not as they were committed.

    Markers that are committed may be meant: of a test, or a text about merges. Who names such a file means it.
    """
    found = repo.git.run("grep", "-l", "-z", "-I", "-E", "-e", "^<{7,}( |$)", check=False).fields
    if not found or repo.head() is None:
        return found
    changed = set(repo.git.run("diff-index", "--name-only", "-z", "HEAD", "--").fields)
    return [path for path in found if path in changed]


def labels_in(text: bytes, size: int = MARKER_SIZE) -> Labels | None:
    """The names that the markers in a text have for the versions; `None` where there are no markers, or broken ones."""
    try:
        marked = parse(text, size)
    except BrokenMarkers:
        return None
    return replace(marked.labels, base=marked.labels.base or ANCESTOR) if marked else None


def style_in(text: bytes, size: int = MARKER_SIZE) -> Style | None:
    """How the markers in a text show conflicts; `None` where there are no markers, or broken ones."""
    try:
        marked = parse(text, size)
    except BrokenMarkers:
        return None
    return marked.style if marked else None


def settle_marked(repo: Repository, paths: Sequence[str]) -> tuple[FileResolution, ...]:
    """What is proposed for files with markers. Raises `UsageError` for one that has none."""
    known = attributes(repo, paths)
    checkout = Checkout(repo.root)
    found = []
    for path in paths:
        file = checkout.read(path)
        if file is None:
            raise UsageError(f"{path} has no conflict", why="there is no such file")
        left = FileResolution(
            Unmerged(path, None, None, None),
            Outcome.LEFT,
            mode=file.mode,
            marker_size=known[path].marker_size,
            seen=file,
        )
        found.append(_settled(left, file.content))
    return tuple(found)


def _settled(file: FileResolution, content: bytes) -> FileResolution:
    try:
        marked = parse(content, file.marker_size)
    except BrokenMarkers as error:
        return replace(file, reason=error.what)
    if marked is None:
        raise UsageError(f"{file.path} has no conflict", hint="See git status")
    if marked.style is Style.MERGE:
        as_it_is = Merged(marked.versions(file.path), marked.regions, _AS_IT_IS)
        return replace(file, merged=as_it_is, reason=_WITHOUT_A_BASE)
    return with_merged(file, keeping_both(merge_text(marked.versions(file.path), accept=ACCEPT)))
