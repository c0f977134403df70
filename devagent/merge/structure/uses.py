"""Which imported names the merged file will use, told from how often each version uses them outside of its imports."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from devagent.code.language import captures
from devagent.merge.structure.element import WORD, Element, Source

if TYPE_CHECKING:
    from tree_sitter import Node

_LAST_NAME = re.compile(rb"[\w$\x80-\xff]+(?=\W*$)")
_QUERY = "imports"


class _Imports:
    """The imports of one version: where they stand, what they bind, and the words of the rest of the file."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def bound(self) -> dict[int, bytes]:
        """The names that the imports bind, by where they stand."""
        nodes = captures(self._root, self.source.language, _QUERY, "bound")
        names = ((node.start_byte, _LAST_NAME.search(node.text or b"")) for node in nodes)
        return {at: name[0] for at, name in names if name}

    @cached_property
    def used(self) -> Counter[bytes]:
        """How often each word stands outside of the imports."""
        words = Counter(WORD.findall(self.source.content))
        words.subtract(self.words)
        return words

    @cached_property
    def words(self) -> Counter[bytes]:
        """How often each word stands in the imports."""
        nodes = captures(self._root, self.source.language, _QUERY, "import")
        spans = {(node.start_byte, node.end_byte) for node in nodes}
        return Counter(word for start, end in spans for word in WORD.findall(self.source.content[start:end]))

    def names(self, element: Element) -> list[bytes]:
        """The names that an import, or a part of one, binds."""
        return [name for at, name in self.bound.items() if element.start <= at < element.end]

    @property
    def _root(self) -> "Node":
        node = self.source.root.node
        assert node is not None
        return node


@dataclass(frozen=True)
class Uses:
    """The names that three versions import and use."""

    base: Source
    ours: Source
    theirs: Source

    def are_needed(self, element: Element, without: Source) -> bool:
        """Whether the merged file needs an import that one side, `without`, took out together with all its uses."""
        names = self._of[element.source].names(element)
        lacking = self._of[without]
        gone = names and all(name not in lacking.words and not lacking.used[name] for name in names)
        return bool(gone) and all(self._merged(name) > 0 for name in names)

    def are_void(self, element: Element) -> bool:
        """Whether an import brings in what its own side uses, and the merged file does not."""
        imports = self._of[element.source]
        names = imports.names(element)
        return bool(names) and all(imports.used[name] > 0 and self._merged(name) <= 0 for name in names)

    @cached_property
    def _of(self) -> dict[Source, _Imports]:
        return {source: _Imports(source) for source in (self.base, self.ours, self.theirs)}

    def _merged(self, name: bytes) -> int:
        """How often the merged file will use a name."""
        base, ours, theirs = (self._of[source].used[name] for source in (self.base, self.ours, self.theirs))
        return ours + theirs - base
