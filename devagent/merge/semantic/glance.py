"""What a text may define, told by how it looks: a file that cannot matter is not parsed.

Everything here errs to the side of more: a word that is no definition only costs the parsing of a file.
"""

import re

WORD = re.compile(rb"[\w$\x80-\xff]+")
_DEFINING = re.compile(
    rb"\b(?:class|def|function|interface|record|enum|type|const|let|var|namespace|import|as)\s+([\w$\x80-\xff]+)"
    rb"|^[^.=()\n]*?([\w$\x80-\xff]+)\s*(?:<[^()\n]*>)?\("
    rb"|([\w$\x80-\xff]+)\??!?\s*(?::|=(?!=))"
    rb"|([\w$\x80-\xff]+)\s*(?:[,;}]|$)",
    re.MULTILINE,
)
_CLASS = re.compile(rb"\b(?:class|interface|enum|record)\s+([\w$\x80-\xff]+)")
_HEAD = re.compile(rb"([\w$\x80-\xff]+)\s*(?:<[^()\n]*>)?\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
_CLASS_LINE = re.compile(rb"\b(?:class|extends|implements|enum|record)\b")
_HEAD_LINES = 20
"""So many lines the parameters of a definition take at most."""


def defined(text: bytes) -> frozenset[bytes]:
    """The words that a text may define, or import."""
    return frozenset(word for words in _DEFINING.findall(text) for word in words if word)


def classes(text: bytes) -> frozenset[bytes]:
    """The names of the types that a text may define."""
    return frozenset(_CLASS.findall(text))


def heads_of(text: bytes) -> frozenset[tuple[bytes, bytes]]:
    """The words that stand before a parenthesis, each with what is in it, blanks left out."""
    return frozenset((name, b"".join(inside.split())) for name, inside in _HEAD.findall(text))


def reshaped(before: bytes, after: bytes) -> frozenset[bytes]:
    """The names whose parameters may be others after a change."""
    old, new = _middles(before.split(b"\n"), after.split(b"\n"))
    return frozenset(name for name, _ in heads_of(old) - heads_of(new))


def _middles(old: list[bytes], new: list[bytes]) -> tuple[bytes, bytes]:
    """Two texts without what they begin and end with alike, but for so many lines as a head may take."""
    first, shorter = 0, min(len(old), len(new))
    while first < shorter and old[first] == new[first]:
        first += 1
    last = 0
    while last < shorter - first and old[-1 - last] == new[-1 - last]:
        last += 1
    first, last = max(0, first - _HEAD_LINES), max(0, last - _HEAD_LINES)
    return b"\n".join(old[first : len(old) - last]), b"\n".join(new[first : len(new) - last])


def names_a_class(lines: bytes) -> bool:
    """Whether one of some lines may begin a class, or say what it inherits from."""
    return _CLASS_LINE.search(lines) is not None
