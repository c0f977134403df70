"""The three-way merge of syntax trees: what each side did to the children of a node since the base, put together.

Children that all three versions have divide a list into segments, as in diff3; what differs between two of them is
settled by whose change it is, or, for children whose order says nothing, as a set. Children that both sides changed
are merged in turn. Where that does not work the text of the three versions becomes a choice, as small as it goes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from devagent.merge import line_merge
from devagent.merge.limits import Limits
from devagent.merge.regions import Clean, is_clean
from devagent.merge.structure.element import Element
from devagent.merge.structure.matching import Effort, in_order, match
from devagent.merge.structure.pieces import Piece, settled
from devagent.merge.structure.segment import Family, Segment, Unsettled
from devagent.merge.structure.spacing import VERSIONS, Place, Siblings, gap
from devagent.merge.structure.uses import Uses
from devagent.merge.structure.verdict import Step
from devagent.merge.versions import Versions

_DEEPEST = 150
_PER_LINE = 20
"""Operations that the merge of a comment or a string may take for each of its lines."""
_BRACKETS = frozenset({"(", ")"})


@dataclass
class Merge:
    """One merge of trees.

    Attributes:
        effort: what it may cost.
        uses: which imports the merged file needs.
        theirs_first: in which order the sides come where both put something in one place and order says nothing.
        done: what it did where both sides changed something.
        any_order: whether the order of the sides mattered.
        kept: what a side took out and the merge kept.
    """

    effort: Effort
    uses: Uses
    theirs_first: bool = False
    done: list[Step] = field(default_factory=list)
    any_order: bool = False
    kept: list[bytes] = field(default_factory=list)
    depth: int = 0

    def element(self, base: Element, ours: Element, theirs: Element) -> list[Piece]:
        """Merge three versions of one element."""
        whole = self._whole(base, ours, theirs)
        if whole is not None:
            return [Piece(base.text, ours.text, theirs.text, whole.text)]
        if not can_be_opened(base, ours, theirs) or self.depth >= _DEEPEST:
            return [self._text(base.text, ours.text, theirs.text)]
        self.depth += 1
        try:
            family = Family.of(opened(base, ours, theirs), base.source.rules.free(base.type), self.effort)
            return self.run(family, family.kept)
        finally:
            self.depth -= 1

    def pair(self, ours: Element, theirs: Element) -> Piece:
        """Merge what both sides added: the children of both, where those may stand in any order."""
        merged = None
        if ours.same_as(theirs):
            merged = max(ours.text, theirs.text, key=lambda text: (len(text), text))
        elif can_be_opened(ours, theirs):
            family = _family_of_two(ours, theirs, self.effort)
            merged = settled(self.run(family, family.kept)) if family else None
        return Piece(b"", ours.text, theirs.text, merged)

    def run(self, family: Family, kept: Sequence[Place]) -> list[Piece]:
        """Merge what stands between the first and the last of some children that all versions have.

        Arguments:
            kept: all such children from the first to the last, in order.
        """
        return _Run(self, family, kept).merged()

    def _text(self, base: bytes, ours: bytes, theirs: bytes) -> Piece:
        """The merge of a comment or a string, line by line."""
        if b"\n" in base:
            operations = _PER_LINE * sum(text.count(b"\n") for text in (base, ours, theirs))
            self.effort.spend(operations)
            regions = line_merge.merge(Versions("", base, ours, theirs), Limits(diff_operations=operations))
            if is_clean(regions):
                self.done.append(Step("separate lines of text"))
                lines = (line for region in regions if isinstance(region, Clean) for line in region.lines)
                return Piece(base, ours, theirs, b"".join(lines))
        return Piece(base, ours, theirs)

    def _whole(self, base: Element, ours: Element, theirs: Element) -> Element | None:
        """The version that holds all that was changed, if one does."""
        if ours.text == theirs.text or base.text == theirs.text:
            return ours
        if base.text == ours.text:
            return theirs
        unchanged = base.same_as(ours), base.same_as(theirs)
        if any(unchanged) or ours.same_as(theirs):
            self.done.append(Step("layout"))
            if unchanged == (True, False):
                return theirs
            return ours if unchanged == (False, True) else max(ours, theirs, key=lambda e: (len(e.text), e.text))
        return None


def can_be_opened(*versions: Element) -> bool:
    """Whether three versions of an element can be merged child by child."""
    kinds = {version.type for version in versions}
    return len(kinds) == 1 and all(version.children for version in versions)


def opened(base: Element, ours: Element, theirs: Element) -> Siblings:
    """The children of three versions of an element, or the pieces of a group."""
    if any(version.is_group for version in (base, ours, theirs)):
        return Siblings(_framed_parts(base), _framed_parts(ours), _framed_parts(theirs))
    return Siblings(base.framed, ours.framed, theirs.framed, base.source.rules.separator(base.type))


def _framed_parts(element: Element) -> tuple[Element, ...]:
    """An element as a group, even if nothing but itself is in it."""
    if element.is_group:
        return element.framed
    start, *_, end = element.framed
    return start, element, end


def _family_of_two(ours: Element, theirs: Element, effort: Effort) -> Family | None:
    """The children of two elements, with what both have as their base; `None` if the rest needs an order."""
    free = ours.source.rules.free(ours.type) | _BRACKETS
    lists = (
        (_framed_parts(ours), _framed_parts(theirs))
        if ours.is_group or theirs.is_group
        else (ours.framed, theirs.framed)
    )
    common = in_order(match(*lists, effort))
    taken = (set(common), set(common.values()))
    alone = [
        e for elements, known in zip(lists, taken, strict=True) for at, e in enumerate(elements) if at not in known
    ]
    if not all(element.kind in free for element in alone):
        return None
    both = tuple(lists[0][at] for at in sorted(common))
    return Family.of(Siblings(both, *lists, ours.source.rules.separator(ours.type)), free, effort)


class _Run:
    """The merge of a run of siblings."""

    def __init__(self, merge: Merge, family: Family, kept: Sequence[Place]) -> None:
        self.merge, self.family, self.kept = merge, family, kept
        self.siblings = family.siblings
        self.changed: dict[str, list[Element]] = {"ours": [], "theirs": []}
        self.deletes = False
        self.put: list[Place] = []
        self.rewritten: dict[str, set[bytes]] = {"ours": set(), "theirs": set()}

    def merged(self) -> list[Piece]:
        """The pieces of the result. What was moved is in no order: then they are one, or all settled."""
        pieces: list[Piece] = []
        for before, behind in pairwise(self.kept):
            pieces.append(self._segment(before, behind))
            pieces += self._content(behind) if behind is not self.kept[-1] else []
        has_moves = bool(self.family.moved_ours or self.family.moved_theirs)
        if self._repeats() or (has_moves and settled(pieces) is None):
            return [self._piece(self.kept[0], self.kept[-1])]
        if self.changed["ours"] and self.changed["theirs"]:
            how = f"separate {self._level()}" + (", some deleted" if self.deletes else "")
            self.merge.done.append(Step.of(how, self.changed["ours"], self.changed["theirs"]))
        return pieces

    def _segment(self, before: Place, behind: Place) -> Piece:
        """What stands between two children that all versions have, gaps included."""
        ends = self.kept[0], self.kept[-1]
        merge = self.merge
        segment = Segment(self.family, before, behind, ends, merge.effort, merge.uses, merge.theirs_first)
        try:
            places = segment.settled()
        except Unsettled:
            return self._piece(before, behind)
        self.merge.any_order = self.merge.any_order or segment.any_order
        if segment.how:
            self.merge.done.append(Step.of(segment.how, segment.changed["ours"], segment.changed["theirs"]))
        else:
            self.deletes = self.deletes or segment.deletes
            for side, elements in segment.changed.items():
                self.changed[side] += elements
        self.put += places
        pieces: list[Piece] = []
        for left, right in pairwise([before, *places, behind]):
            between = gap(self.siblings, left, right)
            pieces.append(Piece(between, between, between, between))
            pieces += self._content(right) if right is not behind else []
        return self._piece(before, behind, settled(pieces))

    def _repeats(self) -> bool:
        """Whether both sides put the same thing into two places of the run."""
        alone = [place for place in self.put if (place.ours is None) != (place.theirs is None)]
        names = Counter(
            (element.kind, element.key)
            for place in alone
            for element in self.siblings.at(place)[1:]
            if element and element.key is not None and element.kind in self.family.free
        )
        if any(count > max(side[name] for side in self.family.names.values()) for name, count in names.items()):
            return True
        # One side put in what the other made of something else, as if both had not added the same.
        added = ((ours, theirs) for _, ours, theirs in map(self.siblings.at, alone))
        return any(
            element is not None and element.text in self.rewritten[other]
            for sides in added
            for element, other in zip(sides, ("theirs", "ours"), strict=True)
        )

    def _piece(self, before: Place, behind: Place, merged: bytes | None = None) -> Piece:
        """What stands between two children that all versions have."""
        base, ours, theirs = (self.siblings.between(version, before, behind) for version in VERSIONS)
        return Piece(base, ours, theirs, merged)

    def _content(self, place: Place) -> list[Piece]:
        base, ours, theirs = self.siblings.at(place)
        if base is not None and ours is not None and theirs is not None:
            for side, element in (("ours", ours), ("theirs", theirs)):
                if base.text != element.text:
                    self.changed[side].append(element)
                    self.rewritten[side].add(element.text)
            return self.merge.element(base, ours, theirs) if base is not ours else [self.merge.pair(ours, theirs)]
        if ours is not None and theirs is not None:
            return [self.merge.pair(ours, theirs)]
        texts = [element.text for element in (ours, theirs) if element is not None]
        self.merge.kept += texts if base is not None else []
        return [Piece(b"", b"", b"", text) for text in texts]

    def _level(self) -> str:
        """What was changed: members or entries in any order, lines of their own, or tokens of one line."""
        changed = self.changed["ours"] + self.changed["theirs"]
        if all(element.kind in self.family.free for element in changed):
            return "members" if any(b"\n" in element.text for element in changed) else "entries"
        return "lines" if b"\n" in self.siblings.inside("base") else "tokens"
