"""The index of the checkout, for the context of phases: read where there is one, neither made nor refreshed for that.

A refresh forks processes, which a run with its threads had better not do. What is told of the index is held against the
snapshot, so that one which has fallen behind costs only what it does not know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from devagent.repo.git import Repository
from devagent.workflows.request import Request

if TYPE_CHECKING:
    from devagent.code.index.index import Index

T = TypeVar("T")


@dataclass(frozen=True)
class CheckoutIndex:
    """A way to the index of the checkout around a folder (`devagent.team.indexed.AskIndex`)."""

    directory: Path

    def __call__(self, question: "Callable[[Index], T]", /) -> T:
        """The answer to a question about the index as it is. Raises as `open_index` does, and what damage makes."""
        from devagent.workflows.indexing import open_index

        index = open_index(self.directory)
        try:
            return question(index)
        finally:
            index.close()


def index_for(repo: Repository, request: Request) -> CheckoutIndex | None:
    """The index, if there is one and what is asked is about the checkout as it is."""
    there = (repo.common_dir / "devagent" / "index.sqlite3").is_file()
    return CheckoutIndex(repo.root) if there and request.base == "worktree" and not request.revises else None
