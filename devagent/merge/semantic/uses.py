"""The uses of names in a file, chain by chain."""

from collections.abc import Container, Iterator
from itertools import islice

from devagent.code.index.packing import PackedFacts


def rows(facts: PackedFacts, names: Container[str]) -> Iterator[tuple[str, int, int, bool]]:
    """The uses of chains in which one of these names is: chain, scope, line, whether its last name is called."""
    uses, lines = facts.uses, iter(facts.uses.lines)
    wanted = [any(part.removesuffix("()") in names for part in chain.split(".")) for chain in uses.table]
    for scope, chain, call, count in zip(uses.scopes, uses.chains, uses.calls, uses.counts, strict=True):
        for line in list(islice(lines, count)):
            if wanted[chain]:
                yield uses.table[chain], scope, line, bool(call)
