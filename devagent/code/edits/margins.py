"""The indentation that lines of an answer have to have in a file, by that of the lines they stand beside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from devagent.code.edits.lines import TAB_WIDTH, width
from devagent.code.edits.lookalikes import plain
from devagent.code.edits.matching import in_step, nesting
from devagent.code.errors import EditError
from devagent.code.textfile import indentation

_USUAL_UNIT = 4


@dataclass(frozen=True)
class Margins:
    """How the indentation of an answer becomes that of the file.

    `known` maps the indentations that the answer quotes, by their width, to those in the file. A level deeper is
    `unit` columns in the answer and `step` in the file. `first` is the indentation that the first line had lost;
    `same` says that the answer is indented as the file is.
    """

    unit: int
    step: str
    known: dict[int, str] = field(default_factory=dict)
    first: str | None = None
    same: bool = False

    def moved(self, line: str) -> str:
        """A line of the answer with the indentation it has to have in the file. Raises `EditError`."""
        if self.same:
            return line
        text, own = line.lstrip(" \t"), width(line)
        if not text:
            return text
        if own in self.known:
            return self.known[own] + text
        if " \t" in indentation(line):
            raise EditError(f"`{text[:60]}` is indented by blanks and tabs", hint="Indent it as the file does")
        below = max((known for known in self.known if known < own), default=None)
        if below is not None:
            return self.known[below] + self._deeper(own - below) + text
        least = min(self.known, default=None)
        return (self._deeper(own) if least is None else self._shallower(self.known[least], least - own)) + text

    def _deeper(self, columns: int) -> str:
        levels, rest = divmod(columns, self.unit)
        return self.step * levels + " " * rest

    def _shallower(self, margin: str, columns: int) -> str:
        levels = -(-columns // self.unit)
        return margin[: max(len(margin) - len(self.step) * levels, 0)]


def margins_of(wanted: Sequence[str], found: Sequence[str], replace: Sequence[str], file: Sequence[str]) -> Margins:
    """The margins that quoted lines and the lines they were found as give.

    Arguments:
        wanted, found: the same lines as the answer quotes them and as the file has them.
        replace: the new lines.
        file: all lines of the file as it was.

    Where the quotation is indented as the file is, new lines are meant as they are. Blanks in a file of tabs are not.
    """
    pairs = [(indentation(plain(w)), indentation(f)) for w, f in zip(wanted, found, strict=True) if w.strip()]
    if all(w == f for w, f in pairs) and (any(map(indentation, found)) or uses_tabs(replace) or not uses_tabs(file)):
        return Margins(_USUAL_UNIT, "", same=True)
    trimmed = not in_step(nesting(wanted, found)) or (pairs[0][0] == "" and _too_deep(w for w, _ in pairs[1:]))
    known = {width(w): f for w, f in pairs[trimmed:]}
    doubtful = pairs[0][0] == "" != pairs[0][1]
    unit, step = _levels({width(w): width(f) for w, f in pairs[doubtful:]}, [*wanted, *replace], replace, file)
    return Margins(unit, step, known, pairs[0][1] if trimmed else None)


def _levels(
    known: dict[int, int], answer: Sequence[str], replace: Sequence[str], file: Sequence[str]
) -> tuple[int, str]:
    """The columns of one level in an answer, and what a level is in the file."""
    tabs, several = uses_tabs(answer), len(known) > 1
    widths = known if several else [*known, *map(width, filter(str.strip, replace))]
    unit = TAB_WIDTH if tabs else _least_step(widths)
    if uses_tabs(file):
        return unit, "\t"
    if tabs:
        return unit, " " * min(filter(None, map(width, file)), default=_USUAL_UNIT)
    return unit, " " * (_least_step(known.values()) if several else unit)


def uses_tabs(texts: Iterable[str]) -> bool:
    """Whether lines are indented by tabs rather than by blanks."""
    starts = [text[0] for text in texts if text.strip() and text[0] in " \t"]
    return starts.count("\t") * 2 > len(starts)


def _too_deep(margins: Iterable[str]) -> bool:
    """Whether lines are further in than one level is, so that a line before them at the margin was one deeper."""
    return min(map(width, margins), default=0) > TAB_WIDTH


def _least_step(widths: Iterable[int]) -> int:
    """The columns of one level, as far as indentations tell: the least step between two."""
    ordered = sorted(widths)
    return min((b - a for a, b in pairwise(ordered) if b > a), default=_USUAL_UNIT)
