"""The patterns by which people resolve conflicts: what each makes of one conflict.

A pattern knows nothing but the three versions of the conflict. Several may give the same text; which of them is likely
to be right is for the ranking.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from devagent.merge.carried import edits, repeated
from devagent.merge.histogram import diff
from devagent.merge.imports import united
from devagent.merge.parts import chosen
from devagent.merge.versions import Lines, split_lines
from devagent.merge.weave import Choice, Texts, Weave, key, only_ours, only_theirs, ours_first, theirs_first, tokens

_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_ELEMENT = re.compile(rb"([\w\"'`)\]}])(\s*)\Z")
"""The end of a line that a comma could follow."""
_RESEMBLES = 0.6
"""Likeness of two lines (Dice's coefficient of their tokens) from which on one is a version of the other."""
_MOST_PAIRS = 2_500
"""Pairs of lines that are compared in one difference."""
_MOST_UNITS = 3_000
"""Words and signs of a side up to which the two sides are compared with each other."""
_RENAMES = 4
"""Different words that one side may have replaced for it to count as a rename."""


@dataclass(frozen=True)
class Hunk:
    """The three versions of one conflict, as lines."""

    base: Lines
    ours: Lines
    theirs: Lines
    operations: int = 2_000_000
    """How many comparisons one alignment of it may take."""
    is_large: bool = False
    """Whether it is too large for patterns that align anything."""

    @cached_property
    def swapped(self) -> "Hunk":
        """The same conflict seen from the other side."""
        return replace(self, ours=self.theirs, theirs=self.ours)

    @cached_property
    def by_lines(self) -> Weave:
        """The versions woven by lines."""
        return Weave(Texts(self.base, self.ours, self.theirs), self.operations)

    @cached_property
    def by_tokens(self) -> Weave:
        """The versions woven by words and signs."""
        return Weave(self.units, self.operations)

    @cached_property
    def units(self) -> Texts:
        """The versions as words and signs."""
        return Texts(*(tokens(b"".join(text)) for text in (self.base, self.ours, self.theirs)))

    @cached_property
    def head(self) -> int:
        """Lines that both sides begin with."""
        pairs = zip(self.ours, self.theirs, strict=False)
        return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(self.ours), len(self.theirs)))

    @cached_property
    def tail(self) -> int:
        """Lines that both sides end with, after the head."""
        most = min(len(self.ours), len(self.theirs)) - self.head
        return next((n for n in range(most) if self.ours[-1 - n] != self.theirs[-1 - n]), most)

    @cached_property
    def differences(self) -> list[tuple[Lines, Lines, Lines]]:
        """The sides aligned with each other: what both have, then what only we have, then what only they have."""
        found, at = [], 0
        ours, theirs = ([key(line) for line in side] for side in (self.ours, self.theirs))
        for change in diff(ours, theirs, self.operations):
            only = self.ours[change.a_start : change.a_end], self.theirs[change.b_start : change.b_end]
            found.append((self.ours[at : change.a_start], *only))
            at = change.a_end
        return [*found, (self.ours[at:], (), ())]


Make = Callable[[Hunk], Lines | bytes | None]
"""What a pattern makes of a conflict: lines or text; `None` where it says nothing."""


@dataclass(frozen=True)
class Pattern:
    """One way to resolve a conflict, and a sentence about it for a person."""

    make: Make
    why: str

    def texts(self, hunk: Hunk) -> Iterable[Lines | bytes]:
        """What it makes of a conflict: one text or none."""
        made = self.make(hunk)
        return () if made is None else (made,)


@dataclass(frozen=True)
class Family:
    """A way to resolve a conflict that leaves a choice: it gives several texts."""

    texts: Callable[[Hunk], Iterable[Lines | bytes]]
    why: str


def _swapped(make: Make, why: str) -> Pattern:
    """The same seen from the other side."""
    return Pattern(lambda hunk: make(hunk.swapped), why)


def _lines(choice: Choice, why: str) -> Pattern:
    return Pattern(lambda hunk: hunk.by_lines.text(choice), why)


