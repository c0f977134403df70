"""Opening the index of a repository, without git where nothing has to be asked of it."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from devagent.code.index.facts import Report
from devagent.code.index.index import Index, Place, Progress
from devagent.code.index.store import is_damage

if TYPE_CHECKING:
    from devagent.repo.git import Repository

T = TypeVar("T")


class GitListing:
    """What git says of the files of a work tree (`Listing`). It is started when it is asked."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def paths(self) -> Sequence[str]:
        """Every file that git tracks or would offer to track."""
        return self._list("--cached", "--others", "--exclude-standard")

    def ignored(self) -> Sequence[str]:
        """The folders that git ignores as a whole."""
        found = self._list("--others", "--ignored", "--exclude-standard", "--directory")
        return [path for path in found if path.endswith("/")]

    @cached_property
    def repository(self) -> "Repository":
        """The repository. Raises `UsageError` or `CannotRun`, as `find_root` does."""
        from devagent.repo.git import find_root

        return find_root(self._directory)

    def _list(self, *options: str) -> list[str]:
        return self.repository.git.run("ls-files", "-z", *options).fields


def open_index(directory: Path) -> Index:
    """The index of the repository that a folder lies in; not yet brought up to date.

    Raises `UsageError` or `CannotRun` where there is no repository that can be read.
    """
    listing = GitListing(directory)
    place = _known_place(directory.absolute())
    if place is None:
        found = listing.repository
        place = Place(found.root, found.git_dir, found.common_dir)
    return Index(place, listing)


def ask_index(directory: Path, question: Callable[[Index, Report], T], progress: Progress | None = None) -> T:
    """The answer to a question about a repository's index, after bringing it up to date.

    Damage that the question comes upon is mended, and the question asked again. Raises as `open_index` does.
    """
    index = open_index(directory)
    try:
        report = index.refresh(progress)
        try:
            return question(index, report)
        except Exception as error:  # what a damaged file makes of a question cannot be foreseen; all else goes on
            if not is_damage(error):
                raise
            index.remake()
            return question(index, index.refresh(progress))
    finally:
        index.close()


def _known_place(directory: Path) -> Place | None:
    """The work tree around a folder, if this user has indexed its repository before: git had no objection then."""
    folder = next((folder for folder in (directory, *directory.parents) if (folder / ".git").exists()), None)
    if folder is None:
        return None
    own = folder / ".git"
    try:
        if own.is_file():
            own = folder / own.read_text(errors="replace").removeprefix("gitdir:").strip()
        shared = own / "commondir"
        common = own / shared.read_text(errors="replace").strip() if shared.is_file() else own
        if (common / "devagent" / "index.sqlite3").stat().st_uid != os.getuid():
            return None
    except (OSError, ValueError):
        return None  # git will say what is wrong, if anything is
    return Place(folder.resolve(), own.resolve(), common.resolve())
