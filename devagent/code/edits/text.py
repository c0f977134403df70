"""Hunks put into one file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from devagent.code.edits.edit import Hunk
from devagent.code.edits.elision import elided, find_elided, refuse_lazy
from devagent.code.edits.lines import Line, bodies, joined, split, without_blank_ends
from devagent.code.edits.matching import Level, Place, find_lines, the_one
from devagent.code.edits.nearest import nearest
from devagent.code.edits.numbers import without_numbers
from devagent.code.edits.splicing import spliced
from devagent.code.errors import AlreadyDone, EditError, NotThere
from devagent.code.textfile import read_text

_TELLING = 4
"""Letters and digits that lines must have for us to say that they stand there already."""


@dataclass(frozen=True)
class Outcome:
    """What came of one hunk: why it does not fit, or what is to be said of how it did."""

    error: EditError | None = None
    note: str = ""


def replace_text(content: bytes, hunks: Sequence[Hunk]) -> tuple[bytes, list[Outcome]]:
    """The file with every hunk put in that fits, later ones into what earlier ones made, and what came of each."""
    text, layout = read_text(content)
    lines, outcomes = split(text), list[Outcome]()
    ends = not text or text.endswith("\n")
    for hunk in hunks:
        try:
            put = _with_hunk(lines, hunk, layout.newline, empty=not text.strip())
        except EditError as error:
            outcomes.append(Outcome(error))
            continue
        lines = put.lines
        ends = hunk.final_newline if put.last and hunk.final_newline is not None else ends
        outcomes.append(Outcome(note=put.note))
    return layout.encode(joined(lines, layout.newline, final_newline=ends)), outcomes


@dataclass(frozen=True)
class _Put:
    """A file with a hunk in it; `last` says that the hunk is at its end."""

    lines: list[Line]
    last: bool
    note: str = ""


def _with_hunk(lines: list[Line], hunk: Hunk, newline: str, *, empty: bool) -> _Put:
    if not hunk.search.strip():
        return _Put(_without_quote(lines, hunk, newline, empty=empty), last=True)
    place, wanted, new = _place(lines, hunk)
    refuse_lazy([text for piece in new for text in piece], [line.text for line in lines])
    if _stands_there(lines, place, wanted, new):
        raise AlreadyDone(_span(lines, place.start, place.start + len(new[0])))
    return _Put(spliced(lines, place, wanted, new, newline), place.end == len(lines), _note(lines, place))


def _without_quote(lines: list[Line], hunk: Hunk, newline: str, *, empty: bool) -> list[Line]:
    new = [Line(text, newline) for text in bodies(hunk.replace)]
    if empty and not any(line.text.strip() for line in lines):
        return new
    if hunk.at_end:
        return [*lines, *new]
    raise EditError("no line of the file is quoted", hint="Quote the lines that are to be replaced, or one beside them")


def _place(lines: list[Line], hunk: Hunk) -> tuple[Place, list[list[str]], list[list[str]]]:
    """Where a hunk's lines stand, and they and their replacement in pieces. Raises `EditError`, `AlreadyDone`."""
    texts = [line.text for line in lines]
    for form in dict.fromkeys((hunk, _trimmed(hunk), without_numbers(hunk))):
        wanted = bodies(form.search)
        if places := find_lines(texts, wanted):
            return the_one(places, lines, form), [wanted], [bodies(form.replace)]
    if (pieces := elided(hunk.search, hunk.replace)) and (places := find_elided(texts, pieces)):
        return the_one(places, lines, hunk), pieces.wanted, pieces.replace
    _refuse_done(lines, hunk)
    raise NotThere(nearest(lines, bodies(hunk.search)))


def _trimmed(hunk: Hunk) -> Hunk:
    wanted, new, lead = without_blank_ends(bodies(hunk.search), bodies(hunk.replace))
    line = hunk.line + lead if hunk.line else 0
    return replace(hunk, search=_text(wanted), replace=_text(new), line=line)


def _text(texts: Sequence[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def _refuse_done(lines: list[Line], hunk: Hunk) -> None:
    """Raise `AlreadyDone` where the new lines stand in the file instead of the old ones, and are other than those."""
    new = bodies(hunk.replace)
    own = {line.strip() for line in new} - {line.strip() for line in bodies(hunk.search)}
    if sum(char.isalnum() for line in own for char in line) >= _TELLING:
        for place in find_lines([line.text for line in lines], new)[:1]:
            raise AlreadyDone(_span(lines, place.start, place.end))


def _stands_there(lines: list[Line], place: Place, wanted: list[list[str]], new: list[list[str]]) -> bool:
    """Whether lines are only to be added, and stand there already."""
    if place.gaps or wanted == new:
        return False
    before = _before(wanted[0], new[0])
    if before is None or sum(map(str.isalnum, _text(new[0]))) < _TELLING:
        return False
    added = [*new[0][:before], *new[0][before + len(wanted[0]) :]]
    start = place.start - before
    there = [line.text.strip() for line in lines[max(start, 0) : start + len(new[0])]]
    return any(map(str.strip, added)) and start >= 0 and there == [text.strip() for text in new[0]]


def _before(wanted: list[str], new: list[str]) -> int | None:
    """How many new lines come before the quoted ones, where these stay and others are added around them."""
    size = len(wanted)
    return next((row for row in range(len(new) - size + 1) if new[row : row + size] == wanted), None)


def _span(lines: list[Line], start: int, end: int) -> str:
    numbers = [line.number for line in lines[start:end] if line.number]
    if not numbers:
        return "another edit of this answer does it"
    where = f"line {numbers[0]}" if numbers[0] == numbers[-1] else f"lines {numbers[0]} to {numbers[-1]}"
    return f"the new lines stand at {where}"


def _note(lines: list[Line], place: Place) -> str:
    if place.level is Level.EXACT:
        return ""
    return f"{place.level.value} did not fit at line {lines[place.start].number or 'of another edit'}, all else did"
