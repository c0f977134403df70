"""What a merge by structure is worth: for each kind of step it took, how sure that is and why it was right to take."""

from collections.abc import Sequence
from dataclasses import dataclass

from devagent.merge.decision import Alternative, Confidence, Decision, origins
from devagent.merge.regions import Conflict
from devagent.merge.structure.element import Element
from devagent.merge.versions import Lines

_LIKELY = 0.5
_NAMED = 3
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
        mixed: how often where the result is neither side's text.
        whole: how often where it is the text of one side.
    """

    mixed: float
    whole: float
    why: str


# Measured on the tuning projects of benchmarks/merge, on conflicts that the steps before had left.
_WORTH = {
    "import union": Worth(0.74, 0.74, "each side added imports ({ours}; {theirs}), which may stand in any order"),
    "import union, some without use": Worth(0.3, 0.3, "each side added imports ({ours}; {theirs}); some have no use"),
    "import still used": Worth(0.5, 0.6, "one side took out an import that the other side's changes need"),
    "independent entries": Worth(0.6, 0.6, "each side added entries ({ours}; {theirs}) where order says nothing"),
    "independent members": Worth(0.53, 0.53, "each side added definitions of its own ({ours}; {theirs})"),
    "separate entries": Worth(0.58, 0.92, "ours changed {ours}, theirs {theirs}: different entries of one list"),
    "separate entries, some deleted": Worth(0.53, 0.76, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate members": Worth(0.52, 0.9, "ours changed {ours}, theirs {theirs}: different members"),
    "separate members, some deleted": Worth(0.5, 0.78, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate lines": Worth(0.72, 0.8, "ours changed {ours}, theirs {theirs}: different statements"),
    "separate lines, some deleted": Worth(0.68, 0.83, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate tokens": Worth(0.6, 0.78, "ours changed {ours}, theirs {theirs}: different parts of one statement"),
    "separate tokens, some deleted": Worth(0.4, 0.78, "ours changed or deleted {ours}, theirs {theirs}"),
    "separate lines of text": Worth(0.6, 0.7, "the sides changed different lines of a comment or a string"),
    "same change": Worth(0.64, 0.68, "both sides made the same change"),
    "one change in the other": Worth(0.6, 0.72, "one side made the change of the other side, and more"),
    "layout": Worth(0.75, 0.9, "one side changed white space only"),
    "one-sided change": Worth(0.64, 0.85, "only one side changed this part of the syntax tree"),
}
_ONE_SIDED = Step("one-sided change")


def decision(conflict: Conflict, lines: Lines, other: Lines | None, done: Sequence[Step]) -> Decision:
    """The decision for a conflict that these steps settled; it is as sure as the least sure of them.

    Arguments:
        other: the same with the sides in the other order, where that is possible.
    """
    is_whole = any(_bare(lines) == _bare(side) for side in (conflict.ours, conflict.theirs))
    odds = {step: _WORTH[step.how].whole if is_whole else _WORTH[step.how].mixed for step in done or [_ONE_SIDED]}
    step = min(odds, key=lambda step: odds[step])
    why = _WORTH[step.how].why.format(ours=_listed(step.ours), theirs=_listed(step.theirs))
    return Decision(
        lines,
        step.how,
        why,
        Confidence.LIKELY if odds[step] >= _LIKELY else Confidence.UNSURE,
        odds[step],
        origins(lines, conflict.base, conflict.ours, conflict.theirs),
        () if other is None or other == lines else (Alternative(other, f"{step.how}, theirs first", why),),
    )


def _bare(lines: Lines) -> bytes:
    """The text without white space."""
    return b"".join(b"".join(lines).split())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


def _name(element: Element) -> str:
    text = " ".join((element.key or element.text).decode("utf-8", "replace").split())
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
