"""Repairs that pass the failing tests, compared by what they do: which is proposed, and what else might be meant."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devagent.repair.behaviour import Behaviour
from devagent.repair.search import Found

TRUSTED = 0.7
MOST_ALTERNATIVES = 3
WORTH = 0.6
"""An alternative deserves at least this share of the trust that the first has."""
_TOGETHER = 0.6
# Kinds of edits that often satisfy the tests at hand and nothing else. Set by hand, after how searches of our own went,
# and not learnt from a collection of fixes.
_TRUST = {
    "literal": 0.3,
    "off_by_one": 0.6,
    "delete": 0.4,
    "branch_off": 0.5,
    "jump": 0.5,
    "shorten": 0.5,
    "outcome": 0.6,
    "scale": 0.4,
}


@dataclass(frozen=True)
class Survivor:
    """A repair that passes the failing tests. `trust` is how often one of its kind is right, of 1."""

    files: Mapping[str, bytes]
    what: str
    tried: int
    trust: float


def survivor_of(found: Found) -> Survivor:
    """What the search found, with the trust that its kinds of edits deserve."""
    trust = _TOGETHER ** (len(found.edits) - 1) * math.prod(_TRUST.get(e.template, 1.0) for e in found.edits)
    return Survivor(dict(found.files), "; ".join(edit.description for edit in found.edits), found.tried, trust)


def versions(survivors: Sequence[Survivor], originals: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    """The survivors as versions of the same files: what one of them changes stands in each."""
    paths = sorted({path for survivor in survivors for path in survivor.files})
    return [{path: survivor.files.get(path, originals[path]) for path in paths} for survivor in survivors]


def ranked(survivors: Sequence[Survivor], behaviour: Behaviour) -> list[int]:
    """The best survivor of each group, the likeliest first: by its trust; of equals, by how many edits do the same."""

    def weight(group: Sequence[int]) -> tuple[float, float]:
        trusts = [survivors[number].trust for number in group]
        return -max(trusts), -sum(trusts)

    groups = sorted(behaviour.groups, key=lambda group: (weight(group), group))
    return [max(group, key=lambda number: (survivors[number].trust, -number)) for group in groups]


def alternatives(order: Sequence[int], survivors: Sequence[Survivor], behaviour: Behaviour) -> list[int]:
    """The survivors behind the first that may be meant as well: some call tells each of them from it.

    Those that deserve much less trust than the first are left out: some kinds of edits nearly always pass somehow.
    """
    first = order[0]
    worth = [number for number in order[1:] if survivors[number].trust >= WORTH * survivors[first].trust]
    return [number for number in worth[:MOST_ALTERNATIVES] if behaviour.difference(first, number) is not None]
