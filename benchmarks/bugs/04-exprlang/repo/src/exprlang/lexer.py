"""Text to tokens."""

import re
from dataclasses import dataclass

from .errors import LexError

KEYWORDS = {"let", "fn", "if", "then", "else", "and", "or", "not", "true", "false"}

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<string>"[^"\n]*")
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>=>|==|!=|<=|>=|[-+*/%()<>=,;])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


def tokenize(text):
    """All tokens of a text, an ``end`` token last. Words of the language are
    tokens whose kind is the word itself, and so are operators."""
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise LexError(f"unexpected {text[at]!r} at {at}")
        kind = match.lastgroup
        word = match.group()
        if kind == "op" or (kind == "name" and word in KEYWORDS):
            kind = word
        if kind != "space":
            tokens.append(Token(kind, word, at))
        at = match.end()
    tokens.append(Token("end", "", at))
    return tokens
