"""One stretch of a list of siblings between two that all versions have: whose change it is, or how both go together."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from devagent.merge.structure.element import Element
from devagent.merge.structure.matching import Effort, Elements, Match, cannot_reach, in_order, likeness, match
from devagent.merge.structure.spacing import Place, Siblings
from devagent.merge.structure.uses import Uses

_ALIKE = 0.6
_SAYS_SOMETHING = 8
_SORTED_RUN = 3
_NEIGHBOURS = 6


class Unsettled(Exception):
    """The changes of the two sides do not go together here."""


@dataclass(frozen=True)
class Family:
    """The children of one parent in three versions, and which is which.

    Attributes:
        free: the kinds whose order says nothing.
        ours_at, theirs_at: for each child of the base where it stands on a side, as far as that is in order.
        moved_ours, moved_theirs: the same for children that a side moved.
    """

    siblings: Siblings
    free: frozenset[str]
    ours_at: Match
    theirs_at: Match
    moved_ours: Match
    moved_theirs: Match

    @classmethod
    def of(cls, siblings: Siblings, free: frozenset[str], effort: Effort) -> "Family":
        """Match the children."""
        in_ours = match(siblings.base, siblings.ours, effort)
        in_theirs = match(siblings.base, siblings.theirs, effort)
        ours_at, theirs_at = in_order(in_ours), in_order(in_theirs)
        moved = [
            {base: at for base, at in found.items() if base not in ordered and siblings.base[base].kind in free}
            for found, ordered in ((in_ours, ours_at), (in_theirs, theirs_at))
        ]
        return cls(siblings, free, ours_at, theirs_at, *moved)

    @cached_property
    def kept(self) -> list[Place]:
        """The children that all versions have, in order."""
        return [Place(at, self.ours_at[at], self.theirs_at[at]) for at in sorted(self.ours_at) if at in self.theirs_at]

    @cached_property
    def known(self) -> Match:
        """For each child of ours where it stands in the base, as far as that is in order."""
        return {at: base for base, at in self.ours_at.items()}

    @cached_property
    def moved(self) -> Match:
        """The same for the children that ours moved."""
        return {at: base for base, at in self.moved_ours.items()}

    @cached_property
    def names(self) -> Mapping[str, Counter[tuple[str, bytes | None]]]:
        """For each side how many of its children have a kind and a key."""
        return {
            side: Counter((element.kind, element.key) for element in self.siblings.of(side))
            for side in ("ours", "theirs")
        }

    @cached_property
    def swapped(self) -> "Family":
        """The same with the sides exchanged."""
        siblings = self.siblings
        swapped = Siblings(siblings.base, siblings.theirs, siblings.ours, siblings.separator)
        return Family(swapped, self.free, self.theirs_at, self.ours_at, self.moved_theirs, self.moved_ours)


@dataclass
class Segment:
    """What stands between two children that all versions have.

    Attributes:
        run: the first and the last child of the run that it is a part of.
        effort: what it may cost.
        uses: which imports the merged file needs.
        how: what was done when both sides changed it; empty while that did not happen.
        theirs_first: in which order the sides come where both put something here.
        changed: for each side what it put here or took away.
        any_order: whether what the sides put here might as well stand in the other order.
        deletes: whether a side only took something away.
    """

    family: Family
    before: Place
    behind: Place
    run: tuple[Place, Place]
    effort: Effort
    uses: Uses
    theirs_first: bool = False
    how: str = ""
    changed: dict[str, list[Element]] = field(default_factory=dict)
    any_order: bool = False
    deletes: bool = False

    def settled(self) -> list[Place]:
        """The children of the result in this segment. Raises `Unsettled`."""
        base, ours, theirs = (self._range(version) for version in ("base", "ours", "theirs"))
        if not (base or ours or theirs):
            return []
        self._refuse_lost_edits(base)
        mine = self._insertions(self.family, ours)
        other = [_swapped(place) for place in self._insertions(self.family.swapped, theirs)]
        self._note_who(base, mine, other)
        if mine and other:
            return self._both(base, mine, other)
        if (mine or other) and any(self._is_gone(at) for at in base):
            raise Unsettled
        if any(place.base is not None and None in (place.ours, place.theirs) for place in mine + other):
            self.how = "import still used"
        return mine or other

    def _insertions(self, family: Family, where: Iterable[int]) -> list[Place]:
        """What one side, called ours, puts here: new children, those it moved here, and imports that it needs."""
        places = []
        for at in where:
            if at in family.moved:
                places += self._moved(family, family.moved[at], at)
            elif at not in family.known:
                places.append(Place(ours=at))
            elif family.known[at] not in family.moved_theirs and self._is_needed(family, at):
                places.append(Place(family.known[at], at))
        return places

    def _moved(self, family: Family, base: int, at: int) -> list[Place]:
        """Where a child goes that ours moved: with what theirs made of it, or nowhere if theirs deleted it."""
        if base in family.moved_theirs:
            raise Unsettled
        original = family.siblings.base[base]
        if base not in family.theirs_at:
            if not original.same_as(family.siblings.ours[at]):
                raise Unsettled
            return []
        theirs = family.theirs_at[base]
        if not self._is_inside(base, "base") and not original.same_as(family.siblings.theirs[theirs]):
            raise Unsettled
        return [Place(base, at, theirs)]

    def _is_needed(self, family: Family, at: int) -> bool:
        """Whether theirs took out an import that the merged file needs."""
        return self.uses.are_needed(family.siblings.ours[at], without=family.siblings.theirs[0].source)

    def _range(self, version: str) -> range:
        return range(self.before.at(version) + 1, self.behind.at(version))

    def _refuse_lost_edits(self, base: Iterable[int]) -> None:
        """Nothing that one side edited may disappear because the other side deleted it, or moved it out of the run."""
        family = self.family
        for at in base:
            for here, moved, side, other in (
                (family.ours_at, family.moved_theirs, "ours", "theirs"),
                (family.theirs_at, family.moved_ours, "theirs", "ours"),
            ):
                edited = at in here and not family.siblings.base[at].same_as(family.siblings.of(side)[here[at]])
                if edited and not (at in moved and self._is_inside(moved[at], other)):
                    raise Unsettled

    def _is_inside(self, at: int, version: str) -> bool:
        first, last = self.run
        return first.at(version) < at < last.at(version)

    def _is_gone(self, at: int) -> bool:
        """Whether both sides deleted a child of the base."""
        family = self.family
        return not any(
            at in found for found in (family.ours_at, family.theirs_at, family.moved_ours, family.moved_theirs)
        )

    def _note_who(self, base: Iterable[int], ours: list[Place], theirs: list[Place]) -> None:
        for side, found, inserted in (("ours", self.family.ours_at, ours), ("theirs", self.family.theirs_at, theirs)):
            gone = [self.family.siblings.base[at] for at in base if at not in found]
            self.changed[side] = gone + self._elements(inserted, side)
            self.deletes = self.deletes or bool(gone and not inserted)

    def _both(self, base: Iterable[int], ours: list[Place], theirs: list[Place]) -> list[Place]:
        """What both sides put in the place of the same children of the base."""
        shared = _shared(self._elements(ours, "ours"), self._elements(theirs, "theirs"))
        if not self.family.free and not all(self._is_gone(at) for at in base):
            raise Unsettled
        if len(shared) == len(ours) == len(theirs):
            self.how = "same change"
        elif len(shared) == len(theirs) or len(shared) == len(ours):
            self.how = "one change in the other"
        else:
            self._refuse_what_depends(ours, theirs, shared)
        return self._joined(ours, theirs, shared)

    def _elements(self, places: Iterable[Place], side: str) -> list[Element]:
        return [self.family.siblings.of(side)[at] for place in places if (at := place.index(side)) is not None]

    def _refuse_what_depends(self, ours: list[Place], theirs: list[Place], shared: Match) -> None:
        """Only what may stand in any order, and is neither the same thing twice nor two forms of one, goes together."""
        mine, other = self._elements(ours, "ours"), self._elements(theirs, "theirs")
        if not all(element.kind in self.family.free for element in mine + other):
            raise Unsettled
        alone = [e for at, e in enumerate(mine) if at not in shared]
        others = [e for at, e in enumerate(other) if at not in shared.values()]
        if any(_collide(x, y, self.effort) for x in alone for y in others):
            raise Unsettled
        self.how = self._union(alone + others)

    def _union(self, elements: Sequence[Element]) -> str:
        if all(element.is_import for element in elements):
            void = any(self.uses.are_void(element) for element in elements)
            return "import union, some without use" if void else "import union"
        return "independent members" if any(b"\n" in element.text for element in elements) else "independent entries"

    def _joined(self, ours: list[Place], theirs: list[Place], shared: Match) -> list[Place]:
        """What both sides put here, once; between what they share first ours, then theirs, or sorted as the list is."""
        joined: list[Place] = []
        mine = other = 0
        for x, y in [*sorted(shared.items()), (len(ours), len(theirs))]:
            joined += self._arranged(ours[mine:x], theirs[other:y])
            if x < len(ours):
                joined.append(Place(ours[x].base, ours[x].ours, theirs[y].theirs))
            mine, other = x + 1, y + 1
        return joined

    def _arranged(self, ours: list[Place], theirs: list[Place]) -> list[Place]:
        both = theirs + ours if self.theirs_first else ours + theirs
        if not (ours and theirs):
            return both
        if not (self._is_sorted("ours") and self._is_sorted("theirs")):
            self.any_order = True
            return both
        return sorted(both, key=lambda place: _rank(next(e for e in self.family.siblings.at(place)[1:] if e)))

    def _is_sorted(self, side: str) -> bool:
        """Whether the paragraph of siblings around the segment is sorted."""
        around = _paragraph(self.family.siblings.of(side), self._range(side))
        ranks = [_rank(element) for element in around]
        return len(ranks) >= _SORTED_RUN and all(x <= y for x, y in pairwise(ranks))


def _swapped(place: Place) -> Place:
    return Place(place.base, place.theirs, place.ours)


def _shared(ours: Sequence[Element], theirs: Sequence[Element]) -> Match:
    """What both sides inserted. Raises `Unsettled` where they did so in another order."""
    found: Match = {}
    places: dict[Hashable, list[int]] = {}
    for y, element in enumerate(theirs):
        for token in _tokens(element):
            places.setdefault(token, []).append(y)
    taken: set[int] = set()
    for x, element in enumerate(ours):
        alike = sorted({y for token in _tokens(element) for y in places.get(token, ())} - taken)
        same = next((y for y in alike if _are_one(element, theirs[y])), None)
        if same is not None:
            found[x] = same
            taken.add(same)
    if len(in_order(found)) != len(found):
        raise Unsettled
    return found


def _tokens(element: Element) -> Iterator[Hashable]:
    """What two insertions have in common that are the same."""
    yield frozenset(element.words.items())
    if element.is_import and element.key is not None:
        yield element.kind, element.key


def _are_one(x: Element, y: Element) -> bool:
    """Whether two insertions are the same, or imports from one place."""
    return x.same_as(y) or (x.is_import and x.kind == y.kind and x.key is not None and x.key == y.key)


def _collide(x: Element, y: Element, effort: Effort) -> bool:
    """Whether two insertions are for the same thing, or so much alike that they may be two forms of one."""
    if x.kind == y.kind and x.key is not None and x.key == y.key:
        return True
    if x.is_import and y.is_import:
        return x.kind != y.kind and next(iter(x.terms), None) == next(iter(y.terms), None)
    effort.spend(1)
    if min(x.size, y.size) < _SAYS_SOMETHING or cannot_reach(_ALIKE, x.weight, y.weight):
        return False
    effort.spend(min(len(x.terms), len(y.terms)))
    return likeness(x, y) >= _ALIKE


def _rank(element: Element) -> bytes:
    return element.text.lower()


def _paragraph(elements: Elements, inner: range) -> Elements:
    """Some siblings, with the nearest on both sides of them: up to a blank line or another kind of thing."""
    start, end = inner.start, inner.stop
    while inner.start - _NEIGHBOURS < start > 1 and _stand_together(elements[start - 1], elements[start]):
        start -= 1
    while end < min(inner.stop + _NEIGHBOURS, len(elements) - 1) and _stand_together(elements[end - 1], elements[end]):
        end += 1
    return elements[start:end]


def _stand_together(x: Element, y: Element) -> bool:
    return x.family == y.family and x.source.content.count(b"\n", x.end, y.start) < 2
