"""Step 3 of the merge: what people made of such a conflict before, in merges of this repository or for `git rerere`.

A conflict is the same where both sides and the base are, line by line; which side is which does not matter. It is alike
where only versions, dates and other words with a digit differ, in the same file: then people are taken to do the same
again, such as to keep the version of the branch that they merge into. That holds in merges alone, because it depends on
which side is which. Where people once did this and once that, nothing is known.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from devagent.merge.decision import Confidence, Decision, origins
from devagent.merge.engine import PROVEN, merge_text
from devagent.merge.judging import language_of, made
from devagent.merge.limits import Limits
from devagent.merge.markers import BrokenMarkers, has_markers, parse
from devagent.merge.regions import Conflict, Region, Regions, conflicts, settled
from devagent.merge.versions import Lines, Versions

SAME = "as before"
"""What a decision is called that settles a conflict as people settled the same one."""
ALIKE = "as always before"
"""What it is called where people settled several conflicts that are alike, all in the same way."""

_RIGHT_IF_SAME, _RIGHT_IF_ALIKE, _RIGHT_IF_ALIKE_ONCE = 0.8, 0.94, 0.85
"""How often people did so again, in the merges of six public projects: 8 of 10, 332 of 352, 104 of 116."""
_OFTEN = 2
"""Merges that have to agree before what is alike is taken to be settled alike."""
_WITH_A_DIGIT = re.compile(rb"(?<![\w.+-])[\w.+-]*\d[\w.+-]*")

Shape = tuple[Lines, Lines, Lines]


@dataclass(frozen=True)
class Precedent:
    """A conflict that people settled.

    Arguments:
        base: `None` where it is not known.
        made: what they put in its place.
        where: for people: "merge 1a2b3c4 of 2026-03-01".
    """

    base: Lines | None
    ours: Lines
    theirs: Lines
    made: Lines
    where: str

    @cached_property
    def taken(self) -> str | None:
        """Which side people took, or which order of both; `None` where they wrote something else."""
        forms = _forms(self.base or (), self.ours, self.theirs)
        return next((name for name, lines in forms.items() if _bare(lines) == _bare(self.made)), None)


class Memory:
    """What is known of earlier conflicts."""

    def __init__(self, precedents: Iterable[Precedent], *, sides_count: bool = True) -> None:
        """Arguments:
        precedents: the latest first; those with a base are of the file that is merged.
        sides_count: whether "ours" and "theirs" are what they were in merges.
        """
        self._same: dict[frozenset[Lines], list[Precedent]] = {}
        self._alike: dict[Shape, list[Precedent]] = {}
        for precedent in precedents:
            self._same.setdefault(frozenset((precedent.ours, precedent.theirs)), []).append(precedent)
            if precedent.base is not None and sides_count:
                shape = _shape(precedent.base, precedent.ours, precedent.theirs)
                self._alike.setdefault(shape, []).append(precedent)

    def __bool__(self) -> bool:
        return bool(self._same)

    def decision(self, conflict: Conflict) -> Decision | None:
        """What people made of such a conflict; `None` where they never met one, or disagree."""
        known = self._same.get(frozenset((conflict.ours, conflict.theirs)), [])
        same = [precedent for precedent in known if precedent.base in (None, conflict.base)]
        if len({_bare(precedent.made) for precedent in same}) == 1:
            why = f"the same conflict as in {_places(same)}"
            return _decision(conflict, same[0].made, SAME, why, _RIGHT_IF_SAME)
        alike = self._alike.get(_shape(conflict.base, conflict.ours, conflict.theirs), [])
        taken = {precedent.taken for precedent in alike}
        if same or len(taken) != 1 or None in taken:
            return None
        (name,) = filter(None, taken)
        why = f"{name}, as in {_places(alike)}, where only versions differ from this one"
        lines = _forms(conflict.base, conflict.ours, conflict.theirs)[name]
        if len({precedent.where for precedent in alike}) >= _OFTEN:
            return _decision(conflict, lines, ALIKE, why, _RIGHT_IF_ALIKE)
        return _decision(conflict, lines, SAME, why, _RIGHT_IF_ALIKE_ONCE)

    def step(self, _versions: Versions, regions: Regions, _limits: Limits) -> Regions:
        """The regions with every conflict settled that people have met before: a step of the engine."""
        return tuple(self._settled(region) for region in regions)

    def _settled(self, region: Region) -> Region:
        if not isinstance(region, Conflict) or (decision := self.decision(region)) is None:
            return region
        return settled(region, decision)


def in_merge(versions: Versions, result: bytes, where: str) -> list[Precedent]:
    """The conflicts of one file in an earlier merge, as the proven steps leave them, with what people made of each."""
    if has_markers(result):
        return []
    merged = merge_text(versions, steps=PROVEN)
    text = result if b"\r\n" in merged.versions.ours else result.replace(b"\r\n", b"\n")
    return _answered(merged.regions, text, versions.path, where, has_base=True)


def in_markers(path: str, marked: bytes, result: bytes, where: str) -> list[Precedent]:
    """The conflicts of a text with markers that show no base, with what people made of each."""
    try:
        found = parse(marked)
    except BrokenMarkers:
        return []
    if found is None or has_markers(result):
        return []
    return _answered(found.regions, result, path, where, has_base=False)


def may_hold(wanted: Iterable[Conflict], texts: Versions) -> bool:
    """Whether one of these conflicts may be among those of an earlier merge: its sides stand in the earlier ones."""
    base, ours, theirs = (_plain_text(text) for text in (texts.base, texts.ours, texts.theirs))
    for conflict in wanted:
        first, second = _text(_plain(conflict.ours)), _text(_plain(conflict.theirs))
        if _text(_plain(conflict.base)) not in base:
            continue
        if (first in ours and second in theirs) or (second in ours and first in theirs):
            return True
    return False


def _answered(regions: Regions, result: bytes, path: str, where: str, *, has_base: bool) -> list[Precedent]:
    answers = made(regions, result, language_of(path))
    places = [index for index, region in enumerate(regions) if isinstance(region, Conflict)]
    return [
        Precedent(
            conflict.base if has_base else None,
            conflict.ours,
            conflict.theirs,
            _without_blanks(answer.lines, regions[:index], regions[index + 1 :]),
            where,
        )
        for index, conflict, answer in zip(places, conflicts(regions), answers, strict=True)
        if answer is not None
    ]


def _without_blanks(lines: Lines, before: Regions, after: Regions) -> Lines:
    """What people made, without the blank lines around the conflict, which belong to what was merged cleanly."""
    first = min(_blank(line for lines in _settled_from(reversed(before)) for line in reversed(lines)), _blank(lines))
    last = min(_blank(line for lines in _settled_from(after) for line in lines), _blank(reversed(lines[first:])))
    return lines[first : len(lines) - last]


def _settled_from(regions: Iterable[Region]) -> Iterator[Lines]:
    """The lines of each of the regions up to the first conflict."""
    for region in regions:
        if isinstance(region, Conflict):
            return
        yield region.lines


def _bare(lines: Lines) -> Lines:
    """The lines that are not blank, without the white space around them."""
    return tuple(filter(None, (line.strip() for line in lines)))


def _blank(lines: Iterable[bytes]) -> int:
    """How many lines there are before the first that is not blank."""
    return sum(1 for _ in takewhile(lambda line: not line.strip(), lines))


def _decision(conflict: Conflict, lines: Lines, how: str, why: str, chance: float) -> Decision:
    found = origins(lines, conflict.base, conflict.ours, conflict.theirs)
    return Decision(lines, how, why, Confidence.LIKELY, chance, found)


def _forms(base: Lines, ours: Lines, theirs: Lines) -> dict[str, Lines]:
    """The simplest answers to a conflict, by name."""
    return {
        "ours": ours,
        "theirs": theirs,
        "ours, then theirs": ours + theirs,
        "theirs, then ours": theirs + ours,
        "what was there before": base,
        "nothing of it": (),
    }


def _shape(base: Lines, ours: Lines, theirs: Lines) -> Shape:
    return _plain(base), _plain(ours), _plain(theirs)


def _plain(lines: Sequence[bytes]) -> Lines:
    """Lines in which all words with a digit are one, without the white space around."""
    return tuple(_WITH_A_DIGIT.sub(b"0", line.strip()) for line in lines)


def _plain_text(text: bytes) -> bytes:
    """A whole text in the same way, at once."""
    return _text(tuple(line.strip() for line in _WITH_A_DIGIT.sub(b"0", text).split(b"\n")))


def _text(lines: Lines) -> bytes:
    return b"\n".join((b"", *lines, b"")) if lines else b""


def _places(found: Sequence[Precedent]) -> str:
    """Where it was met: the latest place, and how many others there are."""
    places = list(dict.fromkeys(precedent.where for precedent in found))
    return places[0] + (f" and {len(places) - 1} more" if len(places) > 1 else "")
