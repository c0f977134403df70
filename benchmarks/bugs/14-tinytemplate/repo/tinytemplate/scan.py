"""Templates to tokens."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int


def scan(text):
    """The tokens of a template: ``text``, ``value`` and ``tag``."""
    tokens = []
    at = 0
    for match in _TAG.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match.start() > at:
            tokens.append(Token("text", text[at : match.start()], line))
        if match[1] is not None:
            tokens.append(Token("value", match[1].strip(), line))
        elif match[2] is not None:
            tokens.append(Token("tag", match[2].strip(), line))
        at = match.end()
    if at < len(text):
        tokens.append(Token("text", text[at:], text.count("\n") + 1))
    return tokens
