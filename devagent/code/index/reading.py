"""What a worker does with a file: read it, see whether it is to be left out or known already, and extract its facts."""

import hashlib
import os
import struct
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from devagent.code.index.broken import lines_to_text
from devagent.code.index.cover import MAX_BYTES, left_out_by_content
from devagent.code.index.extract import Extract, extract
from devagent.code.index.naming import mentions_of, packages_of, packages_to_text, roles_of
from devagent.code.index.packing import packed
from devagent.code.index.store import NONE, Stored
from devagent.code.language import language_named, same_length_utf8

_HEAD = struct.Struct("<24s9I")


class Answer(NamedTuple):
    """What was read: the key of the content, a note where it was left out, else what there is to store of it.

    With neither, the facts are known already. The key NOTHING: there is no such file any more.
    """

    key: bytes
    note: str = ""
    stored: Stored = NONE

    def to_bytes(self) -> bytes:
        """The answer as bytes that `from_bytes` reads."""
        note = self.note.encode()
        return _HEAD.pack(self.key, len(note), *map(len, self.stored)) + note + b"".join(self.stored)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Answer":
        """The answer of a worker."""
        key, *lengths = _HEAD.unpack_from(data)
        at, parts = _HEAD.size, []
        for length in lengths:
            parts.append(data[at : at + length])
            at += length
        return cls(key, parts[0].decode(), Stored._make(parts[1:]))


NOTHING = bytes(24)
"""The key of a file that is not there."""


class Reader:
    """Reads files of a tree.

    Arguments:
        root: the top of the work tree.
        by_extension: the language of each extension, `versions` that of each language.
        known: the keys of the content whose facts are stored.
    """

    def __init__(self, root: str, by_extension: dict[str, str], versions: dict[str, int], known: frozenset[bytes]):
        self._root, self._known = root, known
        self._by_extension, self._versions = by_extension, versions

    def language(self, path: str) -> str:
        """The name of the language of a file."""
        return self._by_extension[os.path.splitext(path)[1].lower()]  # noqa: PTH122

    def key(self, path: str) -> bytes:
        """What the facts of a file are kept by: its blob id, language and version; NOTHING without such a file."""
        content = self._content(path)
        return NOTHING if content is None else self._key(path, content)

    def __call__(self, path: str) -> bytes:
        """Read one file; the `Answer` as bytes."""
        content = self._content(path)
        if content is None:
            return Answer(NOTHING).to_bytes()
        key = self._key(path, content)
        if key in self._known:
            return Answer(key).to_bytes()
        if note := left_out_by_content(content):
            return Answer(key, note).to_bytes()
        language = language_named(self.language(path))
        found = extract(same_length_utf8(content), language)
        return Answer(key, "", _stored(language.name, found, packaged=language.modules == "packages")).to_bytes()

    def _content(self, path: str) -> bytes | None:
        try:
            with open(f"{self._root}/{path}", "rb") as file:  # noqa: PTH123
                # One byte more than is allowed shows that it is too large, however large it is.
                return file.read(MAX_BYTES + 1)
        except OSError:
            return None

    def _key(self, path: str, content: bytes) -> bytes:
        # git's blob id: what git calls this content, where no filter stands between.
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()
        return blob + self._versions[self.language(path)].to_bytes(4, "big")


def _stored(language: str, found: Extract, *, packaged: bool) -> Stored:
    spans = array("I", (max(0, each.end_line - each.start_line + 1) for each in found.definitions))
    return Stored(
        _one_a_line(each.name for each in found.definitions),
        _one_a_line(each.qualified for each in found.definitions),
        roles_of(found.definitions),
        spans.tobytes(),
        mentions_of(found.uses.table, found.definitions, found.imports),
        packed(language, found),
        packages_to_text(packages_of(found.package, found.definitions)) if packaged else b"",
        lines_to_text(found.broken).encode(),
    )


def _one_a_line(names: Iterable[str]) -> bytes:
    return "\n".join([" ".join(name.split()) for name in names]).encode("utf-8", "replace")
