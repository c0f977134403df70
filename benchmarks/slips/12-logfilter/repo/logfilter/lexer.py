"""Splits query text into tokens."""

from dataclasses import dataclass

from .errors import QueryError
from .literals import KEYWORD_VALUES, read_number, read_string

OPERATORS = ("!=", "<=", ">=", "=", "<", ">", "~", "(", ")")
WORDS = ("and", "or", "not")


@dataclass(frozen=True)
class Token:
    """One token: ``kind`` is op, word, field, value or end."""

    kind: str
    value: object
    position: int


def read_name(text, pos):
    """Read a dotted name; returns (name, end)."""
    end = pos
    while end < len(text) and (text[end].isalnum() or text[end] in "_."):
        end += 1
    return text[pos:end], end


def tokenize(text):
    """Return the list of tokens of ``text``, closed by an ``end`` token."""
    tokens = []
    pos = 0
    while pos < len(text):
        char = text[pos]
        if char.isspace():
            pos += 1
            continue
        if char in "\"'":
            value, end = read_string(text, pos)
            kind = "value"
        elif char.isdigit() or char == "-":
            value, end = read_number(text, pos)
            kind = "value"
        elif char.isalpha() or char == "_":
            value, end = read_name(text, pos)
            kind = "field"
            if value in WORDS:
                kind = "word"
            elif value in KEYWORD_VALUES:
                kind, value = "value", KEYWORD_VALUES[value]
        else:
            value = next((op for op in OPERATORS if text.startswith(op, pos)), None)
            if value is None:
                raise QueryError(f"unexpected {char!r}", pos)
            kind, end = "op", pos + len(value)
        tokens.append(Token(kind, value, pos))
        pos = end
    tokens.append(Token("end", None, len(text)))
    return tokens
