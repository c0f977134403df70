"""The list of blocks in use."""

from bisect import insort
from dataclasses import dataclass

from .blocks import Block


@dataclass(frozen=True, order=True)
class Entry:
    """A block in use and what it is used for."""

    block: Block
    name: str


class Register:
    """Entries in the order of their addresses; names are unique."""

    def __init__(self):
        self._entries = []

    def __iter__(self):
        return iter(self._entries)

    def __len__(self):
        return len(self._entries)

    def find(self, name):
        """Return the entry of that name, or None."""
        return next((e for e in self._entries if e.name == name), None)

    def conflict(self, block):
        """Return the first entry that shares addresses with ``block``."""
        for entry in self._entries:
            if entry.block.overlaps(block):
                return entry
        return None

    def add(self, block, name):
        """Add an entry; the caller has checked for conflicts."""
        entry = Entry(block, name)
        insort(self._entries, entry)
        return entry

    def remove(self, name):
        """Remove the entry of that name; KeyError if there is none."""
        entry = self.find(name)
        if entry is None:
            raise KeyError(name)
        self._entries.remove(entry)

    def used(self):
        """Number of addresses in use."""
        return sum(entry.block.size for entry in self._entries)
