"""Facts as bytes: compact, checked against damage, and read only as far as they are asked for."""

import json
import struct
import zlib
from array import array
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from devagent.code.index.extract import Extract
from devagent.code.index.facts import Definition, Import, Reference
from devagent.code.index.uses import Uses

_HEAD = struct.Struct("<8I")
"""A checksum of all that follows, and the lengths of the seven parts."""


class Damaged(Exception):
    """What was read from the store is not what was written."""


def packed(language: str, found: Extract) -> bytes:
    """The facts of a file as bytes."""
    definitions = [list(definition) for definition in found.definitions]
    told = [language, found.lines, definitions, found.imports, found.package]
    head = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    uses = found.uses
    columns = (uses.scopes.tobytes(), uses.chains.tobytes(), bytes(uses.calls), uses.counts.tobytes())
    parts = (_encoded(head), _encoded("\n".join(uses.table)), *columns, uses.lines.tobytes())
    body = b"".join(parts)
    return _HEAD.pack(zlib.crc32(body), *map(len, parts)) + body


class PackedFacts:
    """The facts of one file (`FileFacts`), decoded when asked for. Raises `Damaged` for what makes no sense."""

    def __init__(self, data: bytes, note: str = "", language: str = "") -> None:
        self.note = note
        self._parts: list[memoryview] = []
        self._language = language
        if data:
            checksum, *lengths = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (0, 1)
            body = memoryview(data)[_HEAD.size :]
            if sum(lengths) != len(body) or zlib.crc32(body) != checksum:
                raise Damaged("facts of a file")
            at = 0
            for length in lengths:
                self._parts.append(body[at : at + length])
                at += length

    @property
    def language(self) -> str:
        """The name of its language."""
        return self._head[0]

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self._head[1]

    @property
    def package(self) -> str:
        """The package that it says it belongs to."""
        return self._head[4]

    @cached_property
    def definitions(self) -> Sequence[Definition]:
        """What it defines."""
        return [Definition._make((*row[:7], tuple(row[7]))) for row in self._head[2]]

    @cached_property
    def imports(self) -> Sequence[Import]:
        """What it imports."""
        return [Import(*row) for row in self._head[3]]

    @cached_property
    def uses(self) -> Uses:
        """The uses of names, in columns."""
        if not self._parts:
            return Uses([], array("i"), array("I"), bytearray(), array("I"), array("I"))
        table = str(self._parts[1], "utf-8", "surrogatepass")
        scopes, chains, counts, lines = array("i"), array("I"), array("I"), array("I")
        for column, part in zip((scopes, chains, counts, lines), (2, 3, 5, 6), strict=True):
            column.frombytes(self._parts[part])
        return Uses(table.split("\n") if table else [], scopes, chains, bytearray(self._parts[4]), counts, lines)

    @cached_property
    def references(self) -> Sequence[Reference]:
        """The names it uses: of `a.b.c`, each of the three."""
        uses, found = self.uses, []
        lines = iter(uses.lines)
        for scope, chain, call, count in zip(uses.scopes, uses.chains, uses.calls, uses.counts, strict=True):
            names = links(uses.table[chain])
            for line in islice(lines, count):
                for number, (receiver, name) in enumerate(names, 1):
                    kind = "call" if call and number == len(names) else "attribute" if receiver else "read"
                    found.append(Reference(name, line, scope, kind, receiver))
        return found

    @cached_property
    def _head(self) -> tuple[str, int, list[list[Any]], list[list[Any]], str]:
        if not self._parts:
            return self._language, 0, [], [], ""
        language, *rest = json.loads(bytes(self._parts[0]).decode("utf-8", "surrogatepass"))
        lines, definitions, imports, package = rest
        return language, lines, definitions, imports, package


@lru_cache(maxsize=50_000)
def links(chain: str) -> tuple[tuple[str, str], ...]:
    """The names of a chain that are written there, each with what stands before it: `a`, `b` of `a`, `c` of `a.b`.

    What stands for a local variable (`Shape()`, `?`) was not written there.
    """
    if "." not in chain:
        return () if chain.endswith(("()", "?")) else (("", chain),)
    parts = chain.split(".")
    written = next((n for n in range(len(parts) - 1, -1, -1) if parts[n].endswith(("()", "?"))), -1) + 1
    return tuple((".".join(parts[:n]), parts[n]) for n in range(written, len(parts)))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
