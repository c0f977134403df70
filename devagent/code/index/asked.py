"""What a name stands for that somebody asks about: definitions, and the names of what is not in this tree."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from devagent.code.index.facts import Definition, FileFacts, Import
from devagent.code.index.imports import CRATES, FOLDERS, OUTSIDE, Meaning
from devagent.code.index.index import Index
from devagent.code.index.resolve import Resolver
from devagent.code.index.scopes import FileScope
from devagent.code.language import language_named

MODULE = "module"
"""The kind of a file that is meant as a whole."""

_SEPARATOR = re.compile(r"::|[#\\]|->")
_IN_MODULES = re.compile(r"[/\\]|::")
_DEEP = 6


class Asked(NamedTuple):
    """A name as somebody asks about it: the last parts of it, and the end of the path of a file, or ""."""

    chain: str
    file: str = ""

    @property
    def last(self) -> str:
        """The name without what stands before it."""
        return self.chain.rpartition(".")[2]

    def is_named(self, written: str) -> bool:
        """Whether a qualified name ends as this one."""
        return f".{written}".endswith(f".{self.chain}")

    def is_file(self, path: str) -> bool:
        """Whether a file can be meant."""
        return not self.file or path == self.file or path.endswith(f"/{self.file}")


def read_name(name: str) -> Asked:
    """`area`, `Shape.area`, `Shape::area`, `shapes.Shape.area()` or `src/shapes.py:Shape.area` as it is meant."""
    file, _, chain = _SEPARATOR.sub(".", name.removesuffix("()")).rpartition(":")
    return Asked(chain.strip("."), file)


def meant(index: Index, asked: Asked) -> list[tuple[Meaning, Definition]]:
    """The definitions that a name means: those called so; else what is imported by that name, or inherited; else files.

    A file that is meant as a whole stands there as a definition of the kind MODULE.
    """
    found = _so_called(index, asked)
    if found or not asked.last:
        return found
    resolver = index.resolver(asked.chain.split("."))
    meanings = [meaning._replace(made=False) for meaning in _followed(index, resolver, asked, _DEEP)]
    return [(meaning, resolver.definition(meaning) or _file(meaning.path)) for meaning in dict.fromkeys(meanings)]


def names_outside(index: Index, asked: Asked) -> list[str]:
    """What a name stands for that is imported from elsewhere, by the names that it has there; the most used first."""
    found: dict[str, int] = {}
    for path, resolver, entry in _imports_as(index, asked):
        if resolver.imported(path, entry) is OUTSIDE:
            name = name_outside(entry)
            found[name] = found.get(name, 0) + 1
    before, _, name = asked.chain.rpartition(".")
    if not found and before:
        return [f"{outer}.{name}" for outer in names_outside(index, Asked(before, asked.file))]
    return sorted(found, key=lambda name: (-found[name], name))


def name_outside(entry: Import) -> str:
    """What an import binds, by the name that it has where it comes from, with dots."""
    module = _IN_MODULES.sub(".", entry.module.partition("<")[0]).strip(".")
    return module if entry.name in ("", "*", "default") else f"{module}.{entry.name}"


def written_outside(names: FileScope, scope: int, chain: str) -> str:
    """A chain that is used in a file, with the name that its head has where it comes from."""
    head, dot, rest = chain.replace("()", "").partition(".")
    while (entry := names.imports.get((scope, head))) is None and scope >= 0:
        scope = names.definitions[scope].parent
    return f"{name_outside(_as_bound(names, entry))}{dot}{rest}" if entry is not None else head + dot + rest


def _so_called(index: Index, asked: Asked) -> list[tuple[Meaning, Definition]]:
    found = []
    for path in index.defining(asked.last) if asked.last else ():
        facts = index.facts(path)
        if facts is None or not asked.is_file(path):
            continue
        modules = _modules(path, facts)
        for place, definition in enumerate(facts.definitions):
            if definition.name == asked.last and any(asked.is_named(f"{m}.{definition.qualified}") for m in modules):
                found.append((Meaning(path, place), definition))
    return found


def _followed(index: Index, resolver: Resolver, asked: Asked, depth: int) -> list[Meaning]:
    """What is imported under a name; else the members of what stands before it, also inherited ones; else files."""
    imported = [resolver.imported(path, entry) for path, _, entry in _imports_as(index, asked)]
    found = [meaning for meaning in imported if isinstance(meaning, Meaning)]
    before, _, name = asked.chain.rpartition(".")
    if not found and before and depth:
        outer = Asked(before, asked.file)
        holders = [each for each, _ in _so_called(index, outer)] or _followed(index, resolver, outer, depth - 1)
        members = [resolver.member(holder, name) for holder in holders]
        found = [member for member in members if isinstance(member, Meaning)]
    if not found:
        found = [Meaning(path) for path in index.paths() if asked.is_file(path) and asked.is_named(_module(path))]
    return found


def _imports_as(index: Index, asked: Asked) -> Iterator[tuple[str, Resolver, Import]]:
    """The imports that bind a name, each with its file and what follows it."""
    resolver = index.resolver((asked.last,))
    for path in index.mentioning((asked.last,)):
        names = resolver.scope(path) if asked.is_file(path) else None
        for (_, alias), entry in names.imports.items() if names is not None else ():
            if alias == asked.last and entry.module and asked.is_named(f"{_module(path)}.{alias}"):
                assert names is not None
                yield path, resolver, _as_bound(names, entry)


def _as_bound(names: FileScope, entry: Import) -> Import:
    """What an import binds: in Python, `import a.b` binds `a`."""
    if names.language.modules == "python" and not entry.alias and not entry.name:
        return entry._replace(module=entry.module.partition(".")[0])
    return entry


def _modules(path: str, facts: FileFacts) -> list[str]:
    """The names by which what a file defines may be qualified: of its package, or else by its path."""
    if facts.package:
        return [facts.package]
    module = _module(path)
    if language_named(facts.language).modules not in (FOLDERS, CRATES):
        return [module]
    folder = ".".join(part for part in module.split(".")[:-1] if part != "src")
    return [module, folder]


def _module(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("/__init__").replace("/", ".")


def _file(path: str) -> Definition:
    name = _module(path)
    return Definition(name.rpartition(".")[2], MODULE, name, 1, 1, f"{MODULE} {name}", -1)
