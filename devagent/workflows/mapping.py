"""`map`: the repository, or a part of it, in so many tokens, as its files are now."""

import json
from collections.abc import Sequence
from pathlib import Path

from devagent.code.index.index import Index, Place, Progress
from devagent.code.map.repository_map import RepositoryMap, Request, draw_map
from devagent.errors import DevagentError, NotResolved, UsageError
from devagent.repo.git import Repository
from devagent.workflows.indexing import open_index

RECENT_COMMITS = 100
"""The files that so many commits before HEAD changed count as changed lately."""

_KEPT = "recent"


def map_repository(
    path: Path,
    tokens: int,
    focuses: Sequence[str] = (),
    *,
    standing: Path | None = None,
    progress: Progress | None = None,
) -> RepositoryMap:
    """The map of the repository that a path lies in; where the path is not its top, of what is below the path.

    Arguments:
        tokens: how many the map may have.
        focuses: files, names of definitions, or texts.
        standing: the folder that paths among the focuses may start from; `path` by default.

    Raises `UsageError` or `CannotRun` without a repository that can be read, `NotResolved` where nothing is defined.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    index = open_index(path if path.is_dir() else path.parent)
    try:
        index.refresh(progress)
        within, folder = _inside(index.root, path), _inside(index.root, standing or path)
        request = Request(tokens, tuple(focuses), within, folder, _recent(index))
        drawn = draw_map(index, request)
    finally:
        index.close()
    if not drawn.files:
        raise _nothing(drawn, within)
    return drawn


def _inside(root: Path, path: Path) -> str:
    """A path from the top of the work tree; empty for the top and for what lies outside."""
    found = path.resolve()
    if not found.is_relative_to(root.resolve()) or found == root.resolve():
        return ""
    return found.relative_to(root.resolve()).as_posix()


def _nothing(drawn: RepositoryMap, within: str) -> DevagentError:
    if drawn.all_definitions == 0:
        return NotResolved("there is nothing to map", why="no file of this repository defines anything that is known")
    if within:
        return NotResolved(f"there is nothing to map in {within}", hint="Name another folder, or none for all")
    return UsageError(f"no definition fits in {drawn.limit} tokens", hint="Allow more with --tokens")


def _recent(index: Index) -> Sequence[tuple[str, int]]:
    """The files that the last commits changed, each with how many commits ago; kept until HEAD moves."""
    place = index.place
    stamp = _head(place)
    kept = index.kept(_KEPT)
    if stamp and kept is not None:
        known, _, listed = kept.partition(b"\n")
        if known == stamp:
            return [(path, age) for path, age in json.loads(listed)]
    found = _changed_lately(Repository(place.root, place.git_dir, place.common_dir))
    index.keep(_KEPT, stamp + b"\n" + json.dumps(found).encode())
    return found


def _head(place: Place) -> bytes:
    """What changes whenever HEAD does, read without git; nothing where that cannot be told."""
    try:
        text = (place.git_dir / "HEAD").read_bytes().strip()
        if not text.startswith(b"ref: "):
            return text
        reference = place.common_dir / text.removeprefix(b"ref: ").decode()
        if reference.is_file():
            return text + b" " + reference.read_bytes().strip()
        packed = (place.common_dir / "packed-refs").stat()
        return b"%s %d %d" % (text, packed.st_mtime_ns, packed.st_size)
    except OSError:
        return b""


def _changed_lately(repo: Repository) -> list[tuple[str, int]]:
    listed = repo.git.run("rev-list", "--no-merges", f"--max-count={RECENT_COMMITS}", "HEAD", "--", check=False)
    commits = listed.stdout.split()
    if listed.returncode != 0 or not commits:
        return []
    changes = repo.git.run("diff-tree", "--stdin", "-r", "-z", "--name-only", stdin=listed.stdout, check=False)
    ids, age, found = {commit.decode() for commit in commits}, -1, []
    for entry in changes.fields:
        if entry in ids:
            age += 1
        else:
            found.append((entry, age))
    return found
