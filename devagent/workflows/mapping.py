"""`map`: the repository, or a part of it, in so many tokens, as its files are now."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from devagent.code.index.doubts import doubts_about
from devagent.code.index.facts import Report
from devagent.code.index.index import Index, Progress
from devagent.code.map.repository_map import RepositoryMap, Request, draw_map
from devagent.errors import DevagentError, NotResolved, UsageError
from devagent.workflows.indexing import ask_index
from devagent.workflows.recent import changed_lately


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

    def drawn(index: Index, _: Report) -> RepositoryMap:
        within, folder = _inside(index.root, path), _inside(index.root, standing or path)
        found = draw_map(index, Request(tokens, tuple(focuses), within, folder, changed_lately(index)))
        if not found.files:
            raise _nothing(found, within)
        doubts = doubts_about(index, [file.path for file in found.files], within)
        return replace(found, not_sure=tuple(doubts))

    return ask_index(path if path.is_dir() else path.parent, drawn, progress)


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
