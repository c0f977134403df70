"""Step 3 of the merge, for what people do alike in every project: of a version that both sides raised, the higher one.

Measured on merges of public projects, in manifests and beside them: people took the higher one in 208 of 212 conflicts,
and our side, which is more often ahead, in 184. Entries that both sides add at one place of a change log are kept by
nearly all, but as often in the one order as in the other (ours above theirs in 8 of 23): so nothing is said about them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from devagent.merge.decision import Confidence, Decision, origins
from devagent.merge.limits import Limits
from devagent.merge.regions import Conflict, Region, Regions, settled
from devagent.merge.versions import Lines, Versions, split_lines

HIGHER = "higher version"
"""What a decision is called that takes the higher one of two versions."""

_RIGHT = 0.93
"""Less than was measured, and less than what this very repository always did is given."""
_VERSION = re.compile(
    rb"(?<![\w.])v?(?P<numbers>\d+(?:\.\d+){2,3})"
    rb"(?:[-.+]?(?P<stage>alpha|beta|rc|pre|dev|post|snapshot|final|a|b|c|m)[-.]?(?P<step>\d*))?(?![\w+-])(?!\.\d)",
    re.IGNORECASE,
)
_STAGES = {
    **{b"dev": -4, b"snapshot": -4, b"a": -3, b"alpha": -3, b"m": -3, b"b": -2, b"beta": -2, b"pre": -1},
    **{b"c": -1, b"rc": -1, b"": 0, b"final": 0, b"post": 1},
}
"""Where each stage stands beside the release itself, which is 0."""


class Rank(NamedTuple):
    """What versions are compared by."""

    numbers: tuple[int, ...]
    stage: int
    step: int


def merge(_versions: Versions, regions: Regions, _limits: Limits) -> Regions:
    """The regions with the conflicts settled in which the sides differ in versions that they raised, and no more."""
    return tuple(_step(region) for region in regions)


def _step(region: Region) -> Region:
    if not isinstance(region, Conflict):
        return region
    base, ours, theirs = (b"".join(lines) for lines in (region.base, region.ours, region.theirs))
    if len({_without_versions(text) for text in (base, ours, theirs)}) > 1:
        return region
    chosen = _higher(*(list(_VERSION.finditer(text)) for text in (base, ours, theirs)))
    if not chosen:
        return region
    put = iter(chosen)
    lines = split_lines(_VERSION.sub(lambda _: next(put), ours))
    return settled(region, _decision(region, lines))


def _without_versions(text: bytes) -> bytes:
    return b"".join(_VERSION.sub(b"\0", text).split())


def _higher(
    base: Sequence[re.Match[bytes]], ours: Sequence[re.Match[bytes]], theirs: Sequence[re.Match[bytes]]
) -> list[bytes]:
    """For each version in the text what the merge has there; nothing where the sides do not both raise one."""
    found: list[bytes] = []
    both = False
    for old, mine, other in zip(base, ours, theirs, strict=True):
        if mine[0] in (old[0], other[0]):
            found.append(other[0])
        elif other[0] == old[0]:
            found.append(mine[0])
        elif _rank(mine) != _rank(other) and min(_rank(mine), _rank(other)) > _rank(old):
            found.append(max((mine, other), key=_rank)[0])
            both = True
        else:
            return []
    return found if both else []


def _rank(version: re.Match[bytes]) -> Rank:
    numbers = [int(number) for number in version["numbers"].split(b".")]
    while numbers[-1:] == [0]:
        numbers.pop()
    return Rank(tuple(numbers), _STAGES[(version["stage"] or b"").lower()], int(version["step"] or 0))


def _decision(conflict: Conflict, lines: Lines) -> Decision:
    mine, other = (", ".join(_raised(conflict.base, side)) for side in (conflict.ours, conflict.theirs))
    why = f"both sides raised a version (ours to {mine}, theirs to {other}); the higher one stands"
    found = origins(lines, conflict.base, conflict.ours, conflict.theirs)
    return Decision(lines, HIGHER, why, Confidence.LIKELY, _RIGHT, found)


def _raised(base: Lines, side: Lines) -> Iterator[str]:
    """The versions of a side that the base has not."""
    known = {match[0] for match in _VERSION.finditer(b"".join(base))}
    versions = dict.fromkeys(match[0] for match in _VERSION.finditer(b"".join(side)))
    return (version.decode() for version in versions if version not in known)
