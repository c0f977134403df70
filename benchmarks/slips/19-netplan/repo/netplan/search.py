"""Search for free blocks."""

from .addresses import block_size
from .blocks import Block


def candidates(site, prefix):
    """Yield the blocks with this prefix length in the site, upwards."""
    if prefix < site.prefix:
        return
    for first in range(site.first, site.last + 1, block_size(prefix)):
        yield Block(first, prefix)


def first_free(site, register, prefix):
    """Return the lowest free block with this prefix length, or None."""
    for block in candidates(site, prefix):
        if register.conflict(block) is None:
            return block
    return None


def largest_free(site, register, longest=30):
    """Return the largest free block, the lowest of them, or None.

    Blocks with a prefix length above ``longest`` are not looked at.
    """
    for prefix in range(site.prefix, longest + 1):
        block = first_free(site, register, prefix)
        if block is not None:
            return block
    return None
