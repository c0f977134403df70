"""What each file was when two branches parted that were merged crosswise: one text of several common ancestors.

The ancestors of such branches may have been merged crosswise themselves, and so on: like git, this merges the ancestors
of the ancestors first. Unlike git's, the text never holds markers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devagent.merge.ancestors import common_ancestor
from devagent.repo.git import Repository
from devagent.repo.index import tree_blobs

_MOST_MERGES = 32
"""Merges of ancestors. Behind so many, the first of several ancestors stands for all."""


@dataclass(frozen=True)
class Ancestor:
    """A commit, or what two ancestors come to when they are merged.

    Arguments:
        commit: the id; of the second of the two, where this is a merge.
        first: what it is merged with; `None` where it is a plain commit.
        origin: what the two come from; `None` where they share nothing.
    """

    commit: str
    first: "Ancestor | None" = None
    origin: "Ancestor | None" = None

    @property
    def commits(self) -> Iterator[str]:
        """The commits that it is made of, some of them perhaps more than once."""
        yield self.commit
        for part in (self.first, self.origin):
            if part is not None:
                yield from part.commits

    def text(self, path: str, held: Mapping[str, Mapping[str, bytes]]) -> bytes | None:
        """The file in it; `None` where it has none. A side that has the file stands for one that has not.

        Arguments:
            held: the texts of each commit, by path.
        """
        own = held[self.commit].get(path)
        if self.first is None:
            return own
        other = self.first.text(path, held)
        if own is None or other is None:
            return other if own is None else own
        begun = self.origin.text(path, held) if self.origin else None
        return common_ancestor(path, begun or b"", [other, own])


def ancestors(repo: Repository, bases: Sequence[str], paths: Sequence[str]) -> dict[str, bytes]:
    """The common ancestor of each file that one of several merge bases has. Nothing where there is only one base."""
    if len(bases) < 2 or not paths:
        return {}
    whole = _Merging(repo).merged(bases)
    blobs = {commit: tree_blobs(repo, commit, paths) for commit in set(whole.commits)}
    contents = repo.git.blobs({blob.id for held in blobs.values() for blob in held.values()})
    texts = {commit: {path: contents[blob.id] for path, blob in held.items()} for commit, held in blobs.items()}
    found = ((path, whole.text(path, texts)) for path in paths)
    return {path: text for path, text in found if text is not None}


class _Merging:
    """Finds what commits come from, in a bounded number of steps."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self.left = _MOST_MERGES

    def merged(self, commits: Sequence[str]) -> Ancestor:
        """These commits, merged one after the other."""
        whole = Ancestor(commits[0])
        for number, commit in enumerate(commits[1:], 1):
            if self.left <= 0:
                break
            self.left -= 1
            # With several commits behind the first, git takes them for one that merges them.
            bases = self.repo.git.run("merge-base", "--all", commit, *commits[:number], check=False).line.split()
            whole = Ancestor(commit, whole, self.merged(bases) if bases else None)
        return whole
