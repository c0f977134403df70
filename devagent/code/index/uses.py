"""The uses of names in the visible text of a file, in columns."""

import re
from array import array
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from devagent.code.language import Language

UNKNOWN = "?"
"""Stands in a chain for something that is no name, or a name whose meaning is not known."""

_NEWLINE = ord("\n")
_MAX_CHAIN = 300
"""Bytes; what is longer was not written by anybody."""
_CALLED = "\x01"
"""Stands for `()` in a token, so that `Shape().area` is one."""
_CALLED_BYTES = _CALLED.encode() + b"."
_Read = tuple[str, str, bool, tuple[str, ...]]
_NOTHING: _Read = ("", "", False, ())


class Uses(NamedTuple):
    """The uses of chains of names (`a.b.c`) by scope, in columns: a row is one chain in one scope.

    `scopes` are places of definitions, -1 at the top; `chains` places in `table`; `calls` is 1 where the last name of
    the chain is called; `counts` says how many of `lines` belong to each row, in order.
    """

    table: list[str]
    scopes: "array[int]"
    chains: "array[int]"
    calls: bytearray
    counts: "array[int]"
    lines: "array[int]"


class Bindings:
    """The names that are bound in functions, and what they are worth: `?`, or a chain that stands for the same."""

    def __init__(self, language: Language, parents: list[int]) -> None:
        self._own = frozenset(language.own)
        self._bound: dict[int, dict[str, str]] = {}
        self._all: dict[int, dict[str, str]] = {-1: {}}
        self._parents = parents

    def bind(self, scope: int, name: str, worth: str) -> None:
        """A name is bound in the function at this place. Two different worths make it unknown."""
        known = self._bound.setdefault(scope, {})
        known[name] = worth if known.get(name, worth) == worth else UNKNOWN

    def around(self, scope: int) -> dict[str, str]:
        """The names that are bound in the functions around, and what each is worth."""
        known = self._all.get(scope)
        if known is None:
            outer, inner = self.around(self._parents[scope]), self._bound.get(scope)
            known = self._all[scope] = {**outer, **inner} if inner else outer
        return known

    def chain(self, text: str, bound: dict[str, str]) -> str:
        """A chain of names as it is to be looked up from outside, where its first name is bound to something."""
        for _ in range(4):
            head, dot, rest = text.partition(".")
            worth = bound.get(head.removesuffix("()"))
            if worth is None or head in self._own or worth.partition(".")[0] == head:
                return text
            if worth == UNKNOWN or head.endswith("()"):
                break
            text = worth + dot + rest
        return UNKNOWN + dot + rest


def read_uses(text: bytearray, language: Language, cuts: list[int], scopes: list[int], bindings: Bindings) -> Uses:
    """The uses in a text.

    Arguments:
        text: what is visible of the file: strings, comments and the names of definitions are blank.
        cuts: the bytes at which another scope begins, the first is 0; `scopes` are those scopes.
    """
    rows: dict[int, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    line, tokens = 1, _tokens(language.letters)
    separators = [separator.encode() for separator in language.separators]
    for (start, end), scope in zip(pairwise([*cuts, len(text)]), scopes, strict=True):
        here = rows[scope]
        segment = text[start:end]
        for separator in separators:
            segment = segment.replace(separator, b".")
        segment = segment.replace(b"().", _CALLED_BYTES)
        for token in tokens.findall(segment):
            if token[0] == _NEWLINE:
                line += 1
                token = token[1:]
                if not token:
                    continue
            here[token].append(line)
    return _columns(rows, bindings, frozenset(language.keywords))


@cache
def _tokens(letters: str) -> "re.Pattern[bytes]":
    more = re.escape(letters)
    # One set of characters to begin with and no groups: that is five times as fast as anything more exact.
    return re.compile(rf"[\n\w.\x80-\xff{more}][\w.\x01\x80-\xff{more}]*+ ?[(\"']?".encode("latin-1"))


def _columns(rows: dict[int, dict[bytes, list[int]]], bindings: Bindings, keywords: frozenset[str]) -> Uses:
    table: dict[str, int] = {}
    known: dict[bytes, _Read] = {}
    placed: dict[bytes, int] = {}
    scopes, chains, counts, lines = list[int](), list[int](), list[int](), list[int]()
    calls = bytearray()
    for scope, here in rows.items():
        bound = bindings.around(scope)
        for token, where in here.items():
            read = known.get(token)
            if read is None:
                read = known[token] = _read(token, keywords)
            head, chain, call, before = read
            if head not in bound and not before:
                if chain:
                    place = placed.get(token)
                    if place is None:
                        place = placed[token] = table.setdefault(chain, len(table))
                    scopes.append(scope)
                    chains.append(place)
                    calls.append(call)
                    counts.append(len(where))
                    lines += where
                continue
            for each in (*before, chain):
                # A local variable on its own means nothing outside.
                meant = each if head not in bound else bindings.chain(each, bound) if "." in each else ""
                if meant:
                    scopes.append(scope)
                    chains.append(table.setdefault(meant, len(table)))
                    calls.append(call or each is not chain)
                    counts.append(len(where))
                    lines += where
    return Uses(list(table), array("i", scopes), array("I", chains), calls, array("I", counts), array("I", lines))


def _read(token: bytes, keywords: frozenset[str]) -> _Read:
    """The head of a chain, the chain, whether it is called, and the parts of it that are called on the way.

    Nothing for keywords, numbers, prefixes of strings.
    """
    if len(token) > _MAX_CHAIN:
        return _NOTHING
    text = token.decode("utf-8", "replace")
    call = text.endswith("(")
    text = text.rstrip(" (")
    if text.endswith(("'", '"')):
        if text[-2:-1] != " ":
            return _NOTHING
        text = text[:-2]
    text = text.rpartition("..")[2] if ".." in text else text.rstrip(".")
    head, dot, rest = text.partition(".")
    if head in keywords or head[:1].isdigit() or rest[:1].isdigit():
        return _NOTHING
    if not head:
        return ("", UNKNOWN + text.replace(_CALLED, "()"), call, ()) if dot and rest else _NOTHING
    if _CALLED not in text:
        return head, text, call, ()
    parts = text.split(_CALLED)
    before = tuple("()".join(parts[:number]) for number in range(1, len(parts)) if parts[number - 1])
    return head.removesuffix(_CALLED), "()".join(parts), call, before
