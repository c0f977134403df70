"""What the ranking looks at: numbers about a file, a conflict and one text that could stand in its place."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import chain, pairwise
from math import log1p

from devagent.merge.decision import Alternative
from devagent.merge.parses import frames
from devagent.merge.patterns import PATTERNS, Hunk
from devagent.merge.regions import Clean, Conflict, Regions
from devagent.merge.versions import Lines, Versions, split_lines
from devagent.merge.weave import Kind, key

_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_TOKEN = re.compile(rb"[\w\x80-\xff]+|[^\w\s\x80-\xff]")
_UNDERSCORE = ord("_")
_IMPORT = re.compile(
    rb"\s*(?:import\b|from\b.*\bimport\b|use\s|#include|require|export\b.*\bfrom\b|\"[\w./-]+\"$|.*\brequire\()"
)
_COMMENT = re.compile(rb"\s*(?://|#|\*|/\*|\"\"\"|--)")
_DEFINITION = re.compile(
    rb"\b(?:def|class|func|fn|function|interface|struct|enum|trait|type|mod)\s+(\w+)|(\w+)\s*\([^()]*\)\s*\{\s*$"
)
_DIGITS = re.compile(rb"\d{1,18}")
_LINE = 500
"""Bytes of a line that are searched for a definition: data in one long line has none, and would take for ever."""
_NUMBERS = 50
"""Numbers of a conflict that are compared."""
_SUFFIXES = (".py", ".java", ".ts", ".tsx", ".js", ".jsx", ".go", ".rs")
STEPS = (
    "white space",
    "layout",
    "import union",
    "import union, some without use",
    "import still used",
    "independent entries",
    "independent members",
    "separate entries",
    "separate entries, some deleted",
    "separate members",
    "separate members, some deleted",
    "separate lines",
    "separate lines, some deleted",
    "separate tokens",
    "separate tokens, some deleted",
    "separate lines of text",
    "same change",
    "one change in the other",
    "one-sided change",
)
"""What the steps before the ranking call what they do. Weights know these by their places: new names go to the end."""
_BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))

Bag = Counter[bytes]
"""How often each thing occurs."""


def bag_of_lines(lines: Lines) -> Bag:
    """The lines without white space, counted."""
    return Counter(k for k in map(key, lines) if k)


def sequence_of_tokens(lines: Lines) -> list[bytes]:
    """The words and signs of a text."""
    return _TOKEN.findall(b"".join(lines))


def overlap(a: Bag, b: Bag) -> float:
    """How alike two bags are (Dice's coefficient), 1 for two empty ones."""
    total = a.total() + b.total()
    return 2 * _shared(a, b) / total if total else 1.0


def _shared(a: Bag, b: Bag) -> int:
    if len(a) > len(b):
        a, b = b, a
    return sum(min(count, b[unit]) for unit, count in a.items() if unit in b)


def _part(part: int, whole: int, empty: float = -1.0) -> float:
    return part / whole if whole else empty


class FileFacts:
    """What is known of the file around its conflicts."""

    def __init__(self, versions: Versions, regions: Regions) -> None:
        self.regions = regions
        self.indices = [n for n, region in enumerate(regions) if isinstance(region, Conflict)]
        base, ours, theirs = (
            Counter(map(key, split_lines(t))) for t in (versions.base, versions.ours, versions.theirs)
        )
        self.side_lines = ours, theirs
        self.new_lines = ours - base, theirs - base
        self.our_new, self.our_gone = self.new_lines[0].total(), (base - ours).total()
        self.their_new, self.their_gone = self.new_lines[1].total(), (base - theirs).total()
        self.lines = base.total()
        self.suffix = float(next((n for n, s in enumerate(_SUFFIXES) if versions.path.endswith(s)), -1))
        self.is_test = float("test" in versions.path.lower() or "spec" in versions.path.lower())
        clean = b"".join(chain.from_iterable(r.lines for r in regions if isinstance(r, Clean)))
        self.words = Counter(_WORD.findall(clean))
        self.frames = frames(versions.path, regions)
        self.clean_lines = Counter(map(key, split_lines(clean)))
        self.side_words = [set(_WORD.findall(text)) for text in (versions.base, versions.ours, versions.theirs)]
        self.dropped = [self.side_words[0] - side for side in self.side_words[1:]]
        self.brought = [side - self.side_words[0] for side in self.side_words[1:]]

    def neighbours(self, index: int) -> tuple[bytes, bytes]:
        """The last line before a conflict and the first one behind it that are not blank, without white space."""
        before = self.regions[index - 1] if index else None
        after = self.regions[index + 1] if index + 1 < len(self.regions) else None
        above = (k for line in reversed(before.lines) if (k := key(line))) if isinstance(before, Clean) else iter(())
        below = (k for line in after.lines if (k := key(line))) if isinstance(after, Clean) else iter(())
        return next(above, b""), next(below, b"")

    def numbers(self) -> dict[str, float]:
        """The features of the file."""
        ours, theirs = self.our_new + self.our_gone, self.their_new + self.their_gone
        return {
            "file suffix": self.suffix,
            "file is test": self.is_test,
            "file conflicts": len(self.indices),
            "file lines": log1p(self.lines),
            "file our new": log1p(self.our_new),
            "file our gone": log1p(self.our_gone),
            "file their new": log1p(self.their_new),
            "file their gone": log1p(self.their_gone),
            "file our part": _part(ours, ours + theirs, 0.5),
            "file our words dropped": log1p(len(self.dropped[0])),
            "file their words dropped": log1p(len(self.dropped[1])),
        }


class HunkFacts:
    """What is known of one conflict.

    Arguments:
        said: what a step before the ranking puts in its place.
    """

    def __init__(self, hunk: Hunk, file: FileFacts, index: int, said: Alternative | None = None) -> None:
        self.hunk, self.file, self.index, self.said = hunk, file, index, said
        self.said_key = key(b"".join(said.lines)) if said else b""
        self.said_tokens = Counter(sequence_of_tokens(said.lines)) if said else Counter()
        self.above, self.below = file.neighbours(index)
        self.place = file.indices.index(index)
        sequences = [sequence_of_tokens(t) for t in (hunk.base, hunk.ours, hunk.theirs)]
        self.tokens = [Counter(sequence) for sequence in sequences]
        self.pairs = set(chain.from_iterable(map(pairwise, sequences)))
        self.lines = [bag_of_lines(t) for t in (hunk.base, hunk.ours, hunk.theirs)]
        self.known_lines = self.lines[0].keys() | self.lines[1].keys() | self.lines[2].keys()
        self.new_lines = [side.keys() - self.lines[0].keys() for side in self.lines[1:]]
        self.gone_lines = [self.lines[0].keys() - side.keys() for side in self.lines[1:]]
        base, ours, theirs = self.tokens
        self.our_new, self.our_gone = ours - base, base - ours
        self.their_new, self.their_gone = theirs - base, base - theirs
        self.words = {word for word in (*ours, *theirs) if _is_word(word)}
        self.balances = [_balance(t) for t in self.tokens]
        self.definitions = [_definitions(t) for t in (hunk.base, hunk.ours, hunk.theirs)]

    @cached_property
    def _pieces(self) -> dict[str, float]:
        """How many pieces of each kind the versions fall into; -1: too large to tell."""
        if self.hunk.is_large:
            return {f"{unit} pieces {kind.value}": -1.0 for unit in ("line", "token") for kind in Kind}
        by_lines = Counter(piece.kind for piece in self.hunk.by_lines.pieces)
        by_tokens = Counter(piece.kind for piece in self.hunk.by_tokens.pieces)
        found = {f"line pieces {kind.value}": float(by_lines[kind]) for kind in Kind}
        return found | {f"token pieces {kind.value}": float(by_tokens[kind]) for kind in Kind}

    def numbers(self) -> dict[str, float]:
        """The features of the conflict."""
        base, ours, theirs = self.tokens
        lines = [*self.hunk.ours, *self.hunk.theirs]
        text = [_DIGITS.sub(b"0", key(b"".join(t))) for t in (self.hunk.ours, self.hunk.theirs)]
        return {
            "place": _part(self.place, len(self.file.indices) - 1, 0.5),
            "base lines": log1p(self.lines[0].total()),
            "our lines": log1p(self.lines[1].total()),
            "their lines": log1p(self.lines[2].total()),
            "base tokens": log1p(base.total()),
            "our tokens": log1p(ours.total()),
            "their tokens": log1p(theirs.total()),
            "ours like base": overlap(base, ours),
            "theirs like base": overlap(base, theirs),
            "ours like theirs": overlap(ours, theirs),
            "our lines like base": overlap(self.lines[0], self.lines[1]),
            "their lines like base": overlap(self.lines[0], self.lines[2]),
            "our lines like theirs": overlap(self.lines[1], self.lines[2]),
            "our new": log1p(self.our_new.total()),
            "our gone": log1p(self.our_gone.total()),
            "their new": log1p(self.their_new.total()),
            "their gone": log1p(self.their_gone.total()),
            "new alike": overlap(self.our_new, self.their_new),
            "gone alike": overlap(self.our_gone, self.their_gone),
            "our new in theirs": _part(_shared(self.our_new, self.their_new), self.our_new.total()),
            "their new in ours": _part(_shared(self.our_new, self.their_new), self.their_new.total()),
            "our gone in theirs": _part(_shared(self.our_gone, self.their_gone), self.our_gone.total()),
            "their gone in ours": _part(_shared(self.our_gone, self.their_gone), self.their_gone.total()),
            "imports": _part(sum(1 for line in lines if _IMPORT.match(line[:_LINE])), len(lines)),
            "comments": _part(sum(1 for line in lines if _COMMENT.match(line)), len(lines)),
            "differ in digits": float(text[0] == text[1]),
            "our number is larger": self._larger(),
            "our part of the file": _part(self.lines[1].total(), self.file.our_new),
            "their part of the file": _part(self.lines[2].total(), self.file.their_new),
            "head": log1p(self.hunk.head),
            "tail": log1p(self.hunk.tail),
            "definitions alike": float(len(self.definitions[1] & self.definitions[2])),
            "our definitions": float(len(self.definitions[1])),
            "their definitions": float(len(self.definitions[2])),
            "our words gone elsewhere": self._new_words_in(0, self.file.side_words[2]),
            "their words gone elsewhere": self._new_words_in(1, self.file.side_words[1]),
            "our new words around": self._new_words_in(0, self.file.words),
            "their new words around": self._new_words_in(1, self.file.words),
            "says version": float(any(b"version" in line.lower() for line in lines)),
            "indentation": log1p(min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)),
            **self._new_around(),
            **self._pieces,
            **self._elsewhere(),
            "step": float(STEPS.index(self.said.how)) if self.said and self.said.how in STEPS else -1.0,
            "step chance": self.said.probability if self.said else -1.0,
        }

    def _elsewhere(self) -> dict[str, float]:
        """Parts of a side's lines that stand in the other file, or that it took away from here only."""
        files = self.file.side_lines
        return {
            "our new lines in theirs": _known(self.new_lines[0], files[1]),
            "their new lines in ours": _known(self.new_lines[1], files[0]),
            "our gone lines in ours": _known(self.gone_lines[0], files[0]),
            "their gone lines in theirs": _known(self.gone_lines[1], files[1]),
        }

    def _larger(self) -> float:
        """1 where the first number that the sides do not share is larger on our side, 0 where it is not, else -1."""
        ours, theirs = (
            [int(n) for n in _DIGITS.findall(b"".join(t))[:_NUMBERS]] for t in (self.hunk.ours, self.hunk.theirs)
        )
        return next((float(a > b) for a, b in zip(ours, theirs, strict=False) if a != b), -1.0)

    def _new_words_in(self, side: int, known: Collection[bytes]) -> float:
        """Part of a side's new words that are known."""
        words = [word for word in (self.our_new, self.their_new)[side] if _is_word(word)]
        return _part(sum(1 for word in words if word in known), len(words))

    def _new_around(self) -> dict[str, float]:
        """Whether the lines next to the conflict are new on a side."""
        return {
            f"{place} is new on {side}": float(line in new)
            for place, line in (("above", self.above), ("below", self.below))
            for side, new in zip(("ours", "theirs"), self.file.new_lines, strict=True)
        }


