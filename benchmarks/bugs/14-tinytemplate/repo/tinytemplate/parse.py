"""Tokens to nodes."""

import re

from .errors import TemplateSyntax
from .nodes import For, If, Include, Set, Text, Value
from .scan import scan

_FOR = re.compile(r"for\s+(\w+)\s+in\s+(\S+)")
_IF = re.compile(r"if\s+(not\s+)?(\S+)")
_SET = re.compile(r"set\s+(\w+)\s*=\s*(\S+)")
_INCLUDE = re.compile(r"include\s+(\S+)")


def parse(text):
    """The nodes of a template."""
    reader = _Reader(scan(text))
    nodes, stop = reader.block(())
    return nodes


class _Reader:
    def __init__(self, tokens):
        self._tokens = tokens
        self._at = 0

    def block(self, stops):
        """The nodes up to one of the tags in ``stops``, and which one it was."""
        nodes = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.kind == "text":
                nodes.append(Text(token.text))
            elif token.kind == "value":
                path, *filters = [part.strip() for part in token.text.split("|")]
                nodes.append(Value(path, tuple(filters)))
            elif token.text in stops:
                return tuple(nodes), token.text
            else:
                nodes.append(self._tag(token))
        if stops:
            raise TemplateSyntax(f"{' or '.join(stops)} is missing")
        return tuple(nodes), None

    def _tag(self, token):
        if match := _FOR.fullmatch(token.text):
            return For(match[1], match[2], *self._two_blocks())
        if match := _IF.fullmatch(token.text):
            return If(match[2], bool(match[1]), *self._two_blocks())
        if match := _SET.fullmatch(token.text):
            return Set(match[1], match[2])
        if match := _INCLUDE.fullmatch(token.text):
            return Include(match[1])
        raise TemplateSyntax(f"line {token.line}: what is {token.text!r}?")

    def _two_blocks(self):
        body, stop = self.block(("else", "end"))
        if stop == "end":
            return body, ()
        return body, self.block(("end",))[0]