def _tokens(choice: Choice, why: str) -> Pattern:
    return Pattern(lambda hunk: hunk.by_tokens.text(choice), why)


def _both(hunk: Hunk) -> Lines:
    """Ours, then theirs, what they begin or end with alike only once."""
    return hunk.ours[: len(hunk.ours) - hunk.tail] + hunk.theirs[hunk.head :]


def _listed(hunk: Hunk) -> Lines | None:
    """Ours, a comma, then theirs, where both are elements of a list and ours has no comma behind the last."""
    ours, theirs = hunk.ours[: len(hunk.ours) - hunk.tail], hunk.theirs[hunk.head :]
    last = next((n for n in range(len(ours) - 1, -1, -1) if ours[n].strip()), None)
    if last is None or not theirs or not _ELEMENT.search(ours[last]):
        return None
    return *ours[:last], _ELEMENT.sub(rb"\1,\2", ours[last]), *ours[last + 1 :], *theirs


def _interleaved(hunk: Hunk) -> Lines:
    """What both have once, in between what only one has, without what the other side deleted."""
    base = Counter(key(line) for line in hunk.base)
    result: list[bytes] = []
    for common, ours, theirs in hunk.differences:
        result += common
        result += [line for line in (*ours, *theirs) if not key(line) or key(line) not in base]
    return tuple(result)


def _united(hunk: Hunk) -> Lines:
    """What both have once, in between what only one has."""
    return tuple(line for part in hunk.differences for lines in part for line in lines)


def _added(hunk: Hunk) -> Lines:
    """Ours without the lines of the base."""
    base = {key(line) for line in hunk.base}
    return tuple(line for line in hunk.ours if not key(line) or key(line) not in base)


def _common(hunk: Hunk) -> Lines:
    """Only what both sides have."""
    return tuple(line for common, _, _ in hunk.differences for line in common)


def _without_repeats(hunk: Hunk) -> Lines:
    """Ours, then those lines of theirs that ours has not."""
    have = {key(line) for line in (*hunk.ours, *hunk.base)}
    return hunk.ours + tuple(line for line in hunk.theirs if key(line) not in have)


def _sorted_unions(hunk: Hunk) -> Iterator[Lines]:
    """The lines of both, sorted, each once, without what one side deleted: for lists that are sorted already."""
    for order in (key, _caseless):
        sides = [[order(line) for line in side if key(line)] for side in (hunk.ours, hunk.theirs)]
        if all(sides) and all(side == sorted(side) for side in sides):
            base, ours, theirs = (set(map(order, text)) for text in (hunk.base, hunk.ours, hunk.theirs))
            lines = {order(line): line for line in (*hunk.theirs, *hunk.ours) if key(line)}
            yield tuple(line for k, line in sorted(lines.items()) if k not in base or (k in ours and k in theirs))


def _caseless(line: bytes) -> bytes:
    """What a line is sorted by where upper and lower case are one, and a separator behind it is none of it."""
    return key(line).lower().rstrip(b",;")


def _replaced(hunk: Hunk) -> Lines | None:
    """The lines of both, but where a line of theirs resembles one that we wrote, only ours."""
    result: list[bytes] = []
    found = False
    for common, ours, theirs in hunk.differences:
        pairs = _alike(ours, theirs)
        found = found or bool(pairs)
        result += common
        result += [line for n, line in enumerate(ours) if n not in pairs.values() and theirs and key(line)]
        result += [ours[pairs[n]] if n in pairs else line for n, line in enumerate(theirs)] if theirs else ours
    return tuple(result) if found else None


