"""Whether a text in the place of a conflict leaves a file that its grammar accepts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import MAX_BYTES, grammar, language_for, same_length_utf8
from devagent.merge.regions import Clean, Conflict, Regions
from devagent.merge.versions import Lines

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

_MOST_WORK = 2_000_000
"""Bytes of a file times its conflicts. Past it nothing is tried: some grammars read all of a file for each attempt."""
_POINT = (0, 0)
"""Only offsets matter: no query looks at the rows and columns of an edited tree."""


class Frame:
    """A file that the grammar accepts, with a text in the place of each conflict that others can be tried for."""

    def __init__(self, parser: "Parser", tree: "Tree", content: bytes, holes: Mapping[int, range]) -> None:
        self._parser, self._tree, self._content, self._holes = parser, tree, content, holes

    def accepts(self, index: int, text: bytes) -> bool:
        """Whether the grammar accepts the file with this text in the place of the conflict `regions[index]`."""
        hole = self._holes[index]
        if text == self._content[hole.start : hole.stop]:
            return True
        tree = self._tree.copy()
        tree.edit(hole.start, hole.stop, hole.start + len(text), _POINT, _POINT, _POINT)
        content = same_length_utf8(self._content[: hole.start] + text + self._content[hole.stop :])
        return not self._parser.parse(content, tree).root_node.has_error


def frames(path: str, regions: Regions) -> list[Frame]:
    """The file with our text in every conflict, and with theirs; without those that the grammar does not accept.

    None at all where that takes too long to find out.
    """
    language = language_for(path)
    if language is None or _work(regions) > _MOST_WORK:
        return []
    from tree_sitter import Parser

    try:
        parser = Parser(grammar(language))
    except CannotParse:  # its wheel is not installed: the ranking does without
        return []
    made = (_frame(parser, regions, side) for side in ("ours", "theirs"))
    return [frame for frame in made if frame is not None]


def _work(regions: Regions) -> int:
    size = sum(len(line) for region in regions for line in (region.lines if isinstance(region, Clean) else region.ours))
    return size * sum(isinstance(region, Conflict) for region in regions)


def _frame(parser: "Parser", regions: Regions, side: str) -> Frame | None:
    parts: list[bytes] = []
    holes, at = {}, 0
    for index, region in enumerate(regions):
        lines: Lines = region.lines if isinstance(region, Clean) else getattr(region, side)
        text = b"".join(lines)
        if isinstance(region, Conflict):
            holes[index] = range(at, at + len(text))
        parts.append(text)
        at += len(text)
    if at > MAX_BYTES:
        return None
    content = b"".join(parts)
    tree = parser.parse(same_length_utf8(content))
    return None if tree.root_node.has_error else Frame(parser, tree, content, holes)
