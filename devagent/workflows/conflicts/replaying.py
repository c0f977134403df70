"""`devagent bench merges`: the merges of a repository made again, beside what people made of them.

Everything is read from the object store. A file counts if both sides changed it under one name, `git merge-file` finds
conflicts in it, and it is merged line by line: what a tool writes, binary and very large files are counted as left out.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from devagent.merge.decision import Confidence, Decision
from devagent.merge.engine import merge_text
from devagent.merge.generated import written_by_a_tool
from devagent.merge.judging import essence, language_of, made
from devagent.merge.keeping import keeping_both
from devagent.merge.markers import has_markers
from devagent.merge.merged import Merged
from devagent.merge.precedent import ALIKE, SAME, Precedent
from devagent.merge.reference import reference_regions
from devagent.merge.regions import Clean, Conflict, Region, is_clean
from devagent.merge.versions import Versions
from devagent.repo.git import Git
from devagent.repo.past import Past, Touched
from devagent.workflows.conflicts.before import LARGEST, Before, Looked, Reach
from devagent.workflows.conflicts.score import GIT, Method, Score
from devagent.workflows.conflicts.settling import ACCEPT

_UNHURRIED = Reach(seconds=math.inf)
"""What is found must not depend on how busy the machine is."""
_FILES_AT_ONCE = 50
_FIRST_THREE = 3


@dataclass
class Replay:
    """The merges of a repository, made again one by one. What was measured so far is in `score` at any moment.

    Arguments:
        since: merges before this time, in seconds since the epoch, are left out.
        limit: how many merges are made again, the latest.
        seconds: after so long no other file is begun.
    """

    git: Git
    since: float = 0.0
    limit: int | None = None
    seconds: float | None = None
    score: Score = field(default_factory=Score)
    _replayed: dict[tuple[str, str], list[Precedent]] = field(default_factory=dict)

    def run(self, tell: Callable[[Score], None] = lambda _: None) -> Score:
        """Make them again; `tell` hears how far it is after each merge."""
        end = time.monotonic() + self.seconds if self.seconds is not None else math.inf
        past = Past(self.git)
        merges = [merge for merge in past.merges() if past.commits[merge].when >= self.since][: self.limit]
        self.score.merges = len(merges)
        for merge, touched in past.touched(merges):
            for versions, result in self._conflicting(touched):
                if time.monotonic() > end:
                    break
                self._measure(versions, result, self._before(past, merge, versions.path))
            if time.monotonic() > end:
                self.score.is_cut = True
                break
            self.score.replayed += 1
            tell(self.score)
        return self.score

    def _conflicting(self, touched: Sequence[Touched]) -> Iterator[tuple[Versions, bytes]]:
        """The files in which git finds conflicts, each with what the merge made of it."""
        for start in range(0, len(touched), _FILES_AT_ONCE):
            some = touched[start : start + _FILES_AT_ONCE]
            ids = {blob for file in some for blob in (file.base, file.ours, file.theirs, file.result) if blob}
            texts = {"": b"", **self.git.blobs(sorted(ids))}
            for file in some:
                base, ours, theirs, result = (texts[blob] for blob in (file.base, file.ours, file.theirs, file.result))
                versions = Versions(file.path, base, ours, theirs)
                if not _by_lines(versions, result):
                    self.score.left_out += 1
                elif not is_clean(reference_regions(versions)):
                    yield versions, result

    def _before(self, past: Past, merge: str, path: str) -> Before:
        def look() -> Looked:
            visible = past.before(*past.commits[merge].parents)
            return Looked(past, [other for other in past.merges() if other in visible])

        return Before(self.git, (path,), look, _UNHURRIED, replayed=self._replayed)

    def _measure(self, versions: Versions, result: bytes, before: Before) -> None:
        """Merge one file in every way, and compare."""
        language = language_of(versions.path)
        meant = essence(language, result)
        self.score.files += 1
        self.score.methods[GIT].add(seconds=0.0)
        for name, method in _METHODS.items():
            began = time.perf_counter()
            merged = method(versions, before)
            seconds = time.perf_counter() - began
            content = merged.content() if merged.is_clean else None
            self.score.methods[name].add(
                seconds,
                clean=content is not None,
                same=content is not None and essence(language, content) == meant,
                broken=content is not None and _is_broken(versions, content),
            )
            if name is Method.ALWAYS:
                self._count_hunks(merged, result)
            if name is Method.RESOLVE:
                self._count_known(merged, result)

    def _count_hunks(self, merged: Merged, result: bytes) -> None:
        """Which conflicts were answered as people did, first and among the first three, by confidence."""
        for decision, right in _judged(merged, result):
            self.score.hunks += 1
            self.score.first += any(right[:1])
            self.score.three += any(right[:_FIRST_THREE])
            if decision:
                self.score.classes[decision.confidence].add(right[0])

    def _count_known(self, merged: Merged, result: bytes) -> None:
        """Which conflicts had been met before, and were answered the same way again."""
        for decision, right in _judged(merged, result):
            if decision and decision.how in (SAME, ALIKE):
                self.score.known.add(right[0])


def _certain(versions: Versions, _before: Before) -> Merged:
    return merge_text(versions, accept=Confidence.CERTAIN)


def _likely(versions: Versions, _before: Before) -> Merged:
    return merge_text(versions, accept=Confidence.LIKELY)


def _always(versions: Versions, _before: Before) -> Merged:
    return merge_text(versions, accept=Confidence.UNSURE)


def _resolve(versions: Versions, before: Before) -> Merged:
    """As `devagent resolve` does: with what was done before, and without losing a side's change."""
    return keeping_both(before.merged(versions, accept=ACCEPT))


_METHODS: dict[Method, Callable[[Versions, Before], Merged]] = {
    Method.CERTAIN: _certain,
    Method.LIKELY: _likely,
    Method.ALWAYS: _always,
    Method.RESOLVE: _resolve,
}


def _by_lines(versions: Versions, result: bytes) -> bool:
    """Whether a file is one that is merged line by line, and people left no marker in it."""
    texts = (versions.base, versions.ours, versions.theirs, result)
    if versions.is_binary or written_by_a_tool(versions):
        return False
    return not any(len(text) > LARGEST or has_markers(text) for text in texts)


def _judged(merged: Merged, result: bytes) -> Iterator[tuple[Decision | None, list[bool]]]:
    """What was decided or proposed for each conflict, and which of its texts, best first, are what people made."""
    language = language_of(merged.versions.path)
    opened = tuple(map(_opened, merged.regions))
    answers = made(opened, result, language)
    asked = [(r, o) for r, o in zip(merged.regions, opened, strict=True) if isinstance(o, Conflict)]
    for (region, _), answer in zip(asked, answers, strict=True):
        decision = region.decision if isinstance(region, Clean) else region.proposal
        texts = [decision.lines, *(other.lines for other in decision.alternatives)] if decision else []
        wanted = answer.essence if answer else None
        yield decision, [essence(language, b"".join(lines)) == wanted for lines in texts]


def _opened(region: Region) -> Region:
    return region.was if isinstance(region, Clean) and region.was else region


def _is_broken(versions: Versions, content: bytes) -> bool:
    """Whether the text has a syntax error that it has on neither side."""
    from devagent.code.errors import CannotParse
    from devagent.code.wellformed import newly_malformed

    try:
        return all(newly_malformed(versions.path, side, content) for side in (versions.ours, versions.theirs))
    except CannotParse:
        return False
