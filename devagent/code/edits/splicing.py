"""Putting new lines where the quoted ones were found. What the answer only repeats keeps its own bytes."""

import difflib
from collections.abc import Sequence

from devagent.code.edits.lines import Line
from devagent.code.edits.lookalikes import plain, undressed, with_plain_margin
from devagent.code.edits.margins import Margins, margins_of
from devagent.code.edits.matching import Level, Place
from devagent.code.textfile import indentation

MAX_PAIRS = 250_000
"""Above so many pairs (of lines, of characters in a line) old and new ones are not aligned: all counts as changed."""

_Step = tuple[str, int, int, int, int]


def spliced(
    lines: Sequence[Line], place: Place, wanted: Sequence[list[str]], replace: Sequence[list[str]], newline: str
) -> list[Line]:
    """The lines of a file with those at a place replaced, piece by piece; what lies in its gaps stays."""
    found = [lines[rows.start : rows.stop] for rows in place.pieces]
    if place.level is Level.LOOKALIKES:
        wanted = [list(map(with_plain_margin, piece)) for piece in wanted]
        replace = [list(map(with_plain_margin, piece)) for piece in replace]
    margins = margins_of(
        [text for piece in wanted for text in piece],
        [line.text for piece in found for line in piece],
        [text for piece in replace for text in piece],
        [line.text for line in lines if line.number],
    )
    result = list(lines[: place.start])
    for number, (old, quoted, new) in enumerate(zip(found, wanted, replace, strict=True)):
        result += _piece(old, quoted, _settled(new, margins, first=number == 0), new, place.level, newline)
        if number < len(place.gaps):
            gap = place.gaps[number]
            result += lines[gap.start : gap.stop]
    return [*result, *lines[place.end :]]


def rewritten(lines: Sequence[Line], new: Sequence[str], newline: str) -> list[Line]:
    """The lines of a file that is written anew; those that are as they were keep their ends."""
    return _piece(lines, [line.text for line in lines], new, new, Level.EXACT, newline)


def _settled(new: Sequence[str], margins: Margins, *, first: bool) -> list[str]:
    """The new lines of a piece with the indentation they have to have."""
    settled = [margins.moved(line) for line in new]
    row = next((row for row, line in enumerate(new) if line.strip()), None)
    if first and margins.first is not None and row is not None and not indentation(new[row]):
        settled[row] = margins.first + new[row]
    return settled


def _piece(
    old: Sequence[Line], quoted: Sequence[str], settled: Sequence[str], new: Sequence[str], level: Level, newline: str
) -> list[Line]:
    """The lines of one piece: those found where the answer repeats them, new ones elsewhere."""
    exact = level is Level.EXACT
    steps = _steps(list(quoted if exact else map(str.rstrip, quoted)), list(new if exact else map(str.rstrip, new)))
    end = next((line.end for line in old if line.end), newline)
    cleaned = _cleaned(old, quoted, settled, level)
    result: list[Line] = []
    for kind, start, stop, new_start, new_stop in steps:
        if kind == "equal":
            result += old[start:stop]
            continue
        texts = cleaned[new_start:new_stop]
        if level is Level.LOOKALIKES and len(texts) == stop - start:
            was = _cleaned(old, quoted, quoted, level)[start:stop]
            texts = [_carried(*lines) for lines in zip(was, texts, old[start:stop], strict=True)]
        own = next((line.end for line in old[start:stop] if line.end), end)
        result += [Line(text, own) for text in texts]
    return result


def _cleaned(old: Sequence[Line], quoted: Sequence[str], texts: Sequence[str], level: Level) -> list[str]:
    """Lines of the answer without the blanks at their ends and the odd characters that only its quotation has."""
    if any(q != q.rstrip() and line.text == line.text.rstrip() for q, line in zip(quoted, old, strict=True)):
        texts = [text.rstrip() for text in texts]
    if level is not Level.LOOKALIKES:
        return list(texts)
    letters, there = "".join(quoted), "".join(line.text for line in old)
    return [undressed(text, letters, there) for text in texts]


def _steps(quoted: list[str], new: list[str]) -> list[_Step]:
    if len(quoted) * len(new) <= MAX_PAIRS:
        return list(difflib.SequenceMatcher(None, quoted, new, autojunk=False).get_opcodes())
    return [("replace", 0, len(quoted), 0, len(new))]


def _carried(was: str, new: str, line: Line) -> str:
    """A changed line in which all that the answer left as it was is as the file has it."""
    margin = indentation(new)
    was, new, found = was.strip(), new[len(margin) :], line.text.strip()
    if plain(was) != plain(found) or len(was) != len(found) or len(was) * len(new) > MAX_PAIRS:
        return margin + new
    steps = difflib.SequenceMatcher(None, was, new, autojunk=False).get_opcodes()
    return margin + "".join(found[start:end] if kind == "equal" else new[a:b] for kind, start, end, a, b in steps)
