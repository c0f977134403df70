"""Which part of the three trees a conflict of the line merge is about.

A window is a run of siblings between two that all versions have, in the smallest parent that holds the whole conflict.
It begins and ends where the regions of the line merge can be cut, so that its text can be put in their place.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from devagent.merge.regions import Clean, Regions, Source, Spans
from devagent.merge.structure.element import Element
from devagent.merge.structure.matching import Effort
from devagent.merge.structure.segment import Family
from devagent.merge.structure.spacing import VERSIONS, Place, Siblings
from devagent.merge.structure.threeway import can_be_opened, opened
from devagent.merge.structure.uses import Uses

Extent = tuple[int, int]
"""Where something starts and ends in the bytes of one version."""
Triple = tuple[Element, Element, Element]


@dataclass(frozen=True)
class Cut:
    """A line boundary that the three versions share: before line `offset` of the region with index `region`."""

    region: int
    offset: int


@dataclass(frozen=True)
class Edge:
    """One end of a window.

    Attributes:
        cut: where the regions are cut.
        outside: text of the line at the cut that is not in the window; the same in all versions. `None` where the cut
            is in the white space at the end of the window.
    """

    cut: Cut
    outside: bytes | None


@dataclass(frozen=True)
class Window:
    """A run of siblings, and the stretch of the file that its merge replaces.

    Attributes:
        family: all children of the parent.
        kept: those of the run that all versions have. The run stands between the first and the last of them.
    """

    family: Family
    kept: Sequence[Place]
    start: Edge
    end: Edge

    @property
    def regions(self) -> range:
        """The indices of the regions that it touches."""
        return range(self.start.cut.region, self.end.cut.region + (self.end.cut.offset > 0))

    def first_lines(self, regions: Regions) -> tuple[int, int, int]:
        """The lines of the three versions that it starts with."""
        spans, offset = regions[self.start.cut.region].spans, self.start.cut.offset
        return spans.base.start + offset, spans.ours.start + offset, spans.theirs.start + offset

    @property
    def run(self) -> Siblings:
        """The run, with the two siblings that it stands between."""
        base, ours, theirs = (
            self.family.siblings.of(version)[self.kept[0].at(version) : self.kept[-1].at(version) + 1]
            for version in VERSIONS
        )
        return Siblings(base, ours, theirs)

    def whole_lines(self, text: bytes) -> bytes:
        """The merged text of the siblings, with the gaps around them, as the lines between the two cuts."""
        if self.start.outside is None:
            text = text.partition(b"\n")[2]
        if self.end.outside is None:
            text = text[: text.rfind(b"\n") + 1]
        return (self.start.outside or b"") + text + (self.end.outside or b"")


class Page:
    """The three versions of a file with the regions of their line merge."""

    def __init__(self, base: Element, ours: Element, theirs: Element, regions: Regions) -> None:
        self.roots, self.regions = (base, ours, theirs), regions
        self.uses = Uses(base.source, ours.source, theirs.source)
        self.contents = [root.source.content for root in self.roots]
        self.lines = [_line_starts(content) for content in self.contents]
        self._families: dict[Triple, tuple[Family, Sequence[Place]]] = {}

    def window(self, first: int, last: int, effort: Effort) -> Window | None:
        """The smallest window around regions `first` to `last`; `None` where there is none."""
        levels = self._levels(self._extents(first, last), effort)
        windows = (level.window(self) for level in reversed(levels))
        return next((window for window in windows if window is not None), None)

    def cut(self, *lines: int) -> Cut | None:
        """The cut before these lines of the three versions; `None` where the line merge does not have them together."""
        if lines in self._boundaries:
            return Cut(self._boundaries[lines], 0)
        index = bisect_right(self._base_starts, lines[0]) - 1
        region = self.regions[index] if index >= 0 else None
        if not isinstance(region, Clean) or region.source is not Source.BASE:
            return None
        offsets = {line - start for line, start in zip(lines, _starts(region.spans), strict=True)}
        offset = offsets.pop()
        return Cut(index, offset) if not offsets and 0 < offset < len(region.spans.base) else None

    def line_at(self, version: int, offset: int) -> int:
        """The line, from 0, that an offset is in."""
        return bisect_right(self.lines[version], offset) - 1

    @cached_property
    def _boundaries(self) -> dict[tuple[int, ...], int]:
        """For where each region starts in the three versions, its index; for the end of the file, their number."""
        starts: dict[tuple[int, ...], int] = {(0, 0, 0): 0}
        starts.update((_ends(region.spans), index) for index, region in enumerate(self.regions, 1))
        return starts

    @cached_property
    def _base_starts(self) -> list[int]:
        return [region.spans.base.start for region in self.regions]

    def _extents(self, first: int, last: int) -> list[Extent]:
        """The bytes of regions `first` to `last` in each version, without the white space at both ends.

        Where there is nothing else, the end of the white space and then its start: any place in it will do.
        """
        starts, ends = _starts(self.regions[first].spans), _ends(self.regions[last].spans)
        return [
            _stripped(content, lines[start], lines[end])
            for content, lines, start, end in zip(self.contents, self.lines, starts, ends, strict=True)
        ]

    def _family(self, parents: Triple, effort: Effort) -> tuple[Family, Sequence[Place]]:
        """The children of `parents`, matched once for all conflicts below them; and those that all versions have."""
        if parents not in self._families:
            family = Family.of(opened(*parents), parents[0].source.rules.free(parents[0].type), effort)
            self._families[parents] = family, family.kept
        return self._families[parents]

    def _levels(self, extents: Sequence[Extent], effort: Effort) -> list["_Level"]:
        """The siblings on each step of the way from the root to the smallest parent around the extents."""
        levels: list[_Level] = []
        parents: Triple | None = self.roots
        while parents is not None and can_be_opened(*parents):
            levels.append(_Level.around(self._family(parents, effort), extents))
            parents = levels[-1].only_child(extents)
        return levels


@dataclass(frozen=True)
class _Level:
    """Siblings on the way down to a conflict.

    Attributes:
        kept: those that all versions have.
        before, behind: which of the kept ones stand next to the conflict.
    """

    family: Family
    kept: Sequence[Place]
    before: int
    behind: int

    @classmethod
    def around(cls, children: tuple[Family, Sequence[Place]], extents: Sequence[Extent]) -> "_Level":
        """The children of a parent, seen from the extents in each version."""
        family, kept = children
        inner = kept[1:-1]
        before = bisect_left(inner, True, key=lambda place: not _end_before(family.siblings.at(place), extents))
        behind = bisect_left(inner, True, before, key=lambda place: _start_behind(family.siblings.at(place), extents))
        return cls(family, kept, before, behind + 1)

    def only_child(self, extents: Sequence[Extent]) -> Triple | None:
        """The one child around the extents, if there is one and it is the same in all versions."""
        if self.behind != self.before + 2:
            return None
        base, ours, theirs = self.family.siblings.at(self.kept[self.before + 1])
        if base is None or ours is None or theirs is None:
            return None
        around = zip((base, ours, theirs), extents, strict=True)
        return (base, ours, theirs) if all(e.start <= start and end <= e.end for e, (start, end) in around) else None

    def window(self, page: Page) -> Window | None:
        """The smallest run of these siblings around the conflict that starts and ends at a cut."""
        starts = ((at, self._start(page, self.kept[at])) for at in range(self.before, -1, -1))
        ends = ((at, self._end(page, self.kept[at])) for at in range(self.behind, len(self.kept)))
        first, start = next(((at, edge) for at, edge in starts if edge), (0, None))
        last, end = next(((at, edge) for at, edge in ends if edge), (0, None))
        if start is None or end is None:
            return None
        return Window(self.family, self.kept[first : last + 1], start, end)

    def _start(self, page: Page, place: Place) -> Edge | None:
        """The edge behind a sibling: after its line, or within it where the line up to there is always the same."""
        ends = [element.end for element in self.family.siblings.at(place) if element]
        lines = [page.line_at(version, end) for version, end in enumerate(ends)]
        prefixes = {
            content[starts[line] : end]
            for content, starts, line, end in zip(page.contents, page.lines, lines, ends, strict=True)
        }
        if prefixes != {b""} and all(
            b"\n" in self.family.siblings.gap(version, place.at(version)) for version in VERSIONS
        ):
            return _edge(page.cut(*(line + 1 for line in lines)), None)
        return _edge(page.cut(*lines), prefixes.pop()) if len(prefixes) == 1 else None

    def _end(self, page: Page, place: Place) -> Edge | None:
        """The edge before a sibling: before its line, or within it where the line from there on is always the same."""
        starts = [element.start for element in self.family.siblings.at(place) if element]
        lines = [page.line_at(version, start) for version, start in enumerate(starts)]
        if all(start == len(content) for start, content in zip(starts, page.contents, strict=True)):
            return _edge(page.cut(*(len(lines) - 1 for lines in page.lines)), b"")
        if all(b"\n" in self.family.siblings.gap(version, place.at(version) - 1) for version in VERSIONS):
            return _edge(page.cut(*lines), None)
        suffixes = {
            content[start : of_line[min(line + 1, len(of_line) - 1)]]
            for content, start, of_line, line in zip(page.contents, starts, page.lines, lines, strict=True)
        }
        return _edge(page.cut(*(line + 1 for line in lines)), suffixes.pop()) if len(suffixes) == 1 else None


def _edge(cut: Cut | None, outside: bytes | None) -> Edge | None:
    return None if cut is None else Edge(cut, outside)


def _end_before(elements: Sequence[Element | None], extents: Sequence[Extent]) -> bool:
    return all(element and element.end <= start for element, (start, _) in zip(elements, extents, strict=True))


def _start_behind(elements: Sequence[Element | None], extents: Sequence[Extent]) -> bool:
    return all(element and element.start >= end for element, (_, end) in zip(elements, extents, strict=True))


def _starts(spans: Spans) -> tuple[int, int, int]:
    return spans.base.start, spans.ours.start, spans.theirs.start


def _ends(spans: Spans) -> tuple[int, int, int]:
    return spans.base.stop, spans.ours.stop, spans.theirs.stop


def _line_starts(content: bytes) -> list[int]:
    """The offset of each line, and that of the end."""
    starts = [0]
    at = content.find(b"\n") + 1
    while at:
        starts.append(at)
        at = content.find(b"\n", at) + 1
    return starts if starts[-1] == len(content) else [*starts, len(content)]


def _stripped(content: bytes, start: int, end: int) -> Extent:
    while start < end and content[start : start + 1].isspace():
        start += 1
    while end > start and content[end - 1 : end].isspace():
        end -= 1
    if start < end:
        return start, end
    while content[start : start + 1].isspace():
        start += 1
    while content[end - 1 : end].isspace() and end > 0:
        end -= 1
    return start, end
