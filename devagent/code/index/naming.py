"""The definitions of a tree by their names alone, for what imports and scopes cannot tell."""

import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from devagent.code.index.facts import NODE_BITS, TYPES, Definition, DefinitionKind, Import
from devagent.code.language import language_named

_WITHIN, _TYPE, _KIND = 0x80, 0x40, 0x3F
_KINDS: tuple[str, ...] = ("extension", *get_args(DefinitionKind))
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_SLOT = (1 << NODE_BITS) - 1
_PART = re.compile(r"[^\W\d]\w*")


def roles_of(definitions: Sequence[Definition]) -> bytes:
    """For each definition its kind, whether that is a type, and whether it is a member of a type, as a byte each."""
    types = [definition.kind in TYPES for definition in definitions]
    return bytes(
        _NUMBERS[definition.kind]
        | (_WITHIN if definition.parent >= 0 and types[definition.parent] else 0)
        | (_TYPE if own else 0)
        for definition, own in zip(definitions, types, strict=True)
    )


def kind_of(role: int) -> str:
    """The kind of a definition of this role."""
    return _KINDS[role & _KIND]


def mentions_of(table: Iterable[str], definitions: Iterable[Definition], imports: Iterable[Import]) -> bytes:
    """The names that a file uses, inherits from or imports, as `name_hash` gives them, four bytes each."""
    names = {name.removesuffix("()") for chain in table for name in chain.split(".")}
    for definition in definitions:
        for base in definition.bases:
            names.update(name.removesuffix("()") for name in base.split("."))
    for entry in imports:
        names.update((entry.name, entry.alias, *_PART.findall(entry.module)))
    return array("I", sorted(map(name_hash, names))).tobytes()


def in_packages(package: str, definitions: Iterable[Definition]) -> Iterator[tuple[str, str, int]]:
    """What packages have of a file, as (package, name, place): what stands in no type and no function.

    Arguments:
        package: the one that the file says it belongs to. The namespaces in it are packages of their own.
    """
    inside = {-1: package}
    for place, definition in enumerate(definitions):
        around = inside.get(definition.parent)
        if around is None:
            continue
        if definition.kind == "namespace":
            inside[place] = f"{around}.{definition.name}" if around else definition.name
        elif definition.kind not in ("attribute", "extension"):
            yield around, definition.name, place


def packages_of(package: str, definitions: Iterable[Definition]) -> list[str]:
    """The packages that a file has a part in, sorted; "" is the one without a name."""
    return sorted({package for package, _, _ in in_packages(package, definitions)})


def packages_to_text(packages: Iterable[str]) -> bytes:
    """Packages as text, each with an end of line: the one without a name is not the same as none."""
    return "".join(f"{package}\n" for package in packages).encode("utf-8", "replace")


def packages_from_text(text: bytes) -> list[str]:
    """The packages of a text."""
    return text.decode("utf-8", "replace").split("\n")[:-1]


def name_hash(name: str) -> int:
    """A number that stands for a name. Another name may have the same; then a file is looked at for nothing."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass"))


class NamedFile(NamedTuple):
    """A file with what is stored of it: its language, the names of its definitions one a line, their roles."""

    path: str
    language: str
    names: bytes
    roles: bytes


class Names:
    """The definitions of each name.

    Arguments:
        files: those of the tree.
        wanted: only these names will be asked for; `None`: any.
    """

    def __init__(self, files: Iterable[NamedFile], wanted: frozenset[str] | None = None) -> None:
        self._files: list[NamedFile] = []
        # As numbers (file and place in it), because there are millions of them.
        self._found: dict[str, list[int]] = defaultdict(list)
        for file in files:
            names = file.names.decode("utf-8", "replace").split("\n")
            if not file.roles or (wanted is not None and wanted.isdisjoint(names)):
                continue
            first = len(self._files) << NODE_BITS
            self._files.append(file._replace(names=b""))
            for number, name in enumerate(names, first):
                if wanted is None or name in wanted:
                    self._found[name].append(number)

    def sharing(self, name: str, way: str, *, member: bool, types: bool, most: int) -> list[tuple[str, int]]:
        """The definitions of a name as (path, place); none when more than `most` share it.

        Arguments:
            way: how their languages name modules.
            member: whether it has to be a member of a type, or must be none; `types`: a type will do in any case.
        """
        found: list[tuple[str, int]] = []
        for number in self._found.get(name, ()):
            file, place = self._files[number >> NODE_BITS], number & _SLOT
            if language_named(file.language).modules == way and fits(file.roles[place], member=member, types=types):
                found.append((file.path, place))
                if len(found) > most:
                    return []
        return found


def fits(role: int, *, member: bool, types: bool) -> bool:
    """Whether a definition of this role can be meant: `member` says how it is asked for."""
    return bool(role & _WITHIN) == member or bool(types and role & _TYPE)
