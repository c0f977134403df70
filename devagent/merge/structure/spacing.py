"""What stands between two neighbours of the result: white space and separators, as a version has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from devagent.merge.structure.element import Element
from devagent.merge.structure.matching import Elements

VERSIONS = ("base", "ours", "theirs")
_SIDES_FIRST = ("ours", "theirs", "base")


@dataclass(frozen=True)
class Place:
    """Where an element of the result stands among its siblings in each version; `None` where it does not."""

    base: int | None = None
    ours: int | None = None
    theirs: int | None = None

    def index(self, version: str) -> int | None:
        """Its index in one version."""
        found: int | None = getattr(self, version)
        return found

    def at(self, version: str) -> int:
        """Its index in a version in which it stands."""
        found = self.index(version)
        assert found is not None
        return found


@dataclass(frozen=True)
class Siblings:
    """The children of one parent in the three versions, each list between two marks that all versions share.

    Attributes:
        separator: what must stand between two of them, besides white space.
    """

    base: Elements
    ours: Elements
    theirs: Elements
    separator: bytes = b""

    def of(self, version: str) -> Elements:
        """The children in one version."""
        found: Elements = getattr(self, version)
        return found

    @cached_property
    def names(self) -> Mapping[str, frozenset[tuple[str, bytes]]]:
        """For each version the kinds and keys of its children; imports with their whole text."""
        return {version: frozenset(_names(self.of(version))) for version in VERSIONS}

    def gap(self, version: str, left: int) -> bytes:
        """What stands behind the child with this index in one version."""
        elements = self.of(version)
        return elements[left].source.content[elements[left].end : elements[left + 1].start]

    def between(self, version: str, before: Place, behind: Place) -> bytes:
        """What stands in one version between two children that it has."""
        first, last = self.of(version)[before.at(version)], self.of(version)[behind.at(version)]
        return first.source.content[first.end : last.start]

    def inside(self, version: str) -> bytes:
        """What stands in one version between the first and the last child."""
        elements = self.of(version)
        return elements[0].source.content[elements[0].end : elements[-1].start]

    def at(self, place: Place) -> tuple[Element | None, Element | None, Element | None]:
        """The child at a place in the base, in ours and in theirs."""
        base, ours, theirs = (
            None if (at := place.index(version)) is None else self.of(version)[at] for version in VERSIONS
        )
        return base, ours, theirs


def _names(elements: Elements) -> Iterator[tuple[str, bytes]]:
    for element in elements:
        if element.key is not None:
            yield element.kind, element.text if element.is_import else element.key


def gap(siblings: Siblings, left: Place, right: Place) -> bytes:
    """What to put between two elements that are neighbours in the result."""
    found = {
        version: siblings.gap(version, at)
        for version in _SIDES_FIRST
        if (at := _adjacent(left, right, version)) is not None
    }
    if "ours" in found and "theirs" in found:
        return _merged(found.get("base"), found["ours"], found["theirs"])
    for version in _SIDES_FIRST:
        if version in found:
            return found[version]
    return _borrowed(siblings, left, right)


def _adjacent(left: Place, right: Place, version: str) -> int | None:
    """The index of `left` in a version in which `right` follows it."""
    first, second = left.index(version), right.index(version)
    return first if first is not None and second is not None and first + 1 == second else None


def _merged(base: bytes | None, ours: bytes, theirs: bytes) -> bytes:
    if base == ours:
        return theirs
    return ours if base == theirs else _wider(ours, theirs)


def _wider(*gaps: bytes) -> bytes:
    """The gap with more lines, then more bytes: the same choice whichever side is called ours."""
    return max(gaps, key=lambda gap: (gap.count(b"\n"), len(gap), gap))


def _narrower(*gaps: bytes) -> bytes:
    """The gap with fewer lines, but a line break if there is one."""
    broken = [gap for gap in gaps if b"\n" in gap]
    return min(broken or gaps, key=lambda gap: (gap.count(b"\n"), len(gap), gap))


def _borrowed(siblings: Siblings, left: Place, right: Place) -> bytes:
    """The gap before `right` or behind `left` in some version, best one next to a sibling of the same kind."""
    before = [(version, at - 1) for version in _SIDES_FIRST if (at := right.index(version))]
    behind = [(v, at) for v in _SIDES_FIRST if (at := left.index(v)) is not None and at + 1 < len(siblings.of(v))]
    wanted = [next(element.family for element in siblings.at(place) if element) for place in (left, right)]
    ranks = {place: _fit(siblings, *place, wanted) for place in before + behind}
    gaps = [siblings.gap(*place) for place in ranks if ranks[place] == max(ranks.values())]
    are_lines = all(b"\n" not in element.text for place in (left, right) for element in siblings.at(place) if element)
    return _separated(siblings.separator, _narrower(*gaps) if are_lines else _wider(*gaps))


def _separated(separator: bytes, gap: bytes) -> bytes:
    return gap if separator in gap else separator + (gap or b" ")


def _fit(siblings: Siblings, version: str, left: int, wanted: list[str]) -> tuple[int, bool]:
    """How well a gap suits: how many of its neighbours are of the kinds wanted, and whether a side has it."""
    pair = siblings.of(version)[left : left + 2]
    return sum(element.family == kind for element, kind in zip(pair, wanted, strict=True)), version != "base"
