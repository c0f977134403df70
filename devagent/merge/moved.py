"""After the line merge: a block that one side moved and the other side edited in its old place.

To a line merge the block is deleted here and inserted there, so the edit is in conflict with the deletion. Where the
inserted lines are those that were deleted, the edit belongs there. That is rare (7 of 5,475 conflicts of public
projects, 4 of them as people did it), and never done unasked.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from devagent.merge.decision import Confidence, Decision, origins
from devagent.merge.limits import Limits
from devagent.merge.regions import Clean, Conflict, Region, Regions, Source
from devagent.merge.versions import Lines, Versions

HOW = "moved block"
_PROBABILITY = 0.6
_FEWEST_LINES = 2
"""Lines with letters in them that a block must have: a brace or an `else` stands in many places."""


class _Move(NamedTuple):
    """The conflict at `conflict` is over a block that stands at line `at` of the clean region `place`."""

    conflict: int
    place: int
    at: int


def merge(versions: Versions, regions: Regions, limits: Limits) -> Regions:  # noqa: ARG001  as every step
    """The regions with edits carried to where the other side moved the edited block."""
    found = list(regions)
    # From the end on: a region that takes an edit changes, and another edit may belong into the same region.
    for move in sorted(_moves(regions), key=lambda move: (move.place, move.at), reverse=True):
        _carry(found, move)
    return tuple(found)


def _moves(regions: Regions) -> list[_Move]:
    """The moves that are beyond doubt: the block stands in one place only, and no other edit belongs there."""
    moves = []
    for index, region in enumerate(regions):
        if isinstance(region, Conflict) and not (region.ours and region.theirs) and _says_something(region.base):
            source = Source.THEIRS if region.ours else Source.OURS
            places = [
                _Move(index, place, at)
                for place, other in enumerate(regions)
                if isinstance(other, Clean) and other.source is source
                for at in _occurrences(region.base, other.lines)
            ]
            if len(places) == 1:
                moves.append(places[0])
    return moves


def _says_something(lines: Lines) -> bool:
    return sum(any(byte >= 0x80 or chr(byte).isalnum() for byte in line) for line in lines) >= _FEWEST_LINES


def _occurrences(block: Lines, lines: Sequence[bytes]) -> list[int]:
    return [at for at in range(len(lines) - len(block) + 1) if lines[at] == block[0] and _is_at(block, lines, at)]


def _is_at(block: Lines, lines: Sequence[bytes], at: int) -> bool:
    return tuple(lines[at : at + len(block)]) == block


def _carry(regions: list[Region], move: _Move) -> None:
    """Put the edit to where the block was moved, and take the conflict away."""
    conflict, place = regions[move.conflict], regions[move.place]
    assert isinstance(conflict, Conflict) and isinstance(place, Clean)
    end = move.at + len(conflict.base)
    if place.lines[move.at : end] != conflict.base:
        return  # two moves that overlap: the second one stays a conflict
    edit = conflict.ours or conflict.theirs
    mover, editor = ("their", "our") if conflict.ours else ("our", "their")
    why = f"{mover} side moved these lines, which {editor} side edited: the edit goes where they are now"
    lines = place.lines[: move.at] + edit + place.lines[end:]
    sources = origins(lines, conflict.base, conflict.ours or place.lines, conflict.theirs or place.lines)
    there = Decision(lines, HOW, why, Confidence.UNSURE, _PROBABILITY, sources)
    regions[move.place] = Clean(lines, place.source, place.spans, there)
    # Neither half says what it was: one must not be opened again without the other.
    regions[move.conflict] = Clean((), Source.MERGED, conflict.spans, replace(there, lines=(), origins=()))
