"""What is compared: ways to merge a file, each a function from an example to what it makes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examples import Example

from devagent.merge.decision import Confidence
from devagent.merge.engine import STEPS, Step, merge_text
from devagent.merge.joint import Leaning
from devagent.merge.limits import Limits
from devagent.merge.line_merge import chunks
from devagent.merge.ranking import decide
from devagent.merge.regions import Regions
from devagent.merge.together import ranking_beside
from devagent.merge.versions import Lines, Versions
from devagent.merge.weave import key, tokens


@dataclass(frozen=True)
class Answer:
    """What a method makes of a file.

    Arguments:
        content: the whole file; `None` where it leaves a conflict.
        hunks: what it puts in the place of each hunk, best first; empty where the method knows no hunks.
        chances: how likely it says that the first answer to each hunk is right, where it says so.
        is_shared: whether another method had done the work before, so that the time says nothing.
    """

    content: bytes | None
    hunks: Sequence[Sequence[Lines]] = ()
    chances: Sequence[float] = ()
    is_shared: bool = False


Method = Callable[[Example], Answer]


def git(_example: Example) -> Answer:
    """Every file that was harvested conflicts in `git merge-file`."""
    return Answer(None)


def ours(example: Example) -> Answer:
    """Our text in each hunk."""
    return answered(example, [[hunk.ours] for _, hunk in example.hunks])


def theirs(example: Example) -> Answer:
    """Their text in each hunk."""
    return answered(example, [[hunk.theirs] for _, hunk in example.hunks])


def token_diff3(example: Example) -> Answer:
    """diff3 over the words and signs of the whole file."""
    versions = example.versions
    units = [tokens(text) for text in (versions.base, versions.ours, versions.theirs)]
    content: list[bytes] = []
    for chunk in chunks(*[[key(unit) for unit in side] for side in units], example.limits):
        if chunk.source is None:
            return Answer(None)
        name, side = (chunk.spans.theirs, 2) if chunk.source == "theirs" else (chunk.spans.ours, 1)
        content += units[side][name.start : name.stop]
    return Answer(b"".join(content))


def merged(accept: Confidence) -> Method:
    """devagent's own engine, with decisions down to this confidence."""

    def method(example: Example) -> Answer:
        is_shared = _done.keys() == {example.versions}
        if not is_shared:
            _done.clear()
            ranking = ranking_beside(Leaning.together(other.leaning for other in example.beside))
            _done[example.versions] = [_Remembered(step) for step in (*STEPS[:-1], ranking)]
        steps = _done[example.versions]
        done = merge_text(example.versions, accept=accept, steps=steps)
        return Answer(done.content() if done.is_clean else None, is_shared=is_shared)

    return method


class _Remembered:
    """A step of the engine that knows its last answer: what is accepted in the end is no matter of most steps."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._last: tuple[Regions, Regions] | None = None

    def __call__(self, versions: Versions, regions: Regions, limits: Limits) -> Regions:
        if self._last is None or self._last[0] != regions:
            self._last = regions, self._step(versions, regions, limits)
        return self._last[1]


_done: dict[Versions, list[_Remembered]] = {}
"""The steps of the last file."""


def ranked(example: Example) -> Answer:
    """The likeliest candidate for each hunk, as devagent ranks them, knowing what the steps before would do."""
    beside = Leaning.together(other.look.leaning for other in example.beside)
    decided = decide(example.look, beside=beside).values()
    hunks = [[decision.lines, *(other.lines for other in decision.alternatives)] for decision in decided]
    answer = answered(example, hunks)
    return Answer(answer.content, hunks, [decision.probability for decision in decided])


def oracle(example: Example) -> Answer:
    """The right candidate wherever there is one."""
    best = []
    for number, (index, hunk) in enumerate(example.hunks):
        texts = [alternative.lines for alternative in example.proposals[index]]
        right = [lines for lines in texts if example.is_made(number, lines)]
        best.append([*right, *texts, hunk.ours])
    return answered(example, best)


def answered(example: Example, hunks: Sequence[Sequence[Lines]]) -> Answer:
    """The file with the best answer to each hunk."""
    return Answer(example.filled([answers[0] for answers in hunks]), hunks)
