"""The plan of one site."""

from .blocks import Block
from .register import Register
from .search import first_free, largest_free


class PlanError(Exception):
    """The plan does not allow what was asked for."""


class AddressPlan:
    """All blocks in use within the block of a site."""

    def __init__(self, site):
        self.site = Block.parse(site)
        self.register = Register()

    def _check_name(self, name):
        """Refuse empty names and names in use."""
        if not name or self.register.find(name):
            raise PlanError(f"name cannot be used: {name!r}")

    def reserve(self, text, name):
        """Take a certain block into use."""
        self._check_name(name)
        block = Block.parse(text)
        if not self.site.contains(block):
            raise PlanError(f"{block} is not in {self.site}")
        other = self.register.conflict(block)
        if other is not None:
            raise PlanError(f"{block} overlaps {other.name} ({other.block})")
        return self.register.add(block, name).block

    def allocate(self, prefix, name):
        """Take the lowest free block with this prefix length into use."""
        self._check_name(name)
        block = first_free(self.site, self.register, prefix)
        if block is None:
            raise PlanError(f"no free /{prefix} in {self.site}")
        return self.register.add(block, name).block

    def release(self, name):
        """Give a block back."""
        try:
            self.register.remove(name)
        except KeyError:
            raise PlanError(f"unknown name: {name!r}") from None

    def largest_free(self):
        """Return the largest free block, or None."""
        return largest_free(self.site, self.register)
