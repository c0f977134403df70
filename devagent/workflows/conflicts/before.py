"""What this repository did before: conflicts that people settled in the merges that both sides come from.

Commits count whoever's they are: a person made them, or let devagent write the files and committed those. What devagent
committed by itself, going on by `resolve --continue`, nobody has looked at: the runs that did so are on record, and
what they wrote is no precedent. Nor is what `git rerere` learnt from files that devagent wrote.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from devagent.errors import CannotRun
from devagent.merge.decision import Confidence
from devagent.merge.engine import STEPS, Step, merge_text
from devagent.merge.evenly import merge_evenly
from devagent.merge.merged import Merged
from devagent.merge.precedent import Memory, Precedent, in_markers, in_merge, may_hold
from devagent.merge.regions import Clean, Conflict
from devagent.merge.versions import Versions
from devagent.repo.git import Git, Repository
from devagent.repo.operation import Operation, UnderWay
from devagent.repo.past import Past, Touched
from devagent.repo.rerere import answers
from devagent.workflows.conflicts.own import committed_unseen, written

LARGEST = 1_000_000
"""Bytes of a version that is looked at."""
_ORIENTED = (Operation.MERGE, Operation.SQUASH)
"""The operations in which a side is what it was in earlier merges."""


@dataclass(frozen=True)
class Reach:
    """How far back is looked, in counts, so that the answer does not depend on the clock.

    Arguments:
        commits, merges: the latest ones that are looked at.
        files: the earlier versions of one path that are merged again, the latest first.
        answers: what `git rerere` knows, the latest first.
        seconds: after so long the search ends all the same.
    """

    commits: int = 50_000
    merges: int = 1_000
    files: int = 40
    answers: int = 200
    seconds: float = 2.0


@dataclass(frozen=True)
class Looked:
    """Where is looked: the commits, and those among them that are merges and count, the latest first.

    Arguments:
        unseen: blobs that no person has looked at.
        extra: what is known otherwise.
    """

    past: Past
    merges: Sequence[str]
    unseen: Collection[str] = ()
    extra: Mapping[str, Sequence[Precedent]] = field(default_factory=dict)


@dataclass
class Before:
    """The earlier conflicts of some paths, looked up where a merge leaves something open.

    Arguments:
        look: what is asked where to look, once, if anything is open.
        sides_count: whether "ours" and "theirs" are what they were in merges.
        is_swapped: whether nothing at all is known of the sides, as in a rebase.
        replayed: what was found, by merge and path; may be shared.
    """

    git: Git
    paths: Sequence[str]
    look: Callable[[], Looked]
    reach: Reach = Reach()
    sides_count: bool = True
    is_swapped: bool = False
    replayed: dict[tuple[str, str], list[Precedent]] = field(default_factory=dict)

    def merged(self, versions: Versions, *, accept: Confidence, ranking: Step = STEPS[-1]) -> Merged:
        """The merge of one file, as `merge_text`, with what people did before.

        Arguments:
            ranking: the last step of the merge, where the sides are what they are in merges.
        """
        merged = self._merged(versions, accept, (), ranking)
        memory = self._memory(merged)
        return self._merged(versions, accept, (memory.step,), ranking) if memory else merged

    def _merged(self, versions: Versions, accept: Confidence, known: Sequence[Step], ranking: Step) -> Merged:
        if self.is_swapped:
            return merge_evenly(versions, accept=accept, known=known)
        return merge_text(versions, accept=accept, steps=(*STEPS[:-1], *known, ranking))

    def _memory(self, merged: Merged) -> Memory:
        """What people made of the conflicts that a merge leaves, or is not certain about."""
        conflicts = _unsure(merged)
        if not conflicts:
            return Memory(())
        try:
            found = list(self._known(merged.versions.path, conflicts))
        except CannotRun:
            # A partial clone lacks old contents, and a damaged one any: what is not there is no precedent.
            found = []
        return Memory(found, sides_count=self.sides_count)

    def _known(self, path: str, conflicts: Sequence[Conflict]) -> Iterator[Precedent]:
        end = self._end
        touched = self._touched.get(path, [])[: self.reach.files]
        yield from self._looked.extra.get(path, ())
        texts = {"": b"", **self.git.blobs(blob for _, file in touched for blob in file.blobs)}
        for merge, file in touched:
            if time.monotonic() > end:
                return
            base, ours, theirs = (_readable(texts[blob]) for blob in (file.base, file.ours, file.theirs))
            versions = Versions(path, base, ours, theirs)
            if not may_hold(conflicts, versions):
                continue
            if (merge, path) not in self.replayed:
                self.replayed[merge, path] = in_merge(versions, texts[file.result], self._where(merge))
            yield from self.replayed[merge, path]

    @cached_property
    def _end(self) -> float:
        return time.monotonic() + self.reach.seconds

    @cached_property
    def _looked(self) -> Looked:
        return self.look()

    @cached_property
    def _touched(self) -> Mapping[str, list[tuple[str, Touched]]]:
        """By path, the merges whose sides both changed it, the latest first."""
        found: dict[str, list[tuple[str, Touched]]] = {}
        looked = self._looked
        for merge, files in looked.past.touched(looked.merges[: self.reach.merges], self.paths):
            for file in files:
                if file.result not in looked.unseen:
                    found.setdefault(file.path, []).append((merge, file))
            if time.monotonic() > self._end:
                break
        return found

    def _where(self, merge: str) -> str:
        return f"merge {merge[:7]} of {_day(self._looked.past.commits[merge].when)}"


def before(repo: Repository, state: UnderWay, paths: Sequence[str], reach: Reach = Reach()) -> Before:
    """What was done before with these paths in the history of both sides of an operation, and what `rerere` knows."""
    return Before(
        repo.git,
        paths,
        partial(_looked, repo, state, paths, reach),
        reach,
        sides_count=state.operation in _ORIENTED,
        is_swapped=state.swapped,
    )


def _looked(repo: Repository, state: UnderWay, paths: Sequence[str], reach: Reach) -> Looked:
    tips = [side.commit for side in (state.ours, state.theirs) if side.commit]
    past = Past(repo.git, tips, reach.commits) if tips else Past(repo.git, ("HEAD",), reach.commits)
    return Looked(past, past.merges(), committed_unseen(repo), _learnt(repo, paths, reach.answers))


def _learnt(repo: Repository, paths: Sequence[str], most: int) -> dict[str, list[Precedent]]:
    """What git's `rerere` knows, for each path: it keeps no names of files."""
    known = answers(repo, most)
    if not known:
        return {}
    own = written(repo)
    found = [known_one for known_one in known if known_one.after not in own]
    return {
        path: [
            precedent
            for answer in found
            for precedent in in_markers(
                path, answer.before, answer.after, f"git rerere's memory of {_day(answer.when)}"
            )
        ]
        for path in paths
    }


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(when))


def _unsure(merged: Merged) -> list[Conflict]:
    """The conflicts that are left, or that were settled with less than certainty."""
    found = list(merged.unresolved)
    for region in merged.regions:
        if isinstance(region, Clean) and region.was and region.decision:
            found += [region.was] if region.decision.confidence is not Confidence.CERTAIN else []
    return found


def _readable(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n") if len(text) <= LARGEST and b"\0" not in text else b""
