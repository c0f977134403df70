"""Reading of literals out of the query text."""

from .errors import QueryError

ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}

KEYWORD_VALUES = {"true": True, "false": False, "null": None}


def read_string(text, pos):
    """Read the quoted string which opens at ``text[pos]``.

    Returns (value, position after the closing quote).  The value holds the
    text between the quotes with each escape replaced by its one character.
    """
    quote = text[pos]
    opened = pos
    pos += 1
    start = pos
    pieces = []
    while pos < len(text):
        char = text[pos]
        if char == quote:
            pieces.append(text[start:pos])
            return "".join(pieces), pos + 1
        if char == "\\":
            pieces.append(text[start:pos])
            code = text[pos + 1:pos + 2]
            if code not in ESCAPES:
                raise QueryError("unknown escape", pos)
            pieces.append(ESCAPES[code])
            start = pos + 1
            pos += 2
        else:
            pos += 1
    raise QueryError("string is not closed", opened)


def read_number(text, pos):
    """Read a number at ``text[pos]``; returns (int or float, end)."""
    end = pos + 1 if text[pos] == "-" else pos
    while end < len(text) and (text[end].isdigit() or text[end] == "."):
        end += 1
    word = text[pos:end]
    try:
        return (float(word) if "." in word else int(word)), end
    except ValueError:
        raise QueryError(f"bad number {word!r}", pos) from None
