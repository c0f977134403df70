"""Blocks of addresses."""

from dataclasses import dataclass

from .addresses import block_size, format_address, parse_address


@dataclass(frozen=True, order=True)
class Block:
    """A block: its first address (a number) and its prefix length."""

    first: int
    prefix: int

    @classmethod
    def parse(cls, text):
        """Build a block from ``a.b.c.d/prefix``; host bits must be zero."""
        address, sep, prefix = text.partition("/")
        if not sep or not prefix.isdigit():
            raise ValueError(f"not a block: {text!r}")
        block = cls(parse_address(address), int(prefix))
        if block.first % block.size:
            raise ValueError(f"host bits are set: {text!r}")
        return block

    @property
    def size(self):
        """Number of addresses."""
        return block_size(self.prefix)

    @property
    def last(self):
        """The last address, as a number."""
        return self.first + self.size - 1

    def contains(self, other):
        """True if all of ``other`` lies in this block."""
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other):
        """True if the blocks have at least one address in common."""
        return self.first <= other.first <= self.last

    def __str__(self):
        return f"{format_address(self.first)}/{self.prefix}"