def _alike(ours: Lines, theirs: Lines) -> dict[int, int]:
    """For lines of theirs, by number, the line of ours that resembles it most. Each line is paired once."""
    if len(ours) * len(theirs) > _MOST_PAIRS:
        return {}
    bags = [[Counter(map(key, tokens(line))) for line in side] for side in (ours, theirs)]
    ranked = sorted(
        ((_likeness(a, b), n, m) for n, b in enumerate(bags[1]) for m, a in enumerate(bags[0])),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    pairs: dict[int, int] = {}
    for likeness, n, m in ranked:
        if likeness >= _RESEMBLES and n not in pairs and m not in pairs.values():
            pairs[n] = m
    return pairs


def _likeness(a: Counter[bytes], b: Counter[bytes]) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _renamed(hunk: Hunk) -> bytes | None:
    """Theirs with the words replaced that we replaced throughout."""
    renames = _renames(hunk)
    return _with(renames, hunk.theirs) if renames else None


def _renamed_and_merged(hunk: Hunk) -> bytes | None:
    """Ours merged with theirs by tokens, after the words that we replaced are replaced in theirs and in the base."""
    renames = _renames(hunk)
    if not renames:
        return None
    base, theirs = (_with(renames, lines) for lines in (hunk.base, hunk.theirs))
    texts = Texts(tokens(base), tokens(b"".join(hunk.ours)), tokens(theirs))
    return Weave(texts, hunk.operations).text(ours_first)


def _renames(hunk: Hunk) -> dict[bytes, bytes]:
    """The words that our side replaced wherever they stood, each by one other word; empty where that is unclear."""
    base, ours = ([key(token) for token in tokens(b"".join(side))] for side in (hunk.base, hunk.ours))
    renames: dict[bytes, bytes] = {}
    for change in diff(base, ours, hunk.operations):
        old, new = base[change.a_start : change.a_end], ours[change.b_start : change.b_end]
        if len(old) != len(new):
            continue
        for before, after in zip(old, new, strict=True):
            if before != after and _WORD.fullmatch(before) and renames.setdefault(before, after) != after:
                return {}
    kept = set(ours)
    renames = {before: after for before, after in renames.items() if before not in kept}
    return renames if len(renames) <= _RENAMES else {}


def _repeated(hunk: Hunk) -> bytes | None:
    """Theirs with each of our edits made wherever it fits."""
    base, ours, theirs = hunk.units
    made = repeated(edits(base, ours, hunk.operations), theirs)
    return None if made is None else b"".join(made)


def _repeated_and_merged(hunk: Hunk) -> bytes | None:
    """Ours merged with theirs by tokens, after our edits are made in theirs and in the base wherever they fit."""
    base, ours, theirs = hunk.units
    done = edits(base, ours, hunk.operations)
    made = repeated(done, theirs)
    if made is None:
        return None
    return Weave(Texts(repeated(done, base) or base, ours, made), hunk.operations).text(ours_first)


def _chosen(hunk: Hunk) -> Iterator[bytes]:
    """The sides compared word by word, each difference from one of them."""
    _, ours, theirs = hunk.units
    if max(len(ours), len(theirs)) <= _MOST_UNITS:
        yield from chosen(ours, theirs, hunk.operations)


def _with(renames: Mapping[bytes, bytes], lines: Lines) -> bytes:
    return _WORD.sub(lambda match: renames.get(match[0], match[0]), b"".join(lines))


PATTERNS: dict[str, Pattern | Family] = {
    "ours": Pattern(lambda hunk: hunk.ours, "Our side as it is."),
    "theirs": Pattern(lambda hunk: hunk.theirs, "Their side as it is."),
    "ours then theirs": Pattern(_both, "What both sides wrote, ours first."),
    "theirs then ours": _swapped(_both, "What both sides wrote, theirs first."),
    "ours, theirs as list": Pattern(_listed, "The elements of both sides, ours first, with a comma between them."),
    "theirs, ours as list": _swapped(_listed, "The elements of both sides, theirs first, with a comma between them."),
    "lines merged, else ours": _lines(only_ours, "Each line of the side that changed it; ours where both did."),
    "lines merged, else theirs": _lines(only_theirs, "Each line of the side that changed it; theirs where both did."),
    "lines merged, else both": _lines(ours_first, "Each line of the side that changed it; both where both did."),
    "lines merged, else both, theirs first": _lines(
        theirs_first, "Each line of the side that changed it; both where both did, theirs first."
    ),
    "tokens merged, else ours": _tokens(only_ours, "Each word of the side that changed it; ours where both did."),
    "tokens merged, else theirs": _tokens(only_theirs, "Each word of the side that changed it; theirs where both did."),
    "tokens merged, else both": _tokens(ours_first, "Each word of the side that changed it; both where both did."),
    "tokens merged, else both, theirs first": _tokens(
        theirs_first, "Each word of the side that changed it; both where both did, theirs first."
    ),
    "interleaved": Pattern(_interleaved, "The lines of both sides in order, without those that a side deleted."),
    "interleaved, theirs first": _swapped(
        _interleaved, "The lines of both sides in order, theirs first, without those that a side deleted."
    ),
    "union": Pattern(_united, "All lines of both sides in order, those that both have once."),
    "union, theirs first": _swapped(_united, "All lines of both sides in order, theirs first."),
    "sorted union": Family(_sorted_unions, "Both sides keep a sorted list: the lines of both, sorted."),
    "imports united": Pattern(
        lambda hunk: united(hunk.base, hunk.ours, hunk.theirs),
        "The imports of both sides, name by name, without those that a side dropped.",
    ),
    "union, similar lines as ours": Pattern(
        _replaced, "The lines of both sides; where two are alike, our version of them."
    ),
    "union, similar lines as theirs": _swapped(
        _replaced, "The lines of both sides; where two are alike, their version of them."
    ),
    "new lines of theirs after ours": Pattern(_without_repeats, "Our side, then the lines that only they wrote."),
    "new lines of ours after theirs": _swapped(_without_repeats, "Their side, then the lines that only we wrote."),
    "ours less the base": Pattern(_added, "Only the lines that our side added."),
    "theirs less the base": _swapped(_added, "Only the lines that their side added."),
    "our rename in theirs": Pattern(_renamed, "Their side, with the words replaced that our side replaced throughout."),
    "their rename in ours": _swapped(
        _renamed, "Our side, with the words replaced that their side replaced throughout."
    ),
    "merged after our rename": Pattern(
        _renamed_and_merged, "Both sides merged by words, after our rename is carried into theirs."
    ),
    "merged after their rename": _swapped(
        _renamed_and_merged, "Both sides merged by words, after their rename is carried into ours."
    ),
    "our edits in theirs": Pattern(_repeated, "Their side, with what our side did made wherever it fits."),
    "their edits in ours": _swapped(_repeated, "Our side, with what their side did made wherever it fits."),
    "merged after our edits": Pattern(
        _repeated_and_merged, "Both sides merged by words, after what our side did is made in theirs wherever it fits."
    ),
    "merged after their edits": _swapped(
        _repeated_and_merged, "Both sides merged by words, after what their side did is made in ours wherever it fits."
    ),
    "part by part": Family(_chosen, "Where the sides differ, here our words, there theirs."),
    "what both have": Pattern(_common, "Only the lines that both sides have."),
    "neither": Pattern(lambda _hunk: (), "The lines deleted."),
    "base": Pattern(lambda hunk: hunk.base, "What stood here before both sides changed it."),
    "all of ours, all of theirs": Pattern(lambda hunk: hunk.ours + hunk.theirs, "Our side whole, then theirs whole."),
    "all of theirs, all of ours": Pattern(lambda hunk: hunk.theirs + hunk.ours, "Their side whole, then ours whole."),
}
"""The patterns by name, in the order in which a text is called after them."""

_SIMPLE = ("ours", "theirs", "ours then theirs", "theirs then ours", "neither", "base")
"""Patterns that align nothing."""


def texts(hunk: Hunk) -> Iterator[tuple[str, Lines]]:
    """What the patterns make of the conflict, each text with the name of its pattern."""
    for name, pattern in PATTERNS.items():
        if not hunk.is_large or name in _SIMPLE:
            for made in pattern.texts(hunk):
                yield name, split_lines(made) if isinstance(made, bytes) else tuple(made)
