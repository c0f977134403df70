"""Edits of one side repeated in the other side's text, wherever they fit.

A merge carries an edit to where the edited words stood. Where the other side moved, copied or rewrote that place, the
same edit often belongs to every place that reads like it: a dropped argument, another callee, a changed modifier. An
edit fits where the words next to it are the same too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from devagent.merge.histogram import diff
from devagent.merge.weave import key

_SPACE = re.compile(rb"\s*")
_NAME = re.compile(rb"\w{3,}")


class Edit(NamedTuple):
    """`new` comes in the place of `old`, but for its first `before` units, which are neighbours.

    The last unit of both is a neighbour too, with the white space that the edit leaves before it.
    """

    old: tuple[bytes, ...]
    before: int
    new: tuple[bytes, ...]


def edits(base: Sequence[bytes], side: Sequence[bytes], operations: int) -> list[Edit]:
    """What a side did to the units (words and signs) of the base; without what it did in several ways."""
    before_keys, after_keys = ([key(unit) for unit in units] for units in (base, side))
    found: dict[tuple[bytes, ...], Edit | None] = {}
    for change in diff(before_keys, after_keys, operations):
        before = min(1, change.a_start)
        old = tuple(before_keys[change.a_start - before : change.a_end + 1])
        is_insertion = change.a_start == change.a_end
        if change.a_end == len(base) or (is_insertion and not (before and any(map(_NAME.match, old)))):
            continue
        edit = Edit(old, before, tuple(side[change.b_start : change.b_end + 1]))
        known = found.setdefault(old, edit)
        if known is None or tuple(map(key, known.new)) != tuple(map(key, edit.new)):
            found[old] = None
    return [edit for edit in found.values() if edit is not None]


def repeated(done: Sequence[Edit], units: Sequence[bytes]) -> list[bytes] | None:
    """The units with each edit made wherever it fits, the one with the longest text first; `None` if none does."""
    keys = [key(unit) for unit in units]
    starting: dict[bytes, list[Edit]] = {}
    for possible in sorted(done, key=lambda edit: -len(edit.old)):
        starting.setdefault(possible.old[0], []).append(possible)
    waiting, result = list(units), []
    at = 0
    while at < len(waiting):
        edit = _fitting(starting, keys, at)
        if edit is None:
            result.append(waiting[at])
            at += 1
            continue
        place = at + edit.before
        *new, neighbour = _spaced(edit.new, waiting[place])
        result += [*waiting[at:place], *new]
        # The neighbour behind one edit may be the one before the next.
        at += len(edit.old) - 1
        waiting[at] = neighbour
    return result if result != list(units) else None


def _fitting(starting: Mapping[bytes, Sequence[Edit]], keys: Sequence[bytes], at: int) -> Edit | None:
    return next((e for e in starting.get(keys[at], ()) if tuple(keys[at : at + len(e.old)]) == e.old), None)


def _spaced(new: Sequence[bytes], replaced: bytes) -> list[bytes]:
    """The new units behind the white space that stood before what they replace."""
    space = _SPACE.match(replaced)
    return [space[0] + unit.lstrip() if not n and space else unit for n, unit in enumerate(new)]
