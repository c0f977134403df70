"""What a worker does with a file: read it, see whether it is to be left out or known already, and extract its facts."""

import hashlib
import os
import struct
from typing import NamedTuple

from devagent.code.index.cover import MAX_BYTES, left_out_by_content
from devagent.code.index.extract import extract
from devagent.code.index.packing import packed
from devagent.code.language import language_named, same_length_utf8

_HEAD = struct.Struct("<24sIII")


class Answer(NamedTuple):
    """What was read: the key of the content, a note where it was left out, else the names and facts.

    With neither, the facts are known already. An empty key: there is no such file any more.
    """

    key: bytes
    note: str = ""
    names: bytes = b""
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """The answer as bytes that `from_bytes` reads."""
        note = self.note.encode()
        return _HEAD.pack(self.key, len(note), len(self.names), len(self.data)) + note + self.names + self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> "Answer":
        """The answer of a worker."""
        key, note, names, facts = _HEAD.unpack_from(data)
        at = _HEAD.size
        return cls(
            key,
            data[at : at + note].decode(),
            data[at + note : at + note + names],
            data[at + note + names : at + note + names + facts],
        )


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
        names = "\n".join(definition.name.replace("\n", " ") for definition in found.definitions)
        return Answer(key, "", names.encode("utf-8", "replace"), packed(language.name, found)).to_bytes()

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