class TextFacts:
    """What is known of one text that could stand in the place of a conflict."""

    def __init__(self, lines: Lines, names: Sequence[str], facts: HunkFacts) -> None:
        self.lines, self.names, self.facts = lines, names, facts
        self.sequence = sequence_of_tokens(lines)
        self.tokens = Counter(self.sequence)
        self.bag = bag_of_lines(lines)

    def numbers(self) -> dict[str, float]:
        """The features of the text."""
        base, ours, theirs = self.facts.tokens
        return {
            "text lines": log1p(self.bag.total()),
            "text tokens": log1p(self.tokens.total()),
            "text like base": overlap(self.tokens, base),
            "text like ours": overlap(self.tokens, ours),
            "text like theirs": overlap(self.tokens, theirs),
            "text lines like base": overlap(self.bag, self.facts.lines[0]),
            "text lines like ours": overlap(self.bag, self.facts.lines[1]),
            "text lines like theirs": overlap(self.bag, self.facts.lines[2]),
            **self._intents(),
            **self._surroundings(),
            **self._steps(),
            "parses": self._parses(),
            "pattern count": float(len(self.names)),
            **{f"is {name}": float(name in self.names) for name in PATTERNS},
        }

    def _parses(self) -> float:
        """1: the grammar accepts it, everything else being ours or theirs; 0: it does not; -1: nothing is known."""
        text = b"".join(self.lines)
        frames = self.facts.file.frames
        return float(any(frame.accepts(self.facts.index, text) for frame in frames)) if frames else -1.0

    def _steps(self) -> dict[str, float]:
        """Whether it is what a step before the ranking puts there, and how like it; -1 where none does."""
        facts = self.facts
        if facts.said is None:
            return {"as step": -1.0, "like step": -1.0}
        return {
            "as step": float(key(b"".join(self.lines)) == facts.said_key),
            "like step": overlap(self.tokens, facts.said_tokens),
        }

    def _intents(self) -> dict[str, float]:
        """How much of what each side did is in the text."""
        facts, text = self.facts, self.tokens
        base = facts.tokens[0]
        gone, new = base - text, text - base
        return {
            "has our new": _part(_shared(facts.our_new, new), facts.our_new.total()),
            "has their new": _part(_shared(facts.their_new, new), facts.their_new.total()),
            "did our gone": _part(_shared(facts.our_gone, gone), facts.our_gone.total()),
            "did their gone": _part(_shared(facts.their_gone, gone), facts.their_gone.total()),
            "new of both": _part((new - facts.our_new - facts.their_new).total(), new.total(), 0.0),
            "lost": _part((facts.our_new | facts.their_new - new).total(), max(1, new.total())),
        }

    def _surroundings(self) -> dict[str, float]:
        """How the text fits to itself and to what is around it."""
        facts, file = self.facts, self.facts.file
        filled = [k for line in self.lines if (k := key(line))]
        long = [k for k in filled if len(k) > 8]
        words = {word for word in self.tokens if _is_word(word)}
        balance = _balance(self.tokens)
        defined = [name for line in self.lines for name in _definition(line)]
        mixed = [o + t - b for b, o, t in zip(*facts.balances, strict=True)]
        return {
            "repeats": log1p(len(long) - len(set(long))),
            "repeats of sides": log1p((self.bag - (facts.lines[1] | facts.lines[2])).total()),
            "repeats of file": log1p(sum(1 for k in set(long) if k in file.clean_lines)),
            "repeats above": float(bool(filled) and filled[0] == facts.above),
            "repeats below": float(bool(filled) and filled[-1] == facts.below),
            "defined twice": float(len(defined) - len(set(defined))),
            "unbalanced": float(sum(abs(a - b) for a, b in zip(balance, mixed, strict=True))),
            "balanced like ours": float(balance == facts.balances[1]),
            "balanced like theirs": float(balance == facts.balances[2]),
            "words unknown around": _part(sum(1 for word in words if word not in file.words), len(words)),
            "words unknown to ours": _part(sum(1 for word in words if word not in file.side_words[1]), len(words)),
            "words unknown to theirs": _part(sum(1 for word in words if word not in file.side_words[2]), len(words)),
            "words dropped by ours": _part(len(words & file.dropped[0]), len(words)),
            "words dropped by theirs": _part(len(words & file.dropped[1]), len(words)),
            "words brought by ours": _part(len(words & file.brought[0]), len(words)),
            "words brought by theirs": _part(len(words & file.brought[1]), len(words)),
            "pairs nowhere": log1p(len(set(pairwise(self.sequence)) - facts.pairs)),
            "lines nowhere": log1p(len(self.bag.keys() - facts.known_lines)),
            "our lines lost": self._lost(0),
            "their lines lost": self._lost(1),
            "lines come back": log1p(len(self.bag.keys() & (facts.gone_lines[0] | facts.gone_lines[1]))),
            "words left out": log1p(len(facts.words - words)),
            "words left out but used": log1p(sum(1 for word in facts.words - words if word in file.words)),
            "comma at end": float(bool(filled) and filled[-1].endswith(b",")),
        }

    def _lost(self, side: int) -> float:
        """How many lines that a side wrote here would be nowhere in the file."""
        new = self.facts.new_lines[side]
        return log1p(sum(1 for line in new if line not in self.bag and line not in self.facts.file.clean_lines))


def _known(lines: Collection[bytes], known: Collection[bytes]) -> float:
    return _part(sum(1 for line in lines if line in known), len(lines))


def _is_word(token: bytes) -> bool:
    return token[0] >= 0x80 or token[:1].isalpha() or token[0] == _UNDERSCORE


def _balance(counted: Bag) -> list[int]:
    return [counted[opening] - counted[closing] for opening, closing in _BRACKETS]


def _definitions(lines: Lines) -> set[bytes]:
    return {name for line in lines for name in _definition(line)}


def _definition(line: bytes) -> Sequence[bytes]:
    return [match[1] or match[2] for match in _DEFINITION.finditer(line[:_LINE])]


def conflict_numbers(facts: HunkFacts, texts: Sequence[tuple[Lines, Sequence[str]]]) -> list[dict[str, float]]:
    """The features of each text that could stand in the place of a conflict, with those of the conflict and the file.

    `texts` has with each text the names of the patterns that give it.
    """
    shared = {**facts.file.numbers(), **facts.numbers(), "texts": float(len(texts))}
    return [{**shared, **TextFacts(lines, names, facts).numbers()} for lines, names in texts]
