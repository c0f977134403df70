"""What a merge by structure is worth: for each kind of step it took, how sure that is and why it was right to take."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from devagent.merge.decision import Alternative, Confidence, Decision, origins
from devagent.merge.regions import Conflict
from devagent.merge.structure.element import Element
from devagent.merge.versions import Lines

_CERTAIN = 0.94
"""A little less than is asked of the class as a whole: most of it is settled by white space, in 98 of 100 rightly."""
_LIKELY = 0.5
_SMALL = 12
"""Lines of all versions together up to which a conflict is a small one."""
_NAMED = 3
_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Step:
    """Something that was done where both sides changed a part of the syntax tree.

    Attributes:
        how: the kind of step.
        ours, theirs: what each side changed there, by name.
    """

    how: str
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    @classmethod
    def of(cls, how: str, ours: Sequence[Element], theirs: Sequence[Element]) -> "Step":
        """A step on these elements."""
        return cls(how, *(tuple(_name(element) for element in elements) for elements in (ours, theirs)))


@dataclass(frozen=True)
class Worth:
    """How often people did the same where a merge took a step of this kind, and the sentence that explains it.

    Attributes:
        small, large: how often where the result is neither side's text, in conflicts of few lines and of more.
        whole: how often where it is the text of one side.
    """

    small: float
    large: float
    whole: float
    why: str


# Measured by benchmarks/merge/situations.py on tuning projects, each conflict counted once. What is "separate" is
# settled the surest where one side's text holds the changes of both: it then has what the other side did, and more.
WORTH = {
    "import union": Worth(0.78, 0.75, 0.9, "each side added imports ({ours}; {theirs}), which may stand in any order"),
    "import union, some without use": Worth(
        0.3, 0.3, 0.3, "each side added imports ({ours}; {theirs}); some have no use"
    ),
    "import still used": Worth(0.5, 0.5, 0.6, "one side took out an import that the other side's changes need"),
    "independent entries": Worth(
        0.58, 0.55, 0.58, "each side added entries ({ours}; {theirs}) where order says nothing"
    ),
    "independent members": Worth(0.5, 0.55, 0.55, "each side added definitions of its own ({ours}; {theirs})"),
    "separate entries": Worth(0.7, 0.44, 0.94, "ours changed {ours}, theirs {theirs}: different entries of one list"),
    "separate entries, some deleted": Worth(0.61, 0.52, 0.87, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate members": Worth(0.57, 0.5, 0.95, "ours changed {ours}, theirs {theirs}: different members"),
    "separate members, some deleted": Worth(0.45, 0.45, 0.9, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate lines": Worth(0.69, 0.44, 0.8, "ours changed {ours}, theirs {theirs}: different statements"),
    "separate lines, some deleted": Worth(0.67, 0.48, 0.9, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate tokens": Worth(0.55, 0.5, 0.83, "ours changed {ours}, theirs {theirs}: different parts of one statement"),
    "separate tokens, some deleted": Worth(0.45, 0.4, 0.8, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate lines of text": Worth(0.6, 0.5, 0.7, "the sides changed different lines of a comment or a string"),
    "same change": Worth(0.64, 0.64, 0.66, "both sides made the same change"),
    "one change in the other": Worth(0.6, 0.6, 0.79, "one side made the change of the other side, and more"),
    "layout": Worth(0.75, 0.75, 0.89, "one side changed white space only"),
    "one-sided change": Worth(0.6, 0.6, 0.85, "only one side changed this part of the syntax tree"),
    "one side, beside a conflict": Worth(0.72, 0.72, 0.72, "only one side changed this; what is beside it is open"),
}
_ONE_SIDED = Step("one-sided change")
_LAYOUT = "layout"
_LOST_WORD = 0.37
"""What a merge is worth at most in which one side uses a word that the other side took out."""
_SEVERAL = Worth(0.55, 0.55, 0.7, "")
"""What a merge is worth at most that took steps of several kinds."""


def decision(conflict: Conflict, lines: Lines, other: Lines | None, done: Sequence[Step]) -> Decision:
    """The decision for a conflict that these steps settled; it is as sure as the least sure of them.

    Arguments:
        other: the same with the sides in the other order, where that is possible.
    """
    is_whole = any(_bare(lines) == _bare(side) for side in (conflict.ours, conflict.theirs))
    size = "whole" if is_whole else "small" if conflict.size <= _SMALL else "large"
    weighed = [step for step in done if step.how != _LAYOUT] or done or [_ONE_SIDED]
    odds: dict[Step, float] = {step: getattr(WORTH[step.how], size) for step in weighed}
    step = min(odds, key=lambda step: odds[step])
    several = len({step.how for step in weighed}) > 1
    probability = min(odds[step], getattr(_SEVERAL, size)) if several else odds[step]
    why = WORTH[step.how].why.format(ours=_listed(step.ours), theirs=_listed(step.theirs))
    word = None if is_whole else lost_word(conflict)
    if word is not None:
        probability = min(probability, _LOST_WORD)
        why += f"; but one side now uses `{word.decode('utf-8', 'replace')}`, and the other took it out"
    return Decision(
        lines,
        step.how,
        why,
        _confidence(probability),
        probability,
        origins(lines, conflict.base, conflict.ours, conflict.theirs),
        () if other is None or other == lines else (Alternative(other, f"{step.how}, theirs first", why),),
    )


def lost_word(conflict: Conflict) -> bytes | None:
    """A word that one side took out of a conflict and the other side uses more often; the first in the alphabet."""
    base, ours, theirs = (Counter(_NAME.findall(b"".join(v))) for v in (conflict.base, conflict.ours, conflict.theirs))
    return min(
        (
            word
            for without, other in ((ours, theirs), (theirs, ours))
            for word in base.keys() - without.keys()
            if other[word] > base[word]
        ),
        default=None,
    )


def _confidence(probability: float) -> Confidence:
    if probability >= _CERTAIN:
        return Confidence.CERTAIN
    return Confidence.LIKELY if probability >= _LIKELY else Confidence.UNSURE


def _bare(lines: Lines) -> bytes:
    """The text without white space."""
    return b"".join(b"".join(lines).split())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


def _name(element: Element) -> str:
    text = " ".join((element.key or element.text).decode("utf-8", "replace").split())
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
