"""Search and replace, forgiving about layout and typography and never about meaning.

Matching goes from strict to lenient (exact, blanks at line ends, indentation, look-alike characters) and stops at the
first level at which the text is found. Found more than once is as wrong as not found.
"""

import difflib
import re
from collections.abc import Callable, Sequence

from devagent.code.answer import Replacement
from devagent.code.errors import EditError
from devagent.code.textfile import TextFormat, indentation, lines_of, read_text

_SHOWN = 3
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
        "\u2026": "...",
        "\u00d7": "x",
    }
)
_Level = Callable[[str], str]
_LEVELS: tuple[_Level, ...] = (
    lambda line: line.rstrip(),
    lambda line: line.strip(),
    lambda line: " ".join(line.translate(_LOOKALIKES).split()),
)


def search_replace(content: bytes, blocks: Sequence[Replacement]) -> bytes:
    """The file with every block applied in order, or unchanged with an `EditError` that says which did not fit."""
    text, layout = read_text(content)
    for number, block in enumerate(blocks, start=1):
        try:
            text = _applied(text, block, layout)
        except EditError as error:
            if len(blocks) == 1:
                raise
            fitted = f"blocks 1 to {number - 1} fit" if number > 1 else "none before it"
            raise EditError(
                f"block {number} of {len(blocks)}: {error.what}",
                why=error.why,
                hint=f"{error.hint}\n({fitted}; nothing was changed)",
            ) from error
    return layout.encode(text)


def _applied(text: str, block: Replacement, layout: TextFormat) -> str:
    search, replace = layout.written(block.search), layout.written(block.replace)
    if not search.strip():
        if text.strip():
            raise EditError("the search text is empty", hint="Quote the lines that are to be replaced")
        return replace
    places = _exact(text, search)
    if len(places) == 1:
        return text[: places[0]] + replace + text[places[0] + len(search) :]
    if places:
        raise _ambiguous([text.count("\n", 0, place) + 1 for place in places])
    lines, wanted = lines_of(text), lines_of(search)
    for level in _LEVELS:
        rows = _rows(lines, wanted, level)
        if len(rows) > 1:
            raise _ambiguous([row + 1 for row in rows])
        if rows:
            return _spliced(lines, rows[0], wanted, lines_of(replace), level, layout)
    raise EditError("the search text is not in the file", hint=_nearest(lines, wanted))


def _exact(text: str, search: str) -> list[int]:
    places, start = [], text.find(search)
    while start >= 0:
        places.append(start)
        start = text.find(search, start + 1)
    whole = [place for place in places if place == 0 or text[place - 1] == "\n"]
    return whole if search.endswith("\n") else places


def _rows(lines: list[str], wanted: list[str], level: _Level) -> list[int]:
    """Where the wanted lines stand, as this level sees them."""
    seen, keys = [level(line) for line in lines], [level(line) for line in wanted]
    return [row for row in range(len(seen) - len(keys) + 1) if seen[row : row + len(keys)] == keys]


def _spliced(
    lines: list[str], row: int, wanted: list[str], replace: list[str], level: _Level, layout: TextFormat
) -> str:
    """The file with the found lines replaced. A line that the replacement only repeats keeps its own bytes."""
    found = lines[row : row + len(wanted)]
    first = next(i for i, line in enumerate(wanted) if line.strip())
    before, after = indentation(wanted[first]), indentation(found[first])
    result: list[str] = []
    matcher = difflib.SequenceMatcher(None, [level(w) for w in wanted], [level(r) for r in replace], autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        same = kind == "equal" and all(
            indentation(w) == indentation(r) for w, r in zip(wanted[start:end], replace[new_start:new_end], strict=True)
        )
        result += found[start:end] if same else [_shifted(line, before, after) for line in replace[new_start:new_end]]
    if result and found and not found[-1].endswith("\n"):
        result[-1] = result[-1].removesuffix(layout.newline)
    return "".join([*lines[:row], *result, *lines[row + len(wanted) :]])


def _shifted(line: str, before: str, after: str) -> str:
    own = indentation(line)
    if not line.strip() or before == after:
        return line
    if own.startswith(before):
        return after + own[len(before) :] + line[len(own) :]
    missing = len(before) - len(own)
    return after[: max(len(after) - missing, 0)] + line[len(own) :]


def _ambiguous(rows: Sequence[int]) -> EditError:
    shown = ", ".join(str(row) for row in rows[:8])
    return EditError(
        f"the search text is in the file {len(rows)} times",
        why=f"at lines {shown}",
        hint="Quote more of the lines around the one that is meant",
    )


def _nearest(lines: list[str], wanted: list[str]) -> str:
    """The lines of the file that look most like the wanted ones, numbered."""
    if not lines:
        return "The file is empty"
    key = max(wanted, key=lambda line: len(line.strip()))
    offset = wanted.index(key)
    words = set(_words(key))
    scores = [len(words & set(found := _words(line))) / (len(words | set(found)) or 1) for line in lines]
    best = max(range(len(lines)), key=lambda row: (scores[row], -row))
    if scores[best] == 0:
        return f"Nothing in it looks alike; it has {len(lines)} lines"
    start = max(best - min(offset, _SHOWN), 0)
    shown = lines[start : best + max(min(len(wanted) - offset, 2 * _SHOWN), _SHOWN)]
    return "The nearest lines are:\n" + "\n".join(f"{start + i + 1}: {line.rstrip()}" for i, line in enumerate(shown))


def _words(line: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", line.translate(_LOOKALIKES))
